"""A table that only gets rows: our own database remembers, and a look costs the same however long the history is."""

from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import event

from flows.fila import accounts, relay, unmarked
from flows.fila.results import Report
from tests.flows.fila.conftest import Queue
from tests.flows.fila.test_relay import events, orders

Configure = Callable[..., None]
TABLE = "MSG_CHAMADO_FILA_HSM"
COLUMNS = '{"id": "CD_OS", "os": "CD_OS", "message": "DS_SERVICO"}'


@pytest.fixture
def chamados(vazia: Queue, configure: Configure) -> Queue:
    """The second form of the field: no state, one row for each order."""
    kind = vazia.engine.dialect.name
    number, text = ("bigint", "varchar(500)") if kind != "oracle" else ("NUMBER", "VARCHAR2(500)")
    vazia.run(f"CREATE TABLE {TABLE} (CD_OS {number} PRIMARY KEY, NM_SETOR {text}, DS_SERVICO {text})")
    template = "OS: {id_os} SETOR: {nm_setor} {mensagem}"
    configure(fila__table=TABLE, fila__layout="sem_status", fila__columns=COLUMNS, fila__template=template)
    return vazia


def come(fila: Queue, numbers: Iterable[int]) -> None:
    fila.run(*(f"INSERT INTO {TABLE} VALUES ({number}, 'Oficina', 'troca de óleo')" for number in numbers))


def test_rows_are_remembered_here_whatever_their_order(chamados: Queue) -> None:
    for number in (7, 3):
        come(chamados, [number])
        assert relay.publish("padrao").publicadas == 1
    assert orders() == ["7", "3"]
    assert events()[0]["mensagem"] == "OS: 7 SETOR: Oficina troca de óleo"
    assert relay.publish("padrao") == Report("padrao")


@pytest.fixture
def long_past(chamados: Queue, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """Sixty rows were told, every tenth number, and a page has five."""
    monkeypatch.setattr(unmarked, "PAGE", 5)
    come(chamados, range(10, 610, 10))
    assert relay.publish("padrao").publicadas == 60
    assert relay.publish("padrao") == Report("padrao")
    return chamados


def looks(fila: Queue) -> list[str]:
    """Return what one look asks the queue's database for."""
    asked: list[str] = []
    engine = accounts.opened("padrao").engine
    note = lambda *given: asked.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    relay.publish("padrao")
    event.remove(engine, "before_cursor_execute", note)
    return asked


def test_a_look_costs_the_same_however_long_the_history_is(long_past: Queue) -> None:
    cost = len(looks(long_past))
    come(long_past, range(1000, 1400, 10))
    relay.publish("padrao")
    relay.publish("padrao")
    assert len(looks(long_past)) == cost
    # three pages: the last rows told, what comes after them, one of the round
    assert len([sql for sql in looks(long_past) if "SELECT" in sql]) == 3


def test_a_lower_number_that_was_committed_late_is_told(long_past: Queue) -> None:
    come(long_past, [595])
    assert relay.publish("padrao").publicadas == 1
    come(long_past, [15])
    rounds = 0
    while "15" not in orders():
        relay.publish("padrao")
        rounds += 1
    assert rounds <= 13


def test_a_table_made_anew_that_counts_from_one_again_is_told(long_past: Queue) -> None:
    long_past.run(f"DELETE FROM {TABLE}")
    come(long_past, [1, 2])
    assert relay.publish("padrao").publicadas == 2


def test_another_process_that_looks_for_the_first_time_tells_nothing_again(long_past: Queue) -> None:
    accounts.close()
    assert relay.publish("padrao") == Report("padrao")
