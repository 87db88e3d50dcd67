"""A box that says nothing but that it is busy: told after half an hour of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts import Contexto
from alerts.judgement import CRITICAL, Judgement
from alerts.sat.ocupada import of_box
from core.settings.sat import BoxSettings, Thresholds

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
BOX = BoxSettings(name="pdv-1", host="10.0.0.5")


def busy_for(busy: timedelta | None, limites: Thresholds | None = None, zone: str = "America/Sao_Paulo") -> Judgement:
    since = None if busy is None else NOON - busy
    return of_box(BOX, since, Contexto(NOON, ZoneInfo(zone), limites), {"loja": "12"}, calado=False)


@pytest.mark.parametrize(
    ("busy", "limites", "active", "seconds"),
    [
        (None, None, False, 0),
        (timedelta(), None, False, 0),
        (timedelta(minutes=30), None, False, 1800),
        (timedelta(minutes=30, seconds=1), None, True, 1801),
        (timedelta(days=4), None, True, 4 * 86_400),
        # by a clock that was ahead
        (timedelta(minutes=-31), None, False, -1860),
        (timedelta(minutes=5), Thresholds(busy_minutes=5), False, 300),
        (timedelta(minutes=5, seconds=1), Thresholds(busy_minutes=5), True, 301),
        (timedelta(minutes=31), Thresholds(busy_minutes=60), False, 1860),
    ],
)
def test_it_is_told_after_its_limit(
    busy: timedelta | None, limites: Thresholds | None, active: bool, seconds: int
) -> None:
    one = busy_for(busy, limites)
    assert (one.ativo, one.valores) == (active, {"segundos": seconds})


@pytest.mark.parametrize(("zone", "clock"), [("America/Sao_Paulo", "11:15"), ("America/Manaus", "10:15")])
def test_it_says_for_how_long_and_since_when_on_the_shop_s_clock(zone: str, clock: str) -> None:
    one = busy_for(timedelta(minutes=45), zone=zone)
    assert f"só responde que está ocupado, há 45 minutos, desde 10/03/2026 {clock}. " in one.mensagem
    assert (one.objeto, one.codigo, one.severidade, one.rotulos) == ("pdv-1", "ocupada", CRITICAL, {"loja": "12"})


def test_in_a_silence_it_is_true_and_nobody_is_told() -> None:
    one = of_box(BOX, NOON - timedelta(hours=1), Contexto(NOON), {}, calado=True)
    assert (one.ativo, one.calado) == (True, True)
