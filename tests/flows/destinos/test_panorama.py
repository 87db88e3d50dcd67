"""Destinations at a glance: those in trouble first, with the figures of their newest attempts."""

from datetime import UTC, datetime, timedelta

from support.deliveries import change, deliveries, fire, owned, webhook

from core.caller import Caller
from core.capped import Capped
from core.clock import FixedClock
from flows.destinos.panorama import Figures, panorama
from storage.models.eventos import Attempt
from storage.session import transaction

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def attempts(number: int, *given: tuple[int, bool, timedelta]) -> None:
    """Note attempts of a destination: how long each took, whether it succeeded, and how long ago it was."""
    delivery = deliveries(number)[0].id
    rest = {"number": 1, "outcome": "x", "status_code": 200}
    with transaction() as db:
        for took, good, ago in given:
            error = None if good else "não"
            db.add(Attempt(delivery_id=delivery, started_at=NOW - ago, duration_ms=took, error=error, **rest))


def test_the_figures_are_of_the_newest_attempts_of_a_day(banco: str) -> None:
    quick, idle = webhook("https://a.example/", nome="a"), webhook("https://b.example/", nome="b")
    fire(2)
    recent = [(took, took != 900, timedelta(minutes=took)) for took in (100, 200, 300, 900)]
    attempts(quick, *recent, (5, False, timedelta(hours=25)))
    found = {one.destino.id: one for one in panorama(clock=FixedClock(NOW)).destinos}
    assert found[quick].figuras == Figures(4, 3, 300, 900)
    assert found[quick].figuras is not None
    assert found[quick].figuras.taxa == 75.0
    assert (found[quick].a_fazer, found[idle].a_fazer) == (Capped(2), Capped(2))
    assert found[idle].figuras is None


def test_what_is_in_trouble_comes_first_and_the_rest_is_counted(banco: str) -> None:
    numbers = [webhook(f"https://{name}.example/", nome=name) for name in "abcd"]
    change(numbers[2], desligado_em=NOW)
    change(numbers[3], falhando_desde=NOW)
    change(numbers[0], pausado_em=NOW)
    found = panorama(limite=3)
    assert [one.destino.id for one in found.destinos] == [numbers[2], numbers[3], numbers[0]]
    assert (found.total, found.com_problema) == (Capped(4), Capped(2))


def test_a_user_sees_the_users_own(banco: str) -> None:
    mine, _ = webhook("https://a.example/", nome="a"), webhook("https://b.example/", nome="b")
    ana = owned(mine, "ana")
    found = panorama(Caller(ana))
    assert [one.destino.id for one in found.destinos] == [mine]
    assert found.total == Capped(1)
    assert panorama(Caller(ana + 1)).destinos == ()
