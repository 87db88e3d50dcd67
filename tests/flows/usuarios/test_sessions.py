"""Sessions of browsers are rows: they end when they should, whoever shows them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from conftest import Configure
from sqlalchemy import func, select

from core.clock import SYSTEM, FixedClock
from flows.usuarios import leaving, managing, sessions, upkeep
from flows.usuarios.passwords import definir
from storage.models.acesso import Sessao
from storage.session import reading

PASSWORD = "uma senha boa"  # pragma: allowlist secret


@pytest.fixture
def ana(banco: str) -> int:
    made = managing.criar("ana", staff=True)
    definir("ana", PASSWORD)
    return made.id


def begun(clock: FixedClock | None = None, before: str | None = None) -> str:
    found = sessions.begin("ana", PASSWORD, before, clock or SYSTEM)
    assert found is not None
    return found.token


def rows() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Sessao)) or 0


def test_who_signs_in_is_known_by_what_the_browser_shows_and_nothing_of_that_is_kept(ana: int) -> None:
    token = begun()
    who = sessions.quem(token)
    assert who is not None
    assert (who.id, who.username, who.staff, who.caller.is_operator) == (ana, "ana", True, True)
    with reading() as db:
        row = db.scalars(select(Sessao)).one()
    assert token not in repr(vars(row))
    assert sessions.quem("") is None
    assert sessions.quem(token[:-1]) is None
    assert sessions.quem(row.hash) is None


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "errada"), ("bia", PASSWORD), ("caio", ""), ("caio", PASSWORD), ("a\0", PASSWORD)]
)
def test_a_wrong_name_or_password_begins_nothing(ana: int, name: str, password: str) -> None:
    managing.criar("caio")
    assert sessions.begin(name, password) is None
    assert rows() == 0


def off() -> None:
    managing.desativar("ana")


def off_and_on() -> None:
    managing.desativar("ana")
    managing.ativar("ana")


def other_password() -> None:
    definir("ana", "outra senha boa")


def same_password() -> None:
    definir("ana", PASSWORD)


@pytest.mark.parametrize("change", [off, off_and_on, other_password, same_password])
def test_a_session_ends_with_its_user_and_password(ana: int, change: Callable[[], None]) -> None:
    tokens = begun(), begun()
    change()
    assert [sessions.quem(token) for token in tokens] == [None, None]
    assert rows() == 0


def test_who_leaves_ends_one_or_all(ana: int) -> None:
    first, second, third = begun(), begun(), begun()
    leaving.leave(first)
    assert [sessions.quem(token) is not None for token in (first, second, third)] == [False, True, True]
    leaving.leave_everywhere(ana)
    assert [sessions.quem(token) for token in (second, third)] == [None, None]
    leaving.leave(first)


def test_who_signs_in_again_has_another_session_and_what_was_shown_before_is_none(ana: int) -> None:
    first = begun()
    second = begun(before=first)
    assert second != first
    assert sessions.quem(first) is None
    assert sessions.quem(second) is not None
    assert begun(before="posto por outro") != "posto por outro"
    assert sessions.quem("posto por outro") is None


def test_a_session_ends_where_nobody_uses_it_and_at_its_hour(ana: int, configure: Configure) -> None:
    configure(api__session_idle_minutes="30", api__session_hours="2")
    clock = FixedClock(SYSTEM.now())
    idle, used = begun(clock), begun(clock)
    for _ in range(5):
        clock.advance(20 * 60)
        assert sessions.quem(used, clock) is not None
    assert sessions.quem(idle, clock) is None
    clock.advance(20 * 60)
    assert sessions.quem(used, clock) is None


def test_what_stays_open_by_itself_is_no_use(ana: int, configure: Configure) -> None:
    configure(api__session_idle_minutes="30")
    clock = FixedClock(SYSTEM.now())
    token = begun(clock)
    clock.advance(20 * 60)
    assert sessions.quem(token, clock, uses=False) is not None
    clock.advance(11 * 60)
    assert sessions.quem(token, clock) is None


def test_who_signs_in_without_end_ends_what_was_first(ana: int) -> None:
    tokens = [begun() for _ in range(sessions.AT_ONCE + 1)]
    assert [sessions.quem(token) is not None for token in tokens] == [False] + [True] * sessions.AT_ONCE


def test_what_is_over_is_deleted_and_the_others_stay(ana: int, configure: Configure) -> None:
    configure(api__session_idle_minutes="30", api__session_hours="2")
    clock = FixedClock(SYSTEM.now() - timedelta(hours=1))
    begun(clock)
    kept = begun()
    assert sum(one["sessoes"] for one in upkeep.over(SYSTEM.now())) == 1
    assert sessions.quem(kept) is not None
