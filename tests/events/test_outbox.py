import json

import pytest
from support.deliveries import change, deliveries, fire, owned, quiet_now, webhook
from support.statements import statements

from core import context
from core.clock import SYSTEM
from core.errors import UsageError
from events import Disparo, disparar_varios, disparar_webhook, record_event
from events.catalog import CATALOG, AlertaAberto, Payload
from flows.usuarios import managing
from storage.models.eventos import Event
from storage.session import reading, transaction

URL = "https://receptor.example/x"


def told(message_id: str) -> list[int]:
    with reading() as db:
        found = db.query(Event).filter_by(message_id=message_id).one()
    return [row.destino_id for row in deliveries() if row.event_id == found.id]


def body(message_id: str) -> dict[str, object]:
    with reading() as db:
        loaded: dict[str, object] = json.loads(db.query(Event).filter_by(message_id=message_id).one().corpo)
        return loaded


def test_an_event_is_owed_to_each_subscriber(banco: str) -> None:
    first, second = webhook(URL), webhook(URL, "alerta_aberto", "alerta_resolvido")
    webhook(URL, "alerta_resolvido")
    assert told(disparar_webhook("alerta_aberto", {})) == [first, second]


def origins(*message_ids: str) -> list[str | None]:
    with reading() as db:
        kept = dict(db.query(Event.message_id, Event.origem).filter(Event.message_id.in_(message_ids)).all())
    return [kept[one] for one in message_ids]


def test_what_python_records_by_itself_has_a_beginning_of_its_own(banco: str) -> None:
    one, other = disparar_webhook("alerta_aberto", {}), disparar_webhook("alerta_aberto", {})
    first, second = disparar_varios([Disparo("alerta_aberto", {})] * 2)
    with transaction() as db:
        recorded = record_event(
            db,
            AlertaAberto(
                fonte="sat", objeto="l", loja="l", codigo="x", severidade="aviso", mensagem="m", aberto_em="t"
            ),
        )
    alone = origins(one, other, first, recorded.message_id)
    assert all(found and len(found) == 32 for found in alone)
    assert len(set(alone)) == 4
    assert origins(first) == origins(second), "what one call recorded has one beginning"


def test_what_something_caused_says_what(banco: str) -> None:
    with context.bound(origin="a" * 32):
        ids = [disparar_webhook("alerta_aberto", {}), *disparar_varios([Disparo("alerta_aberto", {})] * 2)]
    assert origins(*ids) == ["a" * 32] * 3


def test_a_name_is_matched_whole(sqlite: str) -> None:
    webhook(URL, "alerta_resolvido")
    assert told(disparar_webhook("alerta_aberto", {})) == []


def test_a_rolled_back_change_tells_nobody(banco: str) -> None:
    webhook(URL)
    with pytest.raises(RuntimeError), transaction() as db:
        disparar_webhook("alerta_aberto", {}, db=db)
        raise RuntimeError
    assert deliveries() == []


def test_a_users_event_reaches_that_user_only(banco: str) -> None:
    ana, bia, nobody = (webhook(URL, "nfe_importada") for _ in range(3))
    user = owned(ana, "ana")
    owned(bia, "bia", is_staff=True)
    assert told(disparar_webhook("nfe_importada", {}, usuario=user)) == [ana]
    assert told(disparar_webhook("nfe_importada", {})) == [nobody]


def test_a_user_who_is_off_is_told_nothing(banco: str) -> None:
    user = owned(webhook(URL, "nfe_importada"), "ana")
    managing.desativar("ana")
    one = disparar_webhook("nfe_importada", {}, usuario=user)
    (other,) = disparar_varios([Disparo("nfe_importada", {}, user)])
    assert (told(one), told(other)) == ([], [])
    managing.ativar("ana")
    assert len(told(disparar_webhook("nfe_importada", {}, usuario=user))) == 1


def test_an_operators_event_reaches_staff_and_destinations_without_owner(banco: str) -> None:
    ana, bia, nobody = (webhook(URL) for _ in range(3))
    user = owned(ana, "ana")
    owned(bia, "bia", is_staff=True)
    assert told(disparar_webhook("alerta_aberto", {}, usuario=user)) == [bia, nobody]


def test_a_switched_off_destination_keeps_its_events_and_an_inactive_one_gets_none(sqlite: str) -> None:
    off, inactive = webhook(URL), webhook(URL)
    from core.clock import SYSTEM

    change(off, desligado_em=SYSTEM.now())
    change(inactive, ativo=False)
    fire()
    assert [(row.destino_id, row.estado) for row in deliveries()] == [(off, "retido")]


def test_a_test_event_needs_no_subscription(sqlite: str) -> None:
    destino = webhook(URL)
    assert told(disparar_webhook("teste", {"mensagem": "olá"})) == [destino]


