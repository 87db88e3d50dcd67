"""Queue tables in the three databases, made by the statements that a DBA is given."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from support.postgres import Cluster

from connectors.oracle import ddl
from connectors.oracle.engine import open_engine
from core.settings.fila import ContaFila, FilaColumns
from sandbox.oracle.server import OracleServer

USER, PASSWORD = "hsm", "palavra-de-teste"  # pragma: allowlist secret


@pytest.fixture
def oracle() -> Iterator[OracleServer]:
    with OracleServer({USER: PASSWORD}, lock_wait=5.0) as running:
        yield running


@pytest.fixture
def conta_oracle(oracle: OracleServer) -> ContaFila:
    return ContaFila(dsn=oracle.dsn, user=USER, password=PASSWORD)


@pytest.fixture
def conta_sqlite(tmp_path: Path) -> ContaFila:
    return ContaFila(url=f"sqlite:///{tmp_path}/fila.db")


@pytest.fixture
def conta_postgres(cluster: Cluster) -> Iterator[ContaFila]:
    name = cluster.create_from("template1")
    yield ContaFila(url=cluster.url(name))
    cluster.drop(name)


@pytest.fixture(params=["oracle", "postgres", "sqlite"])
def conta(request: pytest.FixtureRequest) -> ContaFila:
    """An account of each database in turn."""
    found: ContaFila = request.getfixturevalue(f"conta_{request.param}")
    return found


@pytest.fixture
def banco_da_fila(conta: ContaFila) -> Iterator[Engine]:
    """Its database, with the migrated table."""
    engine = open_engine(conta, "padrao")
    with engine.begin() as connection:
        kind = connection.dialect.name
        connection.exec_driver_sql(ddl.create(kind, conta.table, FilaColumns()))
        for statement in ddl.relay(kind, conta.table, FilaColumns()):
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()
