"""What a table, its people and its server do to a relay: each costs itself, and nothing is lost or told twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from support.ports import PATIENCE_SECONDS, wait_until
from support.postgres import Cluster

from alerts import sources
from alerts.moment import Moment
from claims.holder import new_token
from connectors.oracle import ddl
from connectors.oracle.engine import open_engine
from connectors.oracle.orders import Status, Told
from core.clock import SYSTEM, FixedClock
from core.errors import Misconfigured, Transient, UsageError
from core.settings.fila import FilaColumns
from flows.fila import accounts, looking, preparing, recording, relay, views, watching
from storage.session import reading
from tests.flows.fila.conftest import TABLE, Queue
from tests.flows.fila.test_relay import DONE, events, orders
from tests.flows.fila.test_unmarked import looks

Configure = Callable[..., None]
LATIN = "ção".encode("cp1252").hex()


def claimed(clock: FixedClock | None = None) -> tuple[accounts.Fila, str, list[int]]:
    """Claim a batch, as a relay does before it records."""
    fila, token = accounts.opened("padrao"), new_token()
    found = relay.claim(fila, token, clock or SYSTEM)
    recording.record(found, "padrao", fila.conta, SYSTEM)
    return fila, token, [int(one.id) for one in found]


def test_rows_that_are_deleted_while_they_are_held_cost_only_themselves(fila: Queue) -> None:
    fila.add(1, 2, 3)
    opened, token, ids = claimed()
    fila.run(f"DELETE FROM {TABLE} WHERE ID = 2")
    told = [Told(number, Status.PROCESSADO, SYSTEM.now()) for number in ids]
    assert relay.settle(opened, token, told) == {1, 3}
    assert fila.statuses == [DONE] * 2


@contextmanager
def holding(fila: Queue, statement: str) -> Iterator[Connection]:
    """Hold what a statement locks until the end of the block."""
    with fila.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(statement).fetchall()
        yield connection


@pytest.mark.parametrize("vazia", ["oracle", "postgres"], indirect=True)
def test_rows_that_another_transaction_holds_are_passed_over(fila: Queue) -> None:
    fila.add(1, 2, 3)
    with holding(fila, f"SELECT ID FROM {TABLE} WHERE ID = 2 FOR UPDATE"):
        assert relay.publish("padrao").publicadas == 2
    assert relay.publish("padrao").publicadas == 1
    assert orders() == ["1", "3", "2"]


@pytest.mark.parametrize("vazia", ["postgres"], indirect=True)
def test_a_locked_table_is_for_later(fila: Queue, configure: Configure) -> None:
    configure(fila__call_timeout="3")
    fila.add(1)
    accounts.opened("padrao")
    with fila.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Transient, match=r"segura as linhas|a tempo"):
            relay.publish("padrao")
    assert relay.publish("padrao").publicadas == 1


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_worker_whose_clock_is_wrong_takes_no_row_from_another(fila: Queue, hours: int) -> None:
    """The clock of the queue's own server decides."""
    fila.add(1)
    wrong = FixedClock(SYSTEM.now() + timedelta(hours=hours))
    claimed(wrong)
    assert relay.claim(accounts.opened("padrao"), new_token(), SYSTEM) == []
    assert relay.claim(accounts.opened("padrao"), new_token(), wrong) == []


@pytest.mark.parametrize("vazia", ["oracle"], indirect=True)
def test_bytes_of_another_character_set_are_told_as_far_as_they_can_be_read(fila: Queue, configure: Configure) -> None:
    configure(fila__template="{mensagem}")
    fila.add(1, 2)
    assert fila.server is not None
    rows = fila.server.database.connect()
    rows.execute(f"UPDATE {TABLE} SET MENSAGEM = X'{LATIN}' WHERE ID = 1")
    rows.close()
    assert relay.publish("padrao").publicadas == 2
    assert [one["mensagem"] for one in events()] == ["��o", "texto"]
    assert fila.statuses == [DONE] * 2


def test_a_database_without_an_encoding_is_read_as_that_of_windows(
    cluster: Cluster, sqlite: str, configure: Configure
) -> None:
    name = cluster.create_plain()
    configure(fila__url=cluster.url(name), fila__template="{mensagem}")
    try:
        fila = Queue(accounts.open_engine(accounts.settings_of("padrao"), "padrao"))
        fila.make()
        fila.run(f"INSERT INTO {TABLE} (ID_OS, MENSAGEM) VALUES (1, convert_from('\\x{LATIN}', 'SQL_ASCII'))")
        fila.add(2, text="ação")
        assert relay.publish("padrao").publicadas == 2
        assert [one["mensagem"] for one in events()] == ["ção", "ação"]
    finally:
        accounts.close()
        fila.engine.dispose()
        cluster.drop(name)


