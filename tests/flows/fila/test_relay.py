"""Every row becomes one event, whatever breaks between claim, record and settle."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select
from sqlalchemy.event import listen

from connectors.oracle import ddl
from core.clock import SYSTEM
from core.errors import Misconfigured, Transient
from core.settings.fila import FilaColumns
from flows.destinos.creating import NewDestination, create
from flows.fila import accounts, closing, relay, views
from flows.fila.results import Report
from storage.models.destinos import Destino
from storage.models.eventos import Delivery, Estado, Event
from storage.session import reading
from tests.flows.fila.conftest import TABLE, Queue

Configure = Callable[..., None]
DONE = "PROCESSADO"


def events() -> list[dict[str, object]]:
    with reading() as db:
        return [json.loads(body)["dados"] for body in db.scalars(select(Event.corpo).order_by(Event.id))]


def orders() -> list[str]:
    return [str(one["id_os"]) for one in events()]


def test_a_row_becomes_an_event_and_is_closed(fila: Queue) -> None:
    fila.add(1250)
    assert relay.publish("padrao") == Report("padrao", 1, 1, 0)
    assert fila.statuses == [DONE]
    assert fila.column("processed")[0] is not None
    (event,) = events()
    assert event == {
        "conta": "padrao",
        "linha_id": 1,
        "id_os": "1250",
        "titulo": "Ordem de Serviço",
        "mensagem": "OS #1250 atualizada.",
        "prioridade": 3,
        "tags": ["info", "os"],
        "linhas": 1,
    }


def test_rows_are_told_in_their_order_and_once(fila: Queue) -> None:
    fila.add(*range(230))
    report = relay.publish("padrao")
    assert (report.linhas, report.publicadas) == (230, 230)
    assert orders() == [str(number) for number in range(230)]
    assert relay.publish("padrao") == Report("padrao")


def test_rows_of_one_order_are_told_one_after_the_other(fila: Queue) -> None:
    fila.add(7, 7, 8, 7)
    assert relay.publish("padrao").publicadas == 4
    assert [one["linha_id"] for one in events() if one["id_os"] == "7"] == [1, 2, 4]
    assert set(fila.statuses) == {DONE}


@pytest.mark.parametrize("lost", ["commit", "commit:after", "execute", "dml:after"])
@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("vazia", ["oracle"], indirect=True)
def test_a_lost_connection_repeats_nothing(fila: Queue, lost: str, step: int) -> None:
    """The first commit is the claim's, the second the settlement's."""
    assert fila.server is not None
    accounts.opened("padrao")
    fila.add(1, 2, 3)
    seen = []

    def drop_at_step(_session: object) -> None:
        seen.append(lost)
        if len(seen) == step:
            from sandbox.oracle.errors import Dropped

            raise Dropped

    fila.server.faults.fail_next(lost, drop_at_step, times=step)
    for _ in range(4):
        try:
            relay.publish("padrao")
            break
        except Transient:
            continue
    _let_leases_end(fila)
    relay.publish("padrao")
    assert fila.statuses == [DONE] * 3
    assert orders() == ["1", "2", "3"]


def _let_leases_end(fila: Queue) -> None:
    table = accounts.opened("padrao").layout.table
    with fila.engine.begin() as connection:
        connection.execute(table.update().where(table.c.status == "PROCESSANDO").values(status="PENDENTE", token=None))


def test_a_row_that_was_recorded_and_not_closed_is_closed_without_a_second_event(fila: Queue) -> None:
    fila.add(1, 2)
    relay.publish("padrao")
    table = accounts.opened("padrao").layout.table
    with fila.engine.begin() as connection:
        connection.execute(table.update().values(status="PENDENTE"))
    assert relay.publish("padrao") == Report("padrao", 2, 0, 2)
    assert fila.statuses == [DONE] * 2
    assert orders() == ["1", "2"]


def test_an_unknown_destination_stops_the_account_and_nothing_is_lost(fila: Queue, configure: Configure) -> None:
    fila.add(1)
    configure(fila__destination="nao-ha")
    with pytest.raises(Misconfigured, match="nao-ha"):
        relay.publish("padrao")
    assert fila.statuses == ["PENDENTE"]
    assert fila.column("attempts") == [0]
    assert events() == []


def test_a_named_destination_is_told_though_it_subscribes_to_something_else(fila: Queue, configure: Configure) -> None:
    new_destination("oficina", ["alerta_aberto"])
    new_destination("todos", ["ordem_servico_notificada"])
    configure(fila__destination="oficina")
    fila.add(1)
    relay.publish("padrao")
    with reading() as db:
        told = db.execute(select(Destino.nome, Delivery.estado).join(Destino, Destino.id == Delivery.destino_id)).all()
    assert [tuple(row) for row in told] == [("oficina", Estado.PENDENTE)]


def new_destination(nome: str, eventos: list[str]) -> None:
    create(NewDestination("ntfy", nome, "https://ntfy.exemplo.com.br", eventos, topico="hsm_os"))


def test_a_backlog_may_be_told_as_a_summary(fila: Queue, configure: Configure) -> None:
    configure(fila__digest_above="10")
    fila.add(*range(40))
    assert relay.publish("padrao").publicadas == 40
    (event,) = events()
    assert event["titulo"] == "Ordem de Serviço: 40 avisos"
    assert str(event["mensagem"]).startswith("OS #0 atualizada.\nOS #1 atualizada.\n")
    assert str(event["mensagem"]).endswith("\ne mais 20")


def test_a_backlog_larger_than_a_batch_is_told_as_a_summary_of_each_batch(fila: Queue, configure: Configure) -> None:
    configure(fila__digest_above="30", fila__batch="20")
    fila.add(*range(50))
    assert relay.publish("padrao").publicadas == 50
    # what is left is no backlog any more
    assert [one["linhas"] for one in events()] == [20, *[1] * 30]


@pytest.mark.parametrize("text", [None, "", "x" * 4000, "ação 🚚 “aspas”", "'; DROP TABLE HSM_FILA_NOTIFICACAO; --"])
def test_any_text_is_told(fila: Queue, configure: Configure, text: str | None) -> None:
    configure(fila__template="{mensagem}")
    fila.add(1, text=text)
    fila.add(2)
    assert relay.publish("padrao").publicadas == 2
    assert [one["mensagem"] for one in events()] == [text or "(sem texto)", "texto"]


def test_a_number_that_comes_again_is_told_again(fila: Queue) -> None:
    fila.add(1)
    relay.publish("padrao")
    table = accounts.opened("padrao").layout.table
    from datetime import datetime

    with fila.engine.begin() as connection:
        connection.execute(table.update().values(status="PENDENTE", created=datetime(2031, 1, 1)))  # noqa: DTZ001
    assert relay.publish("padrao").publicadas == 1
    assert orders() == ["1", "1"]


def test_a_table_with_two_states_works_too(vazia: Queue) -> None:
    vazia.make(prepared=False)
    vazia.add(1, 2, 3)
    assert relay.publish("padrao").publicadas == 3
    assert vazia.statuses == [DONE] * 3
    assert orders() == ["1", "2", "3"]


@pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
def test_a_batch_is_closed_by_one_statement(fila: Queue) -> None:
    """However long it took to make events of its rows."""
    fila.add(*range(50))
    seen: list[str] = []
    opened = accounts.opened("padrao")
    listen(opened.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    relay.batch(opened)
    assert len([sql for sql in seen if "UPDATE hsm_fila" in sql]) == 3  # leases that ended, the claim, the end


def test_two_rows_of_one_number_are_both_told(vazia: Queue) -> None:
    """The published table has no key: its number may be there twice, and the limit of a batch may lie between them."""
    kind = vazia.engine.dialect.name
    number = {"oracle": "NUMBER", "postgresql": "bigint", "sqlite": "INTEGER"}[kind]
    create = ddl.create(kind, TABLE, FilaColumns())
    vazia.run(create.replace(ddl.WORDS[kind].identity, number), *ddl.relay(kind, TABLE, FilaColumns()))
    table = accounts.opened("padrao").layout.table
    rows = [{"id": 5, "os": os, "message": f"texto {os}"} for os in (1, 2)]
    with vazia.engine.begin() as connection:
        connection.execute(insert(table), rows)
    fila = accounts.opened("padrao")
    token = "a|1|1|x"
    with fila.transaction() as connection:
        claimed = fila.table.on(connection).claim(1, SYSTEM.now(), 60, token)
        assert sorted(order.os for order in claimed) == ["1", "2"]
        fila.table.on(connection).give_back(token, [5], SYSTEM.now())
    assert relay.publish("padrao").publicadas == 2
    assert vazia.statuses == [DONE] * 2
    assert sorted(orders()) == ["1", "2"]


WIDE = {"5": 5, "7.5": "7.5", "100000000000000000000": 10**20}


@pytest.mark.parametrize("waits", ["false", "true"])
def test_a_number_that_is_no_integer_of_ours_is_told_like_any_other(
    vazia: Queue, configure: Configure, waits: str
) -> None:
    """A NUMBER of Oracle has up to 38 digits, and may have a fraction."""
    kind = vazia.engine.dialect.name
    number = {"oracle": "NUMBER", "postgresql": "numeric", "sqlite": "NUMERIC"}[kind]
    create = ddl.create(kind, TABLE, FilaColumns())
    vazia.run(create.replace(ddl.WORDS[kind].identity, number), *ddl.relay(kind, TABLE, FilaColumns()))
    vazia.run(*(f"INSERT INTO {TABLE} (ID, ID_OS, MENSAGEM) VALUES ({digits}, 1, 'x')" for digits in WIDE))
    configure(fila__wait_for_push=waits, fila__ordered="false")
    assert relay.publish("padrao").publicadas == len(WIDE)
    assert {one["linha_id"] for one in events()} == set(WIDE.values())
    closing.close_answered(accounts.opened("padrao"), SYSTEM)
    assert vazia.statuses == [DONE] * len(WIDE)
    assert {line.linha for line in views.lines("padrao").itens} == set(WIDE)
