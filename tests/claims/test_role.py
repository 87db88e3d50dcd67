"""A role that one process has at a time: who takes it when, and that two never have it."""

from collections.abc import Callable

import pytest

from claims import holder
from claims.role import Role
from storage.models.vez import Vez
from storage.session import reading, transaction

FAR = "outra-maquina|1|2|x"


class Watch:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def role(watch: Callable[[], float], who: str | None = None) -> Role:
    made = Role("papel", 8.0, watch)
    made._token = who or made._token
    return made


def owner() -> str | None:
    with reading() as db:
        return db.get_one(Vez, "papel").dono


def test_the_first_who_asks_has_it_and_confirms_it(banco: str, watch: Watch) -> None:
    one = role(watch)
    assert one.take() == ""
    assert one.keep("a")
    assert owner() == one._token


def test_another_machine_has_it_until_it_is_silent_for_a_turn_as_the_waiting_one_sees_it(
    banco: str, watch: Watch
) -> None:
    there, here = role(watch, FAR), role(watch)
    assert there.take() == ""
    assert there.keep("passado")
    for _ in range(5):
        assert here.take() is None
        watch.seconds += 7.9
        assert there.keep("passado")
    assert here.take() is None
    watch.seconds += 7.9
    assert here.take() is None
    watch.seconds += 0.2
    assert here.take() == "passado"
    assert not there.keep("vencido")
    assert here.keep("novo")


def test_what_is_given_back_is_free_at_once_with_what_is_passed_on(banco: str, watch: Watch) -> None:
    there, here = role(watch, FAR), role(watch)
    there.take()
    there.give_back("até aqui")
    assert here.take() == "até aqui"
    there.give_back("nunca")
    assert here.keep("sim")


def test_a_dead_process_of_this_machine_is_not_waited_for(banco: str, watch: Watch) -> None:
    dead = role(watch, f"{holder.host()}|999999999|1|x")
    dead.take()
    assert role(watch).take() == ""


def test_of_two_who_saw_it_free_at_the_same_time_one_has_it(
    banco: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = role(watch), role(watch, FAR)
    here.give_back("")
    taken: list[str | None] = []
    plain = Role._is_free

    def meanwhile(self: Role, seen: tuple[str | None, int]) -> bool:
        free = plain(self, seen)
        if self is here and free:
            taken.append(there.take())
        return free

    monkeypatch.setattr(Role, "_is_free", meanwhile)
    assert here.take() is None
    assert taken == [""]
    assert owner() == FAR


def test_a_row_that_was_deleted_is_lost_to_who_had_it(banco: str, watch: Watch) -> None:
    one = role(watch)
    one.take()
    with transaction() as db:
        db.delete(db.get_one(Vez, "papel"))
    assert not one.keep("")
    assert one.take() == ""