def test_a_password_that_postgresql_refuses_is_told(cluster: Cluster, sqlite: str, configure: Configure) -> None:
    """Of a connection that was not made there is no SQLSTATE."""
    user = cluster.with_password("certa")
    name = cluster.create_from("template1")
    for word, database, sentence in (("errada", name, "fila.url"), ("certa", "nada", "fila.url")):
        configure(fila__url=cluster.url(database).replace("esteira@", f"{user}:{word}@"))
        with pytest.raises(Misconfigured, match=sentence) as told:
            accounts.opened("padrao")
        assert word not in str(told.value)
    cluster.drop(name)


@pytest.mark.parametrize("vazia", ["oracle"], indirect=True)
def test_a_password_in_its_days_of_grace_works_and_is_an_alert(fila: Queue) -> None:
    assert fila.server is not None
    assert not codes()
    fila.server.grace = 5
    accounts.close()
    fila.add(1)
    assert relay.publish("padrao").publicadas == 1
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    assert codes() == {"senha"}
    fila.server.grace = None
    accounts.close()
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    assert not codes()


def codes() -> set[str]:
    with reading() as db:
        moment = Moment(db, SYSTEM.now())
        return {one.codigo for judge in sources.sources()["fila"] for one in judge(moment) if one.ativo}


@pytest.mark.parametrize("vazia", ["oracle"], indirect=True)
def test_a_listener_that_is_down_is_told_and_watched_again(fila: Queue, configure: Configure) -> None:
    assert fila.server is not None
    fila.add(1)
    accounts.close()
    fila.server.refuse = 12514
    (report,) = watching.watch_all(0.3)
    assert "fila.dsn" in str(report.falha)
    assert "fila.dsn" in str(views.accounts()[0].falha)
    fila.server.refuse = None
    # a turn may be over before it has got to the rows
    wait_until(lambda: watching.watch_all(0.3)[0].falha is None and fila.statuses == [DONE])
    assert views.accounts()[0].falha is None


BEYOND = {"oracle": "'-4711-01-01 00:00:00'", "postgresql": "'infinity'", "sqlite": "'ontem'"}


def test_a_date_that_is_none_costs_nobody(fila: Queue) -> None:
    beyond = BEYOND[fila.engine.dialect.name]
    fila.run(f"INSERT INTO {TABLE} (ID_OS, DT_CRIACAO) VALUES (1, {beyond})")
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    fila.add(2)
    assert relay.publish("padrao").publicadas == 2
    assert orders() == ["1", "2"]


@pytest.mark.parametrize("bank", ["oracle", "postgresql", "sqlite"])
def test_what_the_dba_is_given_copies_columns_of_the_order(bank: str) -> None:
    script = preparing.script(bank, TABLE, "ORDEM_SERVICO", ["NM_SETOR"])
    new = ":NEW" if bank == "oracle" else "NEW"
    assert script.count("NM_SETOR") == {"oracle": 3, "postgresql": 3, "sqlite": 5}[bank]
    assert f"{new}.NM_SETOR)" in script
    with pytest.raises(UsageError):
        preparing.script(bank, TABLE, "ORDEM_SERVICO", ["NM_SETOR; DROP TABLE X"])


@pytest.mark.parametrize("vazia", ["postgres", "sqlite"], indirect=True)
def test_a_sector_that_the_trigger_copies_decides_how_an_order_is_told(vazia: Queue, configure: Configure) -> None:
    configure(fila__rules='[{"column": "NM_SETOR", "value": "oficina", "priority": 5}]')
    vazia.run("CREATE TABLE ORDEM_SERVICO (ID_OS integer, NM_SETOR varchar(50))")
    vazia.run(*ddl.statements(vazia.engine.dialect.name, more=["NM_SETOR"]))
    vazia.run("INSERT INTO ORDEM_SERVICO VALUES (1, 'Oficina'), (2, 'Pintura')")
    assert relay.publish("padrao").publicadas == 2
    assert [one["prioridade"] for one in events()] == [5, 3]


NO_NUMBERS = {"oracle": ["NULL"], "postgresql": ["NULL", "'NaN'", "'Infinity'"], "sqlite": ["NULL", "'2026/17'"]}


