"""The demonstration's story is told by the clock alone: what each shop's box says, act after act."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.sat.status import StatusOperacional, parse
from core.chave_cfe import ChaveCFe
from core.clock import FixedClock
from sandbox.sat_wire import VAZIA
from sandbox.story import CUPONS, NSERIES, Story

BEGIN = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


def said(loja: str, after: float) -> StatusOperacional:
    clock = FixedClock(BEGIN)
    story = Story(clock, ciclo=30)
    clock.advance(after)
    return parse(story.lojas()[loja](123456))


@pytest.mark.parametrize("loja", NSERIES)
@pytest.mark.parametrize("after", [0, 14, 29, 31, 3600])
def test_every_shop_s_box_always_answers_as_itself(loja: str, after: float) -> None:
    found = said(loja, after)
    assert (found.NSERIE, found.ESTADO_OPERACAO, found.numeroSessao) == (NSERIES[loja], 0, 123456)


@pytest.mark.parametrize(("after", "days"), [(0, 20), (19, 20), (20, 365), (29, 365), (30, 20)])
def test_the_first_shop_s_certificate_ends_in_twenty_days_until_it_is_renewed(after: float, days: int) -> None:
    ends = said("loja-1", after).CERT_VENCIMENTO
    assert ends is not None
    assert (ends - BEGIN.date()).days == days


@pytest.mark.parametrize(("after", "late"), [(0, 0), (9, 0), (10, 2), (19, 2), (20, 0), (29, 0), (40, 2)])
def test_the_second_shop_s_clock_is_slow_in_the_middle_of_each_act(after: float, late: int) -> None:
    shown = said("loja-2", after).DH_ATUAL
    local = (BEGIN + timedelta(seconds=after) - timedelta(hours=3)).replace(tzinfo=None, microsecond=0)
    assert shown == local - timedelta(hours=late)


def pending(after: float) -> int:
    found = said("loja-3", after)
    if found.LISTA_INICIAL == VAZIA:
        return 0
    first, last = ChaveCFe.ler(found.LISTA_INICIAL), ChaveCFe.ler(found.LISTA_FINAL)
    assert first is not None
    assert last is not None
    return last.numero - first.numero + 1


def test_the_third_shop_s_coupons_gather_and_go() -> None:
    assert [pending(after) for after in range(0, 30, 5)] == list(range(CUPONS + 1))
    assert pending(30) == 0
    first, second = ChaveCFe.ler(said("loja-3", 29).ULTIMO_CF_E_SAT), ChaveCFe.ler(said("loja-3", 59).ULTIMO_CF_E_SAT)
    assert first is not None
    assert second is not None
    assert second.numero - first.numero == CUPONS
