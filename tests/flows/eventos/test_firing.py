"""An event that is fired by hand: which ones may be, what it carries, and whom it reaches."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from support.deliveries import change, deliveries, ntfy

from core.caller import Caller
from core.clock import FixedClock
from core.errors import RateLimited, UsageError
from events.catalog import CATALOG
from flows.destinos import webhooks
from flows.destinos.webhooks import Dito
from flows.eventos.firing import checked, de_usuario, disparar, marked, para_teste
from flows.usuarios import managing
from storage.models.eventos import Event
from storage.session import reading, transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)
EVENT = "nfe_importada"
LARGE = {"x": "a" * 1_000_000}


@pytest.fixture
def ana(sqlite: str) -> int:
    return managing.criar("ana").id


def hook(owner: int, nome: str, evento: str = EVENT) -> int:
    said = Dito(nome=nome, url="https://erp.exemplo.com.br/x", eventos=[evento])
    return webhooks.criar(said, Caller(owner)).id


def fire(owner: int, dados: Mapping[str, Any] | None = None, clock: FixedClock = CLOCK) -> int:
    with transaction() as db:
        return disparar(db, EVENT, dados or {}, owner, "ana", clock)


def recorded() -> list[Event]:
    with reading() as db:
        return list(db.scalars(select(Event).order_by(Event.id)))


def test_only_what_happens_to_users_may_be_named_and_it_says_what_it_is() -> None:
    offered = {one.id: one for one in de_usuario()}
    assert EVENT in offered
    assert "alerta_aberto" not in offered
    assert [one for one in offered.values() if not (one.nome and one.descricao)] == []
    assert {CATALOG[name].do_usuario for name in offered} == {True}


@pytest.mark.parametrize("evento", [one.id for one in de_usuario()])
def test_each_that_is_offered_is_taken(evento: str) -> None:
    assert checked(evento) == evento


@pytest.mark.parametrize("evento", ["", "alerta_aberto", "*", "NFE_IMPORTADA", "x" * 5000])
def test_any_other_is_refused_by_its_field_with_those_there_are(evento: str) -> None:
    with pytest.raises(UsageError, match=f"Há .*{EVENT}") as refused:
        checked(evento)
    assert refused.value.campo == "evento"
    assert "x" * 51 not in str(refused.value)


def test_it_is_marked_with_who_when_and_why_over_whatever_the_data_say() -> None:
    dados = {"numero": 7, "usuario": "outra pessoa", "manual": False}
    assert marked(dados, "ana", CLOCK, manual=True) == {
        "numero": 7,
        "usuario": "ana",
        "timestamp": NOW.isoformat(),
        "manual": True,
    }
    assert dados["usuario"] == "outra pessoa"


def test_it_reaches_the_user_s_own_that_are_on_and_only_webhooks_are_counted(ana: int) -> None:
    on, off, other_event = hook(ana, "ERP"), hook(ana, "CRM"), hook(ana, "BI", "cte_importado")
    theirs = hook(managing.criar("bia").id, "ERP da Bia")
    phone = ntfy("https://ntfy.exemplo.com.br", "caixas", EVENT)
    change(phone, usuario_id=ana)
    change(off, ativo=False)
    assert fire(ana) == 1
    assert {one.destino_id for one in deliveries()} == {on, phone}
    assert not {off, other_event, theirs} & {one.destino_id for one in deliveries()}


def test_one_that_is_stopped_is_counted_and_its_event_kept(ana: int) -> None:
    change(hook(ana, "ERP"), pausado_em=NOW)
    assert fire(ana) == 1
    assert [one.estado for one in deliveries()] == ["retido"]


def test_where_nobody_wants_it_it_is_recorded_all_the_same(ana: int) -> None:
    assert fire(ana, {"numero": 7}) == 0
    (event,) = recorded()
    dados = json.loads(event.corpo)["dados"]
    assert (event.nome, event.usuario_id, dados["numero"], dados["manual"]) == (EVENT, ana, 7, True)
    assert deliveries() == []


def test_with_its_transaction_it_goes_too(ana: int) -> None:
    hook(ana, "ERP")
    with pytest.raises(RuntimeError), transaction() as db:
        disparar(db, EVENT, {}, ana, "ana", CLOCK)
        raise RuntimeError
    assert (recorded(), deliveries()) == ([], [])


def test_an_event_that_may_not_be_fired_records_nothing(ana: int) -> None:
    with pytest.raises(UsageError), transaction() as db:
        disparar(db, "alerta_aberto", {}, ana, "ana", CLOCK)
    assert recorded() == []


def test_large_events_of_a_user_have_a_measure_that_fills_again(banco: str) -> None:
    ana, bia, clock = managing.criar("ana").id, managing.criar("bia").id, FixedClock(NOW)
    for _ in range(16):
        fire(ana, LARGE, clock)
    with pytest.raises(RateLimited, match="grandes demais") as refused:
        fire(ana, LARGE, clock)
    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after <= 60
    fire(ana, {"numero_nf": "1"}, clock)
    fire(bia, LARGE, clock)
    clock.advance(refused.value.retry_after + 1)
    fire(ana, LARGE, clock)
    assert len(recorded()) == 19


def test_what_a_webhook_is_tried_with_is_of_the_same_measure(ana: int) -> None:
    for _ in range(8):
        fire(ana, LARGE)
        para_teste(LARGE, ana, "ana", CLOCK)
    with pytest.raises(RateLimited, match="grandes demais"):
        para_teste(LARGE, ana, "ana", CLOCK)
    with pytest.raises(RateLimited, match="grandes demais"):
        fire(ana, LARGE)
    told = para_teste({"numero": 7, "teste": False}, ana, "ana", CLOCK)
    assert told == {"numero": 7, "usuario": "ana", "timestamp": NOW.isoformat(), "teste": True}