def with_any_number(fila: Queue, *, prepared: bool) -> int:
    """Make a table without a key, with a good row among such as have no number; return how many these are."""
    kind = fila.engine.dialect.name
    number = {"oracle": "NUMBER", "postgresql": "numeric", "sqlite": "NUMERIC"}[kind]
    fila.run(ddl.create(kind, TABLE, FilaColumns()).replace(ddl.WORDS[kind].identity, number))
    fila.run(*(ddl.relay(kind, TABLE, FilaColumns()) if prepared else ()))
    given = enumerate([*NO_NUMBERS[kind], "7"])
    fila.run(*(f"INSERT INTO {TABLE} (ID, ID_OS, MENSAGEM) VALUES ({number}, {os}, 'x')" for os, number in given))
    return len(NO_NUMBERS[kind])


@pytest.mark.parametrize("prepared", [True, False])
def test_a_row_without_a_number_costs_only_itself(vazia: Queue, *, prepared: bool) -> None:
    bad = with_any_number(vazia, prepared=prepared)
    assert relay.publish("padrao").publicadas == 1
    assert orders() == [str(bad)]
    assert vazia.statuses.count(DONE) == 1


def test_a_row_without_a_number_costs_only_itself_where_there_are_no_states(vazia: Queue, configure: Configure) -> None:
    bad = with_any_number(vazia, prepared=False)
    configure(fila__layout="sem_status", fila__columns='{"status": "NAO_HA"}')
    assert [relay.publish("padrao").publicadas for _ in range(2)] == [1, 0]
    assert orders() == [str(bad)]


@pytest.mark.parametrize("vazia", ["postgres", "sqlite"], indirect=True)
def test_a_row_that_nobody_can_close_is_in_error_after_its_leases(vazia: Queue, configure: Configure) -> None:
    configure(fila__max_attempts="1")
    with_any_number(vazia, prepared=True)
    relay.publish("padrao")
    vazia.run(f"UPDATE {TABLE} SET DT_RESERVA = '2000-01-01 00:00:00'")
    relay.publish("padrao")
    # but for the one of which not even the table knows a number
    assert sorted(set(vazia.statuses)) == ["ERRO", "PENDENTE", DONE]
    assert vazia.statuses.count("PENDENTE") == 1


def test_a_column_of_texts_is_refused_as_the_number_of_rows(vazia: Queue, configure: Configure) -> None:
    text = {"oracle": "VARCHAR2(20)"}.get(vazia.engine.dialect.name, "varchar(20)")
    vazia.run(f"CREATE TABLE {TABLE} (CD_OS {text}, DS_SERVICO {text})", f"INSERT INTO {TABLE} VALUES ('2026/17', 'x')")
    configure(fila__layout="sem_status", fila__columns='{"id": "CD_OS", "os": "CD_OS", "message": "DS_SERVICO"}')
    (report,) = watching.watch_all(0.5)
    assert "CD_OS" in str(report.falha)
    assert "não é numérica" in str(views.accounts()[0].falha)
    assert codes() == {"inacessivel"}


@pytest.mark.parametrize("vazia", ["sqlite"], indirect=True)
def test_a_fault_that_nobody_thought_of_costs_only_its_account(
    fila: Queue, configure: Configure, tmp_path: Path
) -> None:
    configure(fila__contas__outra__url=f"sqlite:///{tmp_path}/outra.db")
    other = Queue(open_engine(accounts.settings_of("outra"), "outra"))
    other.make()
    fila.add(1)
    other.run(f"INSERT INTO {TABLE} (ID_OS, MENSAGEM) VALUES (2, 'x')")

    def defect(*_: object) -> None:
        raise RuntimeError("nobody thought of it")

    event.listen(accounts.opened("padrao").engine, "before_cursor_execute", defect)
    reports = {report.conta: str(report.falha) for report in watching.watch_all(0.5)}
    assert "RuntimeError" in reports["padrao"]
    assert reports["outra"] == "None"
    wait_until(lambda: watching.watch_all(0.5) and orders() == ["2"])
    assert ["RuntimeError" in str(view.falha) for view in views.accounts()] == [True, False]
    assert codes() == {"inacessivel"}
    other.engine.dispose()


def table_with_dates(fila: Queue, kind: str) -> None:
    """Make a prepared table whose dates are of some type."""
    bank = fila.engine.dialect.name
    column = f"DT_CRIACAO {ddl.WORDS[bank].date} DEFAULT {ddl.WORDS[bank].now}"
    create = ddl.create(bank, TABLE, FilaColumns())
    assert column in create
    fila.run(create.replace(column, f"DT_CRIACAO {kind}"), *ddl.relay(bank, TABLE, FilaColumns()))


