"""Whoever writes under a name has its turn until the end of the transaction; nobody waits for ever."""

import threading

import pytest
from sqlalchemy import text
from support.ports import wait_until

from storage.session import reading, transaction
from storage.turns import MOST, take_turns

WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def waiting() -> int:
    with reading() as db:
        return int(db.execute(WAITING).scalar_one())


def test_the_second_waits_for_the_end_of_the_first(postgres: str) -> None:
    order: list[str] = []

    def second() -> None:
        with transaction() as db:
            take_turns(db, ["c", "b"])
            order.append("second")

    thread = threading.Thread(target=second)
    with transaction() as db:
        take_turns(db, ["b", "a"])
        thread.start()
        wait_until(waiting)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_other_names_do_not_wait(postgres: str) -> None:
    with transaction() as one, transaction() as other:
        take_turns(one, ["a"])
        take_turns(other, ["b"])


def test_a_name_can_be_taken_again_and_nothing_is_a_turn_too(banco: str) -> None:
    with transaction() as db:
        take_turns(db, ["a"])
        take_turns(db, ["a", "a"])
        take_turns(db, [])


def test_more_names_than_a_server_has_room_for_are_refused(banco: str) -> None:
    with pytest.raises(ValueError, match="names"), transaction() as db:
        take_turns(db, map(str, range(MOST + 1)))
