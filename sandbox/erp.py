"""An ERP in miniature: service orders appear in its database, and a trigger puts each into a queue table (SQLite)."""

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.busy import Busy

FIRST_ORDER = 1250
SECTORS = ("Oficina", "Pintura", "Elétrica")
SERVICES = ("troca de óleo", "revisão dos 10.000 km", "pintura do para-choque", "troca de lâmpada")
TABLES = """
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS ORDEM_SERVICO (ID_OS INTEGER PRIMARY KEY, NM_SETOR TEXT, DS_SERVICO TEXT);
CREATE TABLE IF NOT EXISTS HSM_FILA_NOTIFICACAO (
  ID INTEGER PRIMARY KEY AUTOINCREMENT, ID_OS INTEGER, MENSAGEM TEXT, STATUS TEXT DEFAULT 'PENDENTE',
  DT_CRIACAO TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%S', 'now', 'localtime')), DT_PROCESSAMENTO TEXT, NM_SETOR TEXT);
CREATE TRIGGER IF NOT EXISTS TG_OS_NOTIF AFTER INSERT ON ORDEM_SERVICO FOR EACH ROW BEGIN
  INSERT INTO HSM_FILA_NOTIFICACAO (ID_OS, MENSAGEM, NM_SETOR) VALUES (NEW.ID_OS, NEW.DS_SERVICO, NEW.NM_SETOR);
END;
"""


class ErpServer(Busy):
    """Makes an order every few seconds. `path` is its database, made where there is none; a restart goes on from it."""

    def __init__(self, path: Path, every: float = 4.0, clock: Clock = SYSTEM) -> None:
        super().__init__(clock)
        self._path, self.every = path, every
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript(TABLES)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """It opens no connection."""
        return ()

    def estado(self) -> dict[str, Any]:
        """Return the orders, and how many of their rows were processed."""
        orders, done = (
            "SELECT count(*) FROM ORDEM_SERVICO",
            "SELECT count(*) FROM HSM_FILA_NOTIFICACAO WHERE STATUS = ?",
        )
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            return {
                "ordens": connection.execute(orders).fetchone()[0],
                "processadas": connection.execute(done, ["PROCESSADO"]).fetchone()[0],
            }

    async def happen(self) -> None:
        """Let an order come."""
        await asyncio.to_thread(self.order)

    def order(self) -> None:
        """Make the next order; the trigger does the rest in the same transaction."""
        what = (random.choice(SECTORS), random.choice(SERVICES))
        with contextlib.closing(sqlite3.connect(self._path, timeout=5)) as connection, connection:
            (last,) = connection.execute("SELECT max(ID_OS) FROM ORDEM_SERVICO").fetchone()
            number = FIRST_ORDER if last is None else last + 1
            connection.execute("INSERT INTO ORDEM_SERVICO VALUES (?, ?, ?)", (number, *what))
        self.changed()