@pytest.mark.parametrize("when", ["14/07/2026 10:00:00", "ontem", "2026-07-14 10:00:00"])
def test_dates_may_be_texts(vazia: Queue, when: str) -> None:
    """As the second form of the field has them; one that reads as a date is as any other."""
    table_with_dates(vazia, {"oracle": "VARCHAR2(50)"}.get(vazia.engine.dialect.name, "varchar(50)"))
    vazia.run(f"INSERT INTO {TABLE} (ID_OS, MENSAGEM, DT_CRIACAO) VALUES (7, 'x', '{when}')")
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    assert relay.publish("padrao").publicadas == 1
    vazia.run(f"UPDATE {TABLE} SET STATUS = 'PENDENTE'")
    assert (relay.publish("padrao").publicadas, orders()) == (0, ["7"])


def test_a_table_without_states_may_have_texts_as_dates(vazia: Queue, configure: Configure) -> None:
    bank = vazia.engine.dialect.name
    number, text = ("NUMBER", "VARCHAR2(50)") if bank == "oracle" else ("bigint", "varchar(50)")
    vazia.run(f"CREATE TABLE {TABLE} (CD_OS {number} PRIMARY KEY, DS_SERVICO {text}, DT_PEDIDO {text})")
    vazia.run(f"INSERT INTO {TABLE} VALUES (7, 'troca de óleo', '14/07/2026 10:00:00')")
    columns = '{"id": "CD_OS", "os": "CD_OS", "message": "DS_SERVICO", "created": "DT_PEDIDO"}'
    configure(fila__layout="sem_status", fila__columns=columns)
    assert [relay.publish("padrao").publicadas for _ in range(2)] == [1, 0]
    # our own server lets a text stand beside a date, Oracle does not (ORA-01843)
    assert not [sql for sql in looks(vazia) if "CASE" in sql]


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
@pytest.mark.parametrize("vazia", ["postgres"], indirect=True)
def test_a_date_without_an_end_costs_nobody_whatever_its_type(vazia: Queue, kind: str) -> None:
    table_with_dates(vazia, f"{kind} DEFAULT now()")
    vazia.run(f"INSERT INTO {TABLE} (ID_OS, DT_CRIACAO) VALUES (1, 'infinity'), (2, '-infinity'), (3, now())")
    assert relay.publish("padrao").publicadas == 3


@pytest.mark.parametrize("vazia", ["postgres"], indirect=True)
def test_the_age_of_a_date_with_a_zone_is_known(vazia: Queue) -> None:
    table_with_dates(vazia, "timestamptz DEFAULT now()")
    vazia.run(f"INSERT INTO {TABLE} (ID_OS, DT_CRIACAO) VALUES (1, now() - interval '90 seconds')")
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    assert 89 <= (views.accounts()[0].mais_antiga_segundos or 0) < 90 + PATIENCE_SECONDS


@pytest.mark.parametrize("states", [True, False])
@pytest.mark.parametrize("vazia", ["oracle"], indirect=True)
def test_a_date_whose_zone_has_a_name_costs_nobody(vazia: Queue, configure: Configure, states: bool) -> None:
    """As JDBC has them; the driver fails, and the whole fetch."""
    if not states:
        configure(fila__layout="sem_status", fila__columns='{"status": "NAO_HA"}')
    configure(fila__template="{id_os} de {dt_entrega}")
    zoned = "TIMESTAMP(6) WITH TIME ZONE"
    table_with_dates(vazia, f"{zoned}, DT_ENTREGA {zoned}")
    into = f"INSERT INTO {TABLE} (ID_OS, MENSAGEM, DT_CRIACAO, DT_ENTREGA)"
    for number, zone in enumerate(("-03:00", " America/Sao_Paulo"), start=1):
        when = f"'2026-07-14 12:00:00{zone}'"
        vazia.run(f"{into} VALUES ({number}, 'x', {when}, {when})")
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    assert relay.publish("padrao").publicadas == 2
    assert [str(one["mensagem"]) for one in events()] == [f"{number} de 2026-07-14 12:00:00" for number in (1, 2)]
    vazia.run(f"UPDATE {TABLE} SET STATUS = 'PENDENTE'")
    assert relay.publish("padrao").publicadas == 0
