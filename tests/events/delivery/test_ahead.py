"""A clock that was ahead for a while, and is right again: what it put off goes now, what rightly waits still waits."""

from datetime import timedelta

import pytest
from support.deliveries import change, change_delivery, deliveries, destination, fire, only, webhook

from claims import last_times
from core.clock import SYSTEM, FixedClock
from events.delivery import ahead
from events.delivery.drain import drain
from events.delivery.health import OPEN_AFTER
from events.delivery.sweep import SWEEP, sweep
from flows.entregas import delivering, recovering
from sandbox.server import refused_address
from storage.models.eventos import Estado

pytestmark = pytest.mark.usefixtures("loopback")
MONTH, DAY = timedelta(days=30), timedelta(days=1)


def test_what_failed_by_a_clock_a_month_ahead_is_tried_after_the_next_sweep(banco: str) -> None:
    with refused_address() as closed:
        destino = webhook(f"{closed}/x")
        fire(OPEN_AFTER)
        drain(destino, FixedClock(SYSTEM.now() + MONTH))
        assert destination(destino).circuito_espera > 0
        assert sweep() == [(destino, "entregas.drenar")]
        drain(destino)
    assert sorted(row.tentativas for row in deliveries()) == [1] * (OPEN_AFTER - 1) + [2]
    assert max(row.due_at for row in deliveries()) <= SYSTEM.now() + DAY


def test_what_was_recorded_by_a_clock_a_month_ahead_is_due_after_the_next_sweep(banco: str) -> None:
    destino = webhook("https://exemplo.com/x")
    fire()
    change_delivery(only().id, due_at=SYSTEM.now() + MONTH, created_at=SYSTEM.now() + MONTH)
    assert sweep() == [(destino, "entregas.drenar")]
    assert only().due_at <= SYSTEM.now()


def test_a_clock_that_is_behind_that_of_the_others_hastens_nothing(banco: str) -> None:
    destino, clock = webhook("https://exemplo.com/x"), FixedClock(SYSTEM.now())
    fire()
    due = clock.now() + MONTH
    change_delivery(only().id, due_at=due)
    last_times.note(SWEEP, FixedClock(due))
    assert sweep(clock) == []
    assert only().due_at == due
    clock.advance(60)
    assert sweep(clock) == [(destino, "entregas.drenar")]


def test_it_is_put_right_where_nothing_but_a_command_delivers_too(banco: str) -> None:
    with refused_address() as closed:
        webhook(f"{closed}/x")
        fire()
        change_delivery(only().id, due_at=SYSTEM.now() + MONTH)
        assert delivering.deliver_due().feitas == 1


def test_what_rightly_waits_stays_where_it_is(banco: str) -> None:
    destino = webhook("https://exemplo.com/x")
    fire(3)
    tried, quiet, held = (row.id for row in deliveries())
    clock = FixedClock(SYSTEM.now())
    due = {tried: DAY * 1.2, quiet: DAY, held: MONTH}
    for number, wait in due.items():
        change_delivery(number, due_at=clock.now() + wait)
    change_delivery(held, lease_token="de outro", estado=Estado.ENVIANDO)
    change(destino, due_at=clock.now() + timedelta(minutes=15))
    before = [row.due_at for row in deliveries()], destination(destino).due_at
    ahead.put_right(clock)
    assert ([row.due_at for row in deliveries()], destination(destino).due_at) == before


def test_what_is_recovered_keeps_its_turns_however_many_there_are(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ahead, recovering):
        monkeypatch.setattr(module, "PER_SECOND", 1 / DAY.total_seconds())
    destino, clock = webhook("https://exemplo.com/x"), FixedClock(SYSTEM.now())
    fire(6)
    for row in deliveries():
        change_delivery(row.id, estado=Estado.ESGOTADO)
    recovering.recover(destino, clock.now() - DAY, clock=clock)
    ahead.put_right(clock)
    assert [row.due_at - clock.now() for row in deliveries()] == [DAY * n for n in range(6)]
