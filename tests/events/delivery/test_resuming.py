"""A destination that is turned on again: what was kept for it is due, its past is forgotten, and that is told once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from support.deliveries import change, change_delivery, deliveries, destination, fire, webhook

from core.clock import SYSTEM
from events.delivery.health import Health
from events.delivery.resuming import resume
from storage.models.destinos import Destino
from storage.models.eventos import Estado, Event
from storage.session import reading, transaction

# later than anything that a test of a long run makes
NOW = SYSTEM.now() + timedelta(days=1)
BEFORE = NOW - timedelta(days=6)


def resumed(number: int, now: datetime = NOW) -> int:
    with transaction() as db:
        return resume(db, db.get_one(Destino, number), now)


def told() -> list[str]:
    with reading() as db:
        return [one for one in db.scalars(select(Event.nome).order_by(Event.id)) if one != "alerta_aberto"]


def test_what_was_kept_is_due_now_and_the_rest_stays_as_it_is(banco: str) -> None:
    number, other = webhook("https://exemplo.com/x"), webhook("https://exemplo.com/x", nome="outro")
    fire(4)
    waiting, kept, ended, late = deliveries(number)
    change_delivery(kept.id, estado=Estado.RETIDO, tentativas=2, finished_at=BEFORE, due_at=BEFORE)
    change_delivery(late.id, estado=Estado.RETIDO, due_at=NOW + timedelta(days=1))
    change_delivery(ended.id, estado=Estado.ESGOTADO, tentativas=9, finished_at=BEFORE)
    change_delivery(deliveries(other)[0].id, estado=Estado.RETIDO)
    assert resumed(number) == 2
    after = {row.id: row for row in deliveries(number)}
    for row in (kept, late):
        assert (after[row.id].estado, after[row.id].due_at, after[row.id].finished_at) == (Estado.PENDENTE, NOW, None)
    assert after[kept.id].tentativas == 2
    assert after[waiting.id].due_at == waiting.due_at
    assert (after[ended.id].estado, after[ended.id].finished_at) == (Estado.ESGOTADO, BEFORE)
    assert deliveries(other)[0].estado == Estado.RETIDO


def test_its_past_is_forgotten_and_it_is_looked_at_at_once(sqlite: str) -> None:
    number = webhook("https://exemplo.com/x")
    failed = {"falhas_seguidas": 12, "falhas_novas": 6, "falhando_desde": BEFORE, "avisado_em": BEFORE}
    stopped = {"ativo": False, "desligado_em": BEFORE, "desligado_motivo": "HTTP 410", "pausado_em": BEFORE}
    change(number, **failed, **stopped, circuito_espera=900, lento=True, due_at=NOW + timedelta(hours=1))
    assert resumed(number) == 0
    one = destination(number)
    assert (one.ativo, one.desligado_em, one.desligado_motivo, one.pausado_em) == (True, None, None, None)
    assert (
        Health(one.falhas_seguidas, one.falhas_novas, one.falhando_desde, one.avisado_em, one.circuito_espera)
        == Health()
    )
    assert (one.lento, one.due_at, one.data_atualizacao) == (False, NOW, NOW)


@pytest.mark.parametrize(
    ("values", "events"),
    [
        ({"desligado_em": BEFORE, "desligado_motivo": "HTTP 410"}, ["destino_recuperado"]),
        ({"desligado_em": BEFORE, "pausado_em": BEFORE}, ["destino_recuperado"]),
        ({"pausado_em": BEFORE}, []),
        ({"ativo": False}, []),
        ({"falhando_desde": BEFORE, "avisado_em": BEFORE}, []),
    ],
)
def test_only_what_esteira_itself_had_switched_off_is_told_to_be_well(
    sqlite: str, values: dict[str, object], events: list[str]
) -> None:
    number = webhook("https://exemplo.com/x")
    change(number, **values)
    resumed(number)
    assert told() == events
