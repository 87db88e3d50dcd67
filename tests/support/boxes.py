"""Boxes behind the hub of the sandbox, and what became of them."""

import json
from datetime import timedelta
from typing import Any

from conftest import Configure
from sqlalchemy import select

from core.clock import SYSTEM, FixedClock
from flows.sat import boxes, check
from sandbox.hub import HubServer
from storage.models.alertas import Alerta
from storage.models.eventos import Event
from storage.models.sat import Caixa
from storage.session import reading


def box(hub: HubServer, name: str, caixa: int, **more: object) -> dict[str, object]:
    """Return a box of the settings behind a hub of its own."""
    where = {"host": hub.address(caixa), "port": hub.port, "numero_caixa": caixa}
    return {"name": name, **where, "timeout_seconds": 1, **more}


def with_boxes(configure: Configure, *given: dict[str, object]) -> None:
    """Make these the boxes of the settings."""
    configure(sat__boxes=json.dumps(given))


def row(nome: str) -> Caixa:
    """Return the row of a box."""
    with reading() as db:
        return db.scalars(select(Caixa).where(Caixa.nome == nome)).one()


def told() -> list[tuple[str, str, str]]:
    """Return what was told: event, object and code, in order."""
    return [(nome, str(said["objeto"]), str(said["codigo"])) for nome, said in events()]


def events() -> list[tuple[str, dict[str, Any]]]:
    """Return the recorded events with their data."""
    with reading() as db:
        rows = db.scalars(select(Event).order_by(Event.id)).all()
    return [(one.nome, json.loads(one.corpo)["dados"]) for one in rows]


def opened() -> list[tuple[str, str]]:
    """Return the open alerts: object and code."""
    with reading() as db:
        found = db.scalars(select(Alerta).where(Alerta.resolvido_em.is_(None)).order_by(Alerta.id)).all()
    return [(one.objeto, one.codigo) for one in found]


def rounds(number: int, clock: FixedClock | None = None) -> FixedClock:
    """Check all boxes so many times, a long interval apart."""
    time = clock or FixedClock(SYSTEM.now() + timedelta(seconds=1))
    boxes.prepare(time)
    for _ in range(number):
        check.verificar_vencidas(time)
        time.advance(400)
    return time
