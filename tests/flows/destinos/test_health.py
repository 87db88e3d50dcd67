"""How it goes with a destination: counts of a day and a week, durations, the last errors."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from core.caller import Caller
from core.clock import SYSTEM
from core.errors import NotFound
from flows.destinos import health, webhooks
from flows.destinos.webhooks import Dito
from flows.usuarios import managing
from flows.usuarios.finding import caller_of
from storage.models.eventos import Attempt, Delivery, Estado, Event
from storage.session import transaction

HOUR = timedelta(hours=1)


@pytest.fixture
def ana(banco: str) -> Caller:
    managing.criar("ana")
    return caller_of("ana")


def hook(caller: Caller, nome: str = "ERP") -> int:
    return webhooks.criar(Dito(nome=nome, url="https://erp.exemplo.com.br/x", eventos=["nfe_importada"]), caller).id


def tried(destino: int, *attempts: tuple[timedelta, int, str | None], waiting: int = 0) -> None:
    """Write attempts of one delivery: how long ago, for how many milliseconds, what went wrong."""
    now = SYSTEM.now()
    said = {"started_at": now, "outcome": "x", "status_code": 200}
    with transaction() as db:
        event = Event(message_id=f"msg_{destino}", nome="teste", corpo=b"{}", occurred_at=now)
        db.add(event)
        db.flush()
        common = {"event_id": event.id, "destino_id": destino, "created_at": now, "due_at": now}
        made = Delivery(**common, estado=Estado.ENTREGUE)
        db.add_all([made, *(Delivery(**common, estado=Estado.PENDENTE) for _ in range(waiting))])
        db.flush()
        for number, (ago, took, error) in enumerate(attempts):
            row = {"delivery_id": made.id, "number": number + 1, "duration_ms": took, "error": error}
            db.execute(insert(Attempt).values(said | row | {"started_at": now - ago}))


def test_a_day_and_a_week_are_counted_and_durations_stand_at_half_and_at_ninety_five(ana: Caller) -> None:
    number = hook(ana)
    day = [(HOUR, took, None) for took in range(1, 98)] + [(HOUR, 1000, "HTTP 500"), (2 * HOUR, 2000, "HTTP 503")]
    tried(number, *day, (HOUR, 98, None), (48 * HOUR, 9000, "antigo"), (200 * HOUR, 1, "velho demais"), waiting=3)
    found = health.saude(number, ana)
    assert (found.entregas_24h, found.falhas_24h, found.taxa_sucesso_24h) == (98, 2, 98.0)
    assert (found.entregas_7d, found.falhas_7d, found.taxa_sucesso_7d) == (98, 3, 97.03)
    assert (found.p50_ms, found.p95_ms, found.pendentes) == (51, 96, 3)
    # by the order in which they were made
    assert found.ultimos_erros == ("antigo", "HTTP 503", "HTTP 500")


def test_where_nothing_was_tried_there_is_no_rate(ana: Caller) -> None:
    found = health.saude("ERP", ana) if hook(ana) else None
    assert found is not None
    assert (found.entregas_24h, found.taxa_sucesso_24h, found.p50_ms, found.ultimos_erros) == (0, None, None, ())


def test_each_sees_the_own_and_the_operator_all(ana: Caller) -> None:
    mine = hook(ana)
    managing.criar("bia")
    other = hook(caller_of("bia"), "CRM")
    tried(mine, (HOUR, 5, None))
    tried(other, (HOUR, 7, "HTTP 500"))
    found = [health.saude(mine, ana), *(health.saude(one) for one in (mine, other))]
    assert [(one.nome, one.entregas_24h, one.falhas_24h, one.p50_ms) for one in found] == [
        ("ERP", 1, 0, 5),
        ("ERP", 1, 0, 5),
        ("CRM", 0, 1, 7),
    ]
    with pytest.raises(NotFound):
        health.saude(other, ana)
