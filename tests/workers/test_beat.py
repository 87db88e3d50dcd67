"""The scheduler of one beat: what it does with its turn when the broker, the clock or the process itself fails it."""

import json
import math
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import SchedulingError
from conftest import Configure

from beat_schedule import schedule
from claims.role import Role
from core.queues import queue_of
from storage.models.vez import Vez
from storage.session import reading, transaction
from workers.beat import KEEP_SECONDS, TURN_SECONDS, PatientScheduler
from workers.refused import AGAIN_SECONDS


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
        with transaction() as db:
            db.get_one(Vez, "beat").dono = "outra-maquina|1|1|abc"

    one = Sending(stand_still)
    assert one.tick() == 0.0
    assert (one.holds, len(one.names)) == (False, 1)


def test_who_stands_still_again_and_again_confirms_its_turn_and_sends_all(sqlite: str) -> None:
    def stand_still(one: Sending) -> None:
        one._kept -= TURN_SECONDS

    one = Sending(stand_still)
    one.tick()
    assert sorted(one.names) == sorted(one.schedule)


def test_who_does_not_reach_the_broker_gives_its_turn_back_with_what_was_sent(sqlite: str) -> None:
    def break_off(one: Sending) -> None:
        if len(one.names) > 2:
            raise ConnectionResetError

    one = Sending(break_off)
    one.tick()
    sent = one.names[:2]
    assert one.holds, "it may be their queues alone"
    one._refused._now = lambda: time.monotonic() + AGAIN_SECONDS
    one._refused._taken_at = -math.inf
    one.tick()
    assert not one.holds
    assert not has_the_turn()
    other = Sending()
    other.tick()
    assert set(other.names) == set(one.schedule) - set(sent), "what failed was not sent for certain"


def test_a_database_that_only_reads_is_waited_for(
    postgres: str, configure: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(core__database_url=f"{postgres}?options=-c%20default_transaction_read_only%3Don")
    one = Sending()
    assert one.tick() == one.max_interval
    assert (one.holds, one.names) == (False, [])
    assert capsys.readouterr().err.count("database is away") == 1


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


def refusing(queue: str) -> Callable[[Sending], None]:
    """Refuse what is for this queue."""

    def refuse(one: Sending) -> None:
        if (served := queue_of(one.names[-1])) and served.name == queue:
            raise SchedulingError

    return refuse


def tasks_of(queue: str) -> set[str]:
    """Return what is sent into this queue."""
    return {name for name in schedule() if (served := queue_of(name)) and served.name == queue}


def past(one: Sending, names: Iterable[str]) -> None:
    """Make these due."""
    for name in names:
        one.schedule[name].last_run_at -= timedelta(days=300)


def test_a_queue_that_is_refused_alone_holds_up_nothing_else_and_is_no_broker_that_is_away(
    sqlite: str, configure: Configure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(container__heartbeat_file=str(tmp_path / "batimento"))
    one = Sending()
    one.tick()
    one.names.clear()
    past(one, one.schedule)
    one._meanwhile = refusing("sefaz")
    for _ in range(3):
        one.tick()
    refused = tasks_of("sefaz")
    assert len(refused) > 1
    assert set(one.names) - refused == set(one.schedule) - refused
    assert len(set(one.names) & refused) == 1, "one try tells of its queue"
    assert (len(one.names), one.holds) == (len(set(one.names)), True)
    assert (tmp_path / "batimento").exists()
    assert capsys.readouterr().err == ""
    one._meanwhile = lambda _: None
    one._refused.all_again()
    one.names.clear()
    one.tick()
    assert set(one.names) == refused
    assert one._failed == {}, "what is sent again has its old place"


def test_what_cannot_be_sent_at_first_is_tried_after_all_others(
    sqlite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(one: Sending) -> None:
        if one.names[-1] == one.names[0]:
            raise SchedulingError

    one = Sending(refuse)
    one.tick()
    one.tick()
    one.tick()
    assert sorted(one.names[1:]) == sorted(one.schedule)
    assert one.names[-1] == one.names[0]
    said = capsys.readouterr().err
    assert said.count("broker is away") == said.count("broker is back") == 1


def test_a_clock_that_was_set_back_keeps_nothing_waiting(sqlite: str) -> None:
    later = (datetime.now(UTC) + timedelta(days=300)).isoformat()
    before = Role("beat", TURN_SECONDS)
    assert before.take() == ""
    one = Sending()
    before.give_back(json.dumps(dict.fromkeys(one.schedule, later)))
    one.tick()
    assert one.names == []
    assert all(entry.last_run_at <= entry.default_now() for entry in one.schedule.values())


def test_a_clock_that_is_set_back_under_a_running_beat_costs_no_more_than_a_period(sqlite: str) -> None:
    one = Sending()
    one.tick()
    one.names.clear()
    for entry in one.schedule.values():
        entry.last_run_at += timedelta(hours=1)
    one.tick()
    assert one.names == []
    assert all(entry.last_run_at <= entry.default_now() for entry in one.schedule.values())
    for entry in one.schedule.values():
        entry.last_run_at -= entry.schedule.run_every
    one.tick()
    assert sorted(one.names) == sorted(one.schedule)


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
