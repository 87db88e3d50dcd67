"""The flow on PostgreSQL with the types and the functions of Oracle (orafce): a DATE with its time, VARCHAR2."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from support.postgres import Cluster

from connectors.oracle import ddl
from connectors.oracle.engine import open_engine
from core.clock import SYSTEM
from core.settings.fila import FilaColumns, FilaSettings
from flows.fila import accounts, again, looking, relay, views
from tests.flows.fila.conftest import TABLE, Queue
from tests.flows.fila.test_relay import DONE, events, orders

Configure = Callable[..., None]
CREATE = f"""
CREATE TABLE {TABLE} (
  ID bigint GENERATED ALWAYS AS IDENTITY, ID_OS numeric, MENSAGEM oracle.varchar2(4000),
  STATUS oracle.varchar2(20) DEFAULT 'PENDENTE', DT_CRIACAO oracle.date DEFAULT oracle.sysdate(),
  DT_PROCESSAMENTO oracle.date, NM_SETOR oracle.varchar2(50))"""


@pytest.fixture
def fila(cluster: Cluster, sqlite: str, configure: Configure) -> Iterator[Queue]:
    if not cluster.offers("orafce"):
        pytest.skip("PostgreSQL has no orafce here")
    name = cluster.create_from("template1")
    configure(fila__url=cluster.url(name), fila__template="{id_os} {nm_setor}: {mensagem}")
    made = Queue(open_engine(FilaSettings.current().contas["padrao"], "padrao"))
    made.run("CREATE EXTENSION orafce", CREATE, *ddl.relay("postgresql", TABLE, FilaColumns()))
    yield made
    accounts.close()
    made.engine.dispose()
    cluster.drop(name)


def test_rows_are_told_in_their_order_and_closed(fila: Queue) -> None:
    fila.run(f"INSERT INTO {TABLE} (ID_OS, MENSAGEM, NM_SETOR) VALUES (7, 'ação 🚚', 'Oficina'), (7, NULL, NULL)")
    fila.add(8)
    assert relay.publish("padrao").publicadas == 3
    assert orders() == ["7", "8", "7"]
    assert events()[0]["mensagem"] == "7 Oficina: ação 🚚"
    assert fila.statuses == [DONE] * 3
    assert all(isinstance(one, datetime) for one in fila.column("processed"))


def test_the_age_of_the_oldest_row_is_known_to_the_second(fila: Queue) -> None:
    fila.run(f"INSERT INTO {TABLE} (ID_OS, DT_CRIACAO) VALUES (1, localtimestamp - interval '90 seconds')")
    looking.note_counts(accounts.opened("padrao"), SYSTEM)
    (view,) = views.accounts()
    assert view.mais_antiga_segundos is not None
    assert 89 <= view.mais_antiga_segundos < 150


def test_a_row_in_error_comes_back(fila: Queue) -> None:
    fila.add(1)
    relay.publish("padrao")
    fila.run(f"UPDATE {TABLE} SET STATUS = 'ERRO'")
    assert again.reprocess("padrao") == 1
    assert relay.publish("padrao").publicadas == 1
