"""Who signs in with name and password gets a token; so many at once, and not for ever."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.clock import FixedClock
from flows.usuarios import entering, managing, tokens
from flows.usuarios.entering import LASTS, enter
from flows.usuarios.passwords import definir
from storage.models.acesso import Origem, TokenAPI
from storage.session import reading

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PASSWORD = "uma senha boa"  # pragma: allowlist secret


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(autouse=True)
def people(sqlite: str) -> None:
    """Ana and Bia have the same password, Caio none."""
    for nome in ("ana", "bia", "caio"):
        managing.criar(nome)
    for nome in ("ana", "bia"):
        definir(nome, PASSWORD)


def entered(clock: FixedClock, nome: str = "ana") -> str:
    token = enter(nome, PASSWORD, clock)
    assert token is not None
    return token


def known(*given: str, clock: FixedClock) -> list[bool]:
    """Tell of each token whether it is somebody's."""
    return [tokens.quem(one, clock) is not None for one in given]


def rows() -> list[TokenAPI]:
    with reading() as db:
        return db.query(TokenAPI).order_by(TokenAPI.id).all()


@pytest.mark.parametrize("nome", ["ana", " ana "])
def test_who_says_the_right_words_gets_a_token_of_the_own(clock: FixedClock, nome: str) -> None:
    who = tokens.quem(entered(clock, nome), clock)
    assert who is not None
    assert (who.username, who.staff) == ("ana", False)
    (row,) = rows()
    assert (row.origem, row.criado_em, row.expira_em) == (Origem.LOGIN, NOW, NOW + LASTS)


@pytest.mark.parametrize(
    ("nome", "password"),
    [("ana", "errada"), ("ana", ""), ("ANA", PASSWORD), ("ze", PASSWORD), ("caio", PASSWORD), ("caio", ""), ("", "")],
)
def test_wrong_words_give_none_and_leave_nothing(clock: FixedClock, nome: str, password: str) -> None:
    assert enter(nome, password, clock) is None
    assert rows() == []


def test_a_token_ends_after_thirty_days(clock: FixedClock) -> None:
    token = entered(clock)
    clock.instant = NOW + timedelta(days=30, seconds=-1)
    assert known(token, clock=clock) == [True]
    clock.advance(1)
    assert known(token, clock=clock) == [False]


def test_who_is_off_does_not_get_in(clock: FixedClock) -> None:
    managing.desativar("ana")
    assert enter("ana", PASSWORD, clock) is None


class Meanwhile:
    """A clock that is looked at between the password and the token: something happens then."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens

    def now(self) -> datetime:
        self._happens()
        return NOW


@pytest.mark.parametrize(
    "happens",
    [lambda: managing.desativar("ana"), lambda: definir("ana", "outra senha boa"), lambda: definir("ana", PASSWORD)],
    ids=["off", "another password", "the same password set anew"],
)
def test_who_was_right_a_moment_ago_does_not_get_in_once_that_changed(happens: Callable[[], object]) -> None:
    assert enter("ana", PASSWORD, Meanwhile(happens)) is None
    assert rows() == []


def test_who_signs_in_without_end_ends_what_was_signed_in_first(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "AT_ONCE", 2)
    given = [entered(clock) for _ in range(4)]
    assert known(*given, clock=clock) == [False, False, True, True]
    assert [row.revogado_em for row in rows()] == [NOW, NOW, None, None]


def test_tokens_made_by_name_those_of_others_and_those_that_ended_take_no_place(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "AT_ONCE", 2)
    made, others = tokens.criar("ana", clock=clock).token, entered(clock, "bia")
    first, second = entered(clock), entered(clock)
    tokens.revogar(second[: tokens.PREFIX], clock)
    third = entered(clock)
    assert known(made, others, first, second, third, clock=clock) == [True, True, True, False, True]
