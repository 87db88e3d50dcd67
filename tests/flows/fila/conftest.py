"""A queue table in each database, with Esteira's own in SQLite, and a destination that subscribes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Engine, insert, select
from support.postgres import Cluster

from connectors.oracle import ddl
from connectors.oracle.engine import open_engine
from core.settings.fila import FilaColumns, FilaSettings
from flows.fila import accounts
from sandbox.ntfy import NtfyServer
from sandbox.oracle.server import OracleServer

USER, PASSWORD = "hsm", "palavra-de-teste"  # pragma: allowlist secret
Configure = Callable[..., None]
TABLE = "HSM_FILA_NOTIFICACAO"


class Queue:
    """The queue's own side: what an ERP does with it, and what is to be seen there."""

    def __init__(self, engine: Engine, server: OracleServer | None = None) -> None:
        self.engine, self.server = engine, server

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def make(self, *, prepared: bool = True) -> None:
        kind = self.engine.dialect.name
        self.run(ddl.create(kind, TABLE, FilaColumns()))
        if prepared:
            self.run(*ddl.relay(kind, TABLE, FilaColumns()))

    def add(self, *orders: int, text: str | None = "texto") -> None:
        table = accounts.opened("padrao").layout.table
        with self.engine.begin() as connection:
            connection.execute(insert(table), [{"os": number, "message": text} for number in orders])

    def column(self, name: str) -> list[Any]:
        table = accounts.opened("padrao").layout.table
        with self.engine.begin() as connection:
            return list(connection.scalars(select(table.c[name]).order_by(table.c.id)))

    @property
    def statuses(self) -> list[str]:
        return self.column("status")


class Keeping(NtfyServer):
    """Keeps the bodies as they came."""

    def __init__(self) -> None:
        super().__init__(burst=10**6)
        self.bodies: list[dict[str, Any]] = []

    def middlewares(self) -> Any:
        @web.middleware
        async def keep(request: web.Request, handler: Any) -> Any:
            self.bodies.append(json.loads(await request.read()))
            return await handler(request)

        return (keep, *super().middlewares())


@pytest.fixture
def oracle() -> Iterator[OracleServer]:
    with OracleServer({USER: PASSWORD}, lock_wait=5.0) as running:
        yield running


@pytest.fixture(params=["oracle", "postgres", "sqlite"])
def vazia(request: pytest.FixtureRequest, sqlite: str, configure: Configure, tmp_path: Path) -> Iterator[Queue]:
    """A configured account whose table is not there yet."""
    server = None
    if request.param == "oracle":
        server = request.getfixturevalue("oracle")
        configure(fila__dsn=server.dsn, fila__user=USER, fila__password=PASSWORD)
    elif request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("cluster")
        name = cluster.create_from("template1")
        configure(fila__url=cluster.url(name))
    else:
        configure(fila__url=f"sqlite:///{tmp_path}/fila.db")
    engine = open_engine(FilaSettings.current().contas["padrao"], "padrao")
    yield Queue(engine, server)
    if server is not None:
        server.kill_sessions()
    accounts.close()
    engine.dispose()
    if request.param == "postgres":
        cluster.drop(name)


@pytest.fixture
def fila(vazia: Queue) -> Queue:
    """A table prepared for a reliable relay."""
    vazia.make()
    return vazia
