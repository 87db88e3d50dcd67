"""Who gets an event: whose destinations it concerns, and what each of them is owed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from support.deliveries import change, owned, webhook

from events import disparar_webhook
from events.audience import Audience, Target, delivery, unfiltered, wanted_by
from events.catalog import AlertaAberto, ConsultaConcluida, NfeImportada
from events.filters import Filters
from storage.models.destinos import Destino
from storage.models.eventos import Event
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

URL = "https://receptor.example/x"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALERT, NOTE = AlertaAberto.evento, NfeImportada.evento


def told(evento: str, usuario: int | None = None, exceto: int | None = None, somente: int | None = None) -> list[int]:
    """Return the destinations of an event, by both of its queries."""
    audience = Audience(evento, of_user=usuario is not None, alone=somente is not None)
    given = audience.parameters(usuario, exceto, somente)
    with reading() as db:
        found = [Target.of(row).id for row in db.execute(audience.query(), given)]
        listed = db.scalar(select(audience.in_one(db.get_bind().dialect.name)), given)
    assert sorted(row[0] for row in _rows(listed)) == found
    return found


def _rows(listed: Any) -> list[Any]:
    return json.loads(listed) if isinstance(listed, str) else listed or []


def off(usuario: int) -> None:
    with transaction() as db:
        db.execute(update(Usuario).where(Usuario.id == usuario).values(ativo=False))


@pytest.mark.parametrize(
    ("audience", "given", "parameters"),
    [
        (Audience(ALERT, of_user=False, alone=False), (None, None, None), {"p_exceto": 0}),
        (Audience(ALERT, of_user=False, alone=False), (None, 7, None), {"p_exceto": 7}),
        (Audience(ALERT, of_user=True, alone=False), (3, None, None), {"p_exceto": 0}),
        (Audience(NOTE, of_user=True, alone=False), (3, 7, None), {"p_exceto": 7, "p_usuario": 3}),
        (Audience(NOTE, of_user=False, alone=False), (None, None, None), {"p_exceto": 0}),
        (Audience(NOTE, of_user=True, alone=True), (3, 7, 9), {"p_somente": 9}),
    ],
)
def test_a_query_has_its_parameters_and_no_others(
    audience: Audience, given: tuple[int | None, int | None, int | None], parameters: dict[str, int]
) -> None:
    assert audience.parameters(*given) == parameters


@pytest.mark.usefixtures("banco")
class TestWho:
    def test_an_operators_event_goes_to_those_of_nobody_and_of_staff(self) -> None:
        nobody, staff, user = (webhook(URL, ALERT) for _ in range(3))
        owned(staff, "bia", is_staff=True)
        owned(user, "ana")
        assert told(ALERT) == [nobody, staff]

    def test_nobody_of_staff_who_is_off_is_told(self) -> None:
        off(owned(webhook(URL, ALERT), "bia", is_staff=True))
        assert told(ALERT) == []

    def test_a_users_event_goes_to_that_user_only_of_staff_or_not(self) -> None:
        nobody, hers, staff = (webhook(URL, NOTE) for _ in range(3))
        ana, bia = owned(hers, "ana"), owned(staff, "bia", is_staff=True)
        assert (told(NOTE, ana), told(NOTE, bia)) == ([hers], [staff])
        assert told(NOTE) == [nobody]
        off(ana)
        assert told(NOTE, ana) == []

    def test_who_did_not_subscribe_or_is_turned_off_is_not_told(self) -> None:
        webhook(URL, NOTE)
        everything, off_ = webhook(URL, "*"), webhook(URL, ALERT)
        change(off_, ativo=False)
        assert told(ALERT) == [everything]

    def test_one_may_be_left_out(self) -> None:
        one, other = webhook(URL, ALERT), webhook(URL, ALERT)
        assert (told(ALERT, exceto=one), told(ALERT, exceto=999)) == ([other], [one, other])

    def test_one_may_be_the_only_one_even_without_a_subscription(self) -> None:
        webhook(URL, ALERT)
        chosen = webhook(URL, NOTE)
        owned(chosen, "ana")
        assert told(ALERT, somente=chosen) == [chosen]
        change(chosen, ativo=False)
        assert told(ALERT, somente=chosen) == []


@pytest.mark.parametrize(
    ("columns", "stopped", "slow"),
    [
        ({}, False, False),
        ({"pausado_em": NOW}, True, False),
        ({"desligado_em": NOW}, True, False),
        ({"lento": True}, False, True),
    ],
)
def test_a_target_is_known_by_its_columns(sqlite: str, columns: dict[str, Any], stopped: bool, slow: bool) -> None:
    number = webhook(URL, ALERT)
    change(number, severidade_minima="critico", **columns)
    audience = Audience(ALERT, of_user=False, alone=False)
    with reading() as db:
        (found,) = (Target.of(row) for row in db.execute(audience.query(), audience.parameters(None, None, None)))
    assert found == Target(number, "webhook", lento=slow, stopped=stopped, filters=Filters(severidade_minima="critico"))


@pytest.mark.parametrize(
    ("columns", "is_so"),
    [
        ({}, True),
        ({"severidade_minima": "aviso"}, False),
        ({"rotulos": '{"loja": ["a"]}'}, False),
        ({"silencio": "22:00-07:00"}, False),
        ({"filtro": '{"dados.x":1}'}, False),
        ({"pausado_em": NOW, "lento": True}, True),
    ],
)
def test_who_has_no_filter_gets_each_event_at_once(sqlite: str, columns: dict[str, Any], is_so: bool) -> None:
    number = webhook(URL, ALERT)
    change(number, ativo=True, **columns)
    with reading() as db:
        assert list(db.scalars(select(Destino.id).where(unfiltered(AlertaAberto)))) == [number] * is_so


def test_of_a_kind_that_is_not_told_of_nothing_each_event_is_looked_at(sqlite: str) -> None:
    webhook(URL, ConsultaConcluida.evento)
    with reading() as db:
        assert list(db.scalars(select(Destino.id).where(unfiltered(ConsultaConcluida)))) == []


@pytest.mark.parametrize(
    ("owner", "wanted"),
    [
        (None, {"alerta_aberto", "nfe_importada de ninguém"}),
        ("staff", {"alerta_aberto", "nfe_importada de bia"}),
        ("user", {"nfe_importada de ana"}),
    ],
)
def test_a_destination_is_concerned_by_what_is_its_owners(sqlite: str, owner: str | None, wanted: set[str]) -> None:
    places = {None: webhook(URL), "user": webhook(URL), "staff": webhook(URL)}
    ana, bia = owned(places["user"], "ana"), owned(places["staff"], "bia", is_staff=True)
    ids = {
        disparar_webhook(ALERT, {}): "alerta_aberto",
        disparar_webhook(NOTE, {}): "nfe_importada de ninguém",
        disparar_webhook(NOTE, {}, usuario=ana): "nfe_importada de ana",
        disparar_webhook(NOTE, {}, usuario=bia): "nfe_importada de bia",
    }
    with reading() as db:
        mine = wanted_by(db, db.get_one(Destino, places[owner]))
        assert {ids[one] for one in db.scalars(select(Event.message_id).where(mine))} == wanted


@pytest.mark.parametrize(("stopped", "state"), [(False, "pendente"), (True, "retido")])
def test_what_a_stopped_destination_is_owed_is_kept(stopped: bool, state: str) -> None:
    later = NOW + timedelta(hours=1)
    target = Target(7, "webhook", lento=False, stopped=stopped, filters=Filters())
    assert delivery(3, target, later, NOW) == {
        "event_id": 3, "destino_id": 7, "estado": state, "tentativas": 0, "due_at": later, "created_at": NOW,
    }  # fmt: skip