def test_the_body_is_the_fiscal_wire_in_raw_utf8(sqlite: str) -> None:
    message_id = disparar_webhook("alerta_aberto", {"nome": "São João"})
    sent = body(message_id)
    assert list(sent) == ["evento", "timestamp", "dados", "id"]
    assert (sent["evento"], sent["id"], sent["dados"]) == ("alerta_aberto", message_id, {"nome": "São João"})
    assert str(sent["timestamp"]).endswith("+00:00")
    with reading() as db:
        assert "São João".encode() in db.query(Event).one().corpo


def test_the_id_holds_no_full_stop_and_sorts_by_time(sqlite: str) -> None:
    ids = fire(3)
    assert all(one.startswith("msg_") and len(one) == 30 and "." not in one for one in ids)
    assert sorted(ids, key=lambda one: one[:14]) == ids


@pytest.mark.parametrize(
    ("evento", "dados", "reason"),
    [
        ("nada", {}, "Evento desconhecido"),
        ("alerta_aberto", [1], "objeto JSON"),
        ("alerta_aberto", {"x": float("nan")}, "não cabem em JSON"),
        ("alerta_aberto", {"x": object()}, "não cabem em JSON"),
        ("alerta_aberto", {"x": "a" * 2**20}, "passam de 1 MiB"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_a_sentence(sqlite: str, evento: str, dados: object, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        disparar_webhook(evento, dados)  # type: ignore[arg-type]
    assert deliveries() == []


def test_half_a_character_does_not_stop_an_event(sqlite: str) -> None:
    assert body(disparar_webhook("alerta_aberto", {"x": "a\ud800b"}))["dados"] == {"x": "a?b"}


def test_a_typed_event_carries_its_fields(sqlite: str) -> None:
    alerta = AlertaAberto(
        fonte="sat", objeto="loja-1", loja="loja-1", codigo="x", severidade="aviso", mensagem="m", aberto_em="t"
    )
    with transaction() as db:
        message_id = record_event(db, alerta).message_id
    assert body(message_id)["dados"] == {**alerta.dados(), "sequencia": 1}


def test_the_destination_an_event_is_about_is_not_told(sqlite: str) -> None:
    first, second = webhook(URL), webhook(URL)
    alerta = AlertaAberto(
        fonte="sat", objeto="l", loja="l", codigo="x", severidade="aviso", mensagem="m", aberto_em="t"
    )
    with transaction() as db:
        message_id = record_event(db, alerta, exceto=first).message_id
    assert told(message_id) == [second]


@pytest.mark.parametrize("kind", CATALOG.values(), ids=CATALOG)
def test_every_event_is_named_labelled_and_short_enough(kind: type[Payload]) -> None:
    assert kind.evento.isidentifier()
    assert len(kind.evento) <= 50
    assert kind.rotulo
    assert kind.__doc__


def test_an_event_takes_three_statements_at_most_however_many_are_told(banco: str) -> None:
    for number in range(12):
        webhook(URL, nome=f"d{number}")
    alerta = AlertaAberto(fonte="sat", objeto="loja-1", codigo="x", severidade="aviso", mensagem="m", aberto_em="t")
    with transaction() as db:
        record_event(db, alerta)
        with statements() as said:
            message_id = record_event(db, alerta).message_id
    assert len(said) <= 3
    assert len(told(message_id)) == 12
    assert body(message_id)["dados"]["sequencia"] == 2  # type: ignore[index]


def test_many_events_are_recorded_in_order_with_few_statements(banco: str) -> None:
    first, second = webhook(URL, "nfe_importada"), webhook(URL, "nfe_importada", "alerta_aberto", nome="b")
    user = owned(first, "ana")
    disparos = [
        *(Disparo("nfe_importada", {"n": n}, usuario=user if n % 2 else None) for n in range(300)),
        *(Disparo("alerta_aberto", {"n": n}, entidade=f"sat:{n % 2}") for n in range(6)),
    ]
    with transaction() as db, statements() as said:
        ids = disparar_varios(disparos, db)
    assert len(said) <= 10
    assert len(set(ids)) == 306
    assert [told(one) for one in ids[:2]] == [[second], [first]]
    assert [body(one)["dados"]["sequencia"] for one in ids[-6:]] == [1, 1, 2, 2, 3, 3]  # type: ignore[index]
    assert [body(one)["dados"]["n"] for one in ids[:300]] == list(range(300))  # type: ignore[index]
    assert disparar_varios([]) == []


def test_of_many_events_none_is_recorded_when_one_cannot_be(banco: str) -> None:
    webhook(URL)
    with pytest.raises(UsageError, match="não cabem em JSON"):
        disparar_varios([Disparo("alerta_aberto", {}), Disparo("alerta_aberto", {"x": object()})])
    assert deliveries() == []


def test_an_event_may_be_told_to_one_destination_alone(banco: str) -> None:
    first, second = webhook(URL), webhook(URL, "alerta_resolvido", nome="b")
    alerta = AlertaAberto(fonte="sat", objeto="l", codigo="x", severidade="aviso", mensagem="m", aberto_em="t")
    with transaction() as db:
        alone = record_event(db, alerta, somente=second).message_id
        everybody = record_event(db, alerta).message_id
    assert (told(alone), told(everybody)) == ([second], [first])


def test_an_operators_event_may_name_a_user(banco: str) -> None:
    ana, nobody = webhook(URL), webhook(URL, nome="b")
    user = owned(ana, "ana")
    assert told(disparar_webhook("alerta_aberto", {}, usuario=user)) == [nobody]


def test_a_filter_is_judged_when_an_event_is_recorded(banco: str) -> None:
    plain, large, other = (webhook(URL, "alerta_aberto", "alerta_resolvido") for _ in range(3))
    change(large, filtro='{"dados.valor":{"$gte":1000},"evento":"alerta_aberto"}')
    change(other, filtro='{"dados.itens.ncm":{"$in":["1905"]}}')
    small = {"valor": "999.99", "itens": [{"ncm": "2203"}, {"ncm": "1905"}]}
    assert told(disparar_webhook("alerta_aberto", small)) == [plain, other]
    many = [Disparo("alerta_aberto", small), Disparo("alerta_aberto", {"valor": 1000}), Disparo("alerta_resolvido", {})]
    assert [told(one) for one in disparar_varios(many)] == [[plain, other], [plain, large], [plain]]
    # what is owed already goes out as it was recorded
    change(plain, filtro='{"dados.valor":1}')
    assert told(disparar_webhook("alerta_aberto", {"valor": "1.00"})) == [plain]
    assert told(disparar_webhook("alerta_aberto", {})) == []
    assert len(deliveries(plain)) == 5


@pytest.mark.parametrize(
    ("evento", "dados", "wanted"),
    [
        ("alerta_aberto", {"severidade": "aviso", "loja": "a"}, ["plain", "labels", "night", "stopped"]),
        ("alerta_aberto", {"severidade": "critico", "loja": "b"}, ["plain", "severe", "night", "stopped", "field"]),
    ],
)
def test_those_with_filters_and_those_without_are_told_alike(
    banco: str, evento: str, dados: dict[str, object], wanted: list[str]
) -> None:
    made = {name: webhook(URL, nome=name) for name in ("severe", "plain", "labels", "night", "stopped", "field")}
    change(made["severe"], severidade_minima="critico")
    change(made["labels"], rotulos='{"loja": ["a"]}')
    change(made["night"], silencio=quiet_now())
    change(made["field"], filtro='{"dados.loja":"b"}')
    change(made["stopped"], pausado_em=SYSTEM.now())
    named = {number: name for name, number in made.items()}
    alone = disparar_webhook(evento, dados)
    with transaction() as db:
        joined = disparar_webhook(evento, dados, db=db)
    for message_id in (alone, joined):
        assert sorted(named[number] for number in told(message_id)) == sorted(wanted)
    later = {named[row.destino_id] for row in deliveries() if row.due_at > row.created_at}
    assert later == ({"night"} if dados["severidade"] == "aviso" else set())
    assert {row.estado for row in deliveries() if named[row.destino_id] == "stopped"} == {"retido"}


def test_an_event_on_postgresql_is_one_statement_unless_somebody_has_filters(postgres: str) -> None:
    first, second = webhook(URL), webhook(URL, nome="b")
    with statements() as said:
        assert told(disparar_webhook("alerta_aberto", {})) == [first, second]
    assert len([one for one in said if "INSERT" in one]) == 1
    change(first, severidade_minima="critico")
    assert told(disparar_webhook("alerta_aberto", {"severidade": "aviso"})) == [second]


def test_a_kind_that_is_not_told_of_nothing_is_asked_each_time(banco: str) -> None:
    mail, hook = webhook(URL, "consulta_concluida"), webhook(URL, "consulta_concluida", nome="b")
    user = owned(mail, "ana")
    owned(hook, "ana2")
    change(hook, usuario_id=user)
    change(mail, tipo="email")
    empty = {"documentos": 0, "faltam": 0}
    kind = CATALOG["consulta_concluida"]
    wanted = [number for number, tipo in ((mail, "email"), (hook, "webhook")) if kind.tells(tipo, empty)]
    assert told(disparar_webhook("consulta_concluida", empty, usuario=user)) == wanted == [hook]
