"""Alerts as people see them: the open ones, or all. They are the operator's; a user meets none."""

import pkgutil
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

import alerts as rooms
from core.caller import OPERATOR, Caller
from core.page import SIZE, Page
from storage.models.alertas import Alerta
from storage.pages import newest_first, nobody_but_the_operator
from storage.session import reading


@dataclass(frozen=True)
class AlertView:
    """Something that is or was wrong with an object (a box, a destination, an account) of one source."""

    id: int
    fonte: str
    objeto: str
    codigo: str
    severidade: str
    mensagem: str
    aberto_em: datetime
    reconhecido_em: datetime | None
    resolvido_em: datetime | None


def sources() -> list[str]:
    """Return the names of all sources of alerts: the folders of their room."""
    return [package.name for package in pkgutil.iter_modules(rooms.__path__) if package.ispkg]


def alerts(
    *,
    todos: bool = False,
    fonte: str | None = None,
    depois: int | None = None,
    limite: int = SIZE,
    caller: Caller = OPERATOR,
) -> Page[AlertView]:
    """Return a page of the open alerts, or of all, the newest first, of one source if asked."""
    query = select(Alerta.id, Alerta).where(nobody_but_the_operator(caller))
    if not todos:
        query = query.where(Alerta.resolvido_em.is_(None))
    if fonte is not None:
        query = query.where(Alerta.fonte == fonte)
    with reading() as db:
        return newest_first(db, query, Alerta.id, depois, limite).map(lambda row: view(row[1]))


def view(alerta: Alerta) -> AlertView:
    """Return a row as people see it."""
    return AlertView(
        alerta.id,
        alerta.fonte,
        alerta.objeto,
        alerta.codigo,
        alerta.severidade,
        alerta.mensagem,
        alerta.aberto_em,
        alerta.reconhecido_em,
        alerta.resolvido_em,
    )
