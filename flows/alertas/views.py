"""Alerts as people see them: the open ones, or all. They are the operator's; a user meets none."""

import pkgutil
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

import alerts as rooms
from core.caller import OPERATOR, Caller
from core.errors import NotFound
from core.page import SIZE, Counted, Page
from flows.documentos.listagem import PRIMEIRA, Pagina, newest
from flows.documentos.listagem import page as numbered
from storage.models.alertas import Alerta
from storage.pages import LARGEST_KEY, newest_first, nobody_but_the_operator
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
    with reading() as db:
        found = newest_first(db, _query(caller, fonte, todos=todos), Alerta.id, depois, limite)
        return found.map(lambda row: view(row[1]))


def pagina(
    fonte: str | None = None, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR, *, todos: bool = False
) -> Counted[AlertView]:
    """Return a page of the same, by its number."""
    order = newest(pagina.ordering, "aberto_em", Alerta.aberto_em, Alerta.id)
    with reading() as db:
        found = numbered(db, _query(caller, fonte, todos=todos), order, pagina)
        return found.map(lambda row: view(row[1]))


def mostrar(numero: int, caller: Caller = OPERATOR) -> AlertView:
    """Return one, open or not; raise `NotFound` where it is not the caller's."""
    query = _query(caller, None, todos=True).where(Alerta.id == numero)
    with reading() as db:
        found = db.execute(query).one_or_none() if abs(numero) <= LARGEST_KEY else None
    if found is None:
        raise NotFound(f"Não há o alerta {numero}.", veja="alertas")
    return view(found[1])


def _query(caller: Caller, fonte: str | None, *, todos: bool) -> Select[*tuple[Any, ...]]:
    query = select(Alerta.id, Alerta).where(nobody_but_the_operator(caller))
    if not todos:
        query = query.where(Alerta.resolvido_em.is_(None))
    return query if fonte is None else query.where(Alerta.fonte == fonte)


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
