"""The scheduler of one beat: what it does with its turn when the broker, the clock or the process itself fails it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from celery.beat import SchedulingError

from beat_schedule import schedule
from claims.role import Role
from storage.models.vez import Vez
from storage.session import reading, transaction
from workers.beat import KEEP_SECONDS, TURN_SECONDS, PatientScheduler


class Sending(PatientScheduler):
    """Notes what is sent instead of sending it; `meanwhile` happens at each."""

    def __init__(self, meanwhile: Callable[["Sending"], object] = lambda _: None) -> None:
        self.names: list[str] = []
        self._meanwhile = meanwhile
        # the platform's own is every test's of this process
        app = Celery("teste", set_as_current=False)
        app.conf.beat_schedule = schedule()
        super().__init__(app, max_interval=1)

    def apply_async(self, entry: Any, *_: Any, **__: Any) -> None:
        self.names.append(entry.name)
        self._meanwhile(self)


def has_the_turn() -> bool:
    with reading() as db:
        return db.get_one(Vez, "beat").dono is not None


def test_what_is_due_is_sent_once(sqlite: str) -> None:
    one = Sending()
    one.tick()
    assert sorted(one.names) == sorted(one.schedule)
    one.tick()
    assert len(one.names) == len(one.schedule)


def test_who_stood_still_in_the_middle_sends_no_more_before_it_knows_that_it_has_the_turn(sqlite: str) -> None:
    def stand_still(one: Sending) -> None:
        one._kept -= TURN_SECONDS

    one = Sending(stand_still)
    assert one.tick() == 0.0
    assert len(one.names) == 1
    one._meanwhile = lambda _: None
    one.tick()
    assert sorted(one.names) == sorted(one.schedule)


def test_who_does_not_reach_the_broker_gives_its_turn_back_with_what_was_sent(sqlite: str) -> None:
    def break_off(one: Sending) -> None:
        if len(one.names) == 3:
            raise ConnectionResetError

    one = Sending(break_off)
    one.tick()
    assert not one.holds
    assert not has_the_turn()
    other = Sending()
    other.tick()
    # the third was not sent for certain
    assert set(one.names[:2]).isdisjoint(other.names)
    assert set(one.names[:2] + other.names) == set(one.schedule)


def test_who_lost_the_broker_and_then_the_turn_says_that_the_broker_is_back(
    sqlite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off(_: Sending) -> None:
        raise ConnectionResetError

    one, other = Sending(break_off), Sending()
    one.tick()
    other.tick()
    one._missed += 10**6
    one.tick()
    assert "is back" not in capsys.readouterr().err
    one._missed -= 10**6 + TURN_SECONDS
    one.tick()
    one.tick()
    assert capsys.readouterr().err.count("broker is back, another beat has the turn") == 1


def test_what_cannot_be_sent_holds_up_nothing_else(sqlite: str) -> None:
    refused = list(schedule())[:2]

    def refuse(one: Sending) -> None:
        if one.names[-1] in refused:
            raise SchedulingError

    one = Sending(refuse)
    for _ in range(4):
        one.tick()
    others = [name for name in one.names if name not in refused]
    assert sorted(others) == sorted(set(one.schedule) - set(refused))
    assert [one.names.count(name) for name in refused] == [2, 2]
    one._meanwhile = lambda _: None
    one.tick()
    assert [one.names.count(name) for name in refused] == [3, 3]
    one.tick()
    assert len(one.names) == len(one.schedule) + 4
    assert one._failed == {}, "what is sent again has its old place"


def test_a_clock_that_was_set_back_keeps_nothing_waiting(sqlite: str) -> None:
    later = (datetime.now(UTC) + timedelta(days=300)).isoformat()
    before = Role("beat", TURN_SECONDS)
    assert before.take() == ""
    one = Sending()
    before.give_back(json.dumps(dict.fromkeys(one.schedule, later)))
    one.tick()
    assert one.names == []
    assert all(entry.last_run_at <= entry.default_now() for entry in one.schedule.values())


def test_who_lost_its_turn_knows_when_it_confirms_it_and_sends_nothing(sqlite: str) -> None:
    one = Sending()
    one.tick()
    with transaction() as db:
        db.get_one(Vez, "beat").dono = "outra-maquina|1|1|abc"
    one.names.clear()
    for entry in one.schedule.values():
        entry.last_run_at -= timedelta(days=300)
    one._kept -= KEEP_SECONDS
    one.tick()
    assert (one.holds, one.names) == (False, [])
    one.close()
    with reading() as db:
        assert db.get_one(Vez, "beat").dono == "outra-maquina|1|1|abc"
