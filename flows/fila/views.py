"""Queue tables as people see them: how each account stands, by the last look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound
from core.page import SIZE, Counted, Page
from core.settings.fila import FilaSettings
from flows.documentos.listagem import PRIMEIRA, Pagina, newest
from flows.documentos.listagem import page as numbered
from storage.models.fila import FilaConta, FilaLinha
from storage.pages import newest_first, nobody_but_the_operator
from storage.session import reading

RATE = timedelta(minutes=5)


@dataclass(frozen=True)
class FilaView:
    """One account: rows by state, the age of the oldest, rows told in a minute over the last five, what is wrong.

    The counts are those of the last look of a worker; before the first they are unknown.
    """

    conta: str
    tabela: str
    pendentes: int | None
    reservadas: int | None
    erros: int | None
    mais_antiga_segundos: int | None
    por_minuto: float
    visto_em: datetime | None
    falha: str | None


@dataclass(frozen=True)
class LinhaView:
    """A row that was told: its number there, the event here."""

    id: int
    conta: str
    linha: str
    message_id: str | None
    em: datetime
    aguarda: bool
    reprocessada: int


def accounts(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> list[FilaView]:
    """Return every configured account; a user meets none."""
    if not caller.is_operator:
        return []
    told = select(FilaLinha.conta, func.count()).where(FilaLinha.em >= clock.now() - RATE).group_by(FilaLinha.conta)
    with reading() as db:
        rows = {row.conta: row for row in db.scalars(select(FilaConta))}
        counts = {row[0]: int(row[1]) for row in db.execute(told)}
    return [
        _view(nome, conta.table, rows.get(nome), counts.get(nome, 0))
        for nome, conta in FilaSettings.current().contas.items()
    ]


def _view(nome: str, table: str, row: FilaConta | None, told: int) -> FilaView:
    rate = round(told / (RATE.total_seconds() / 60), 1)
    if row is None or row.visto_em is None:
        return FilaView(nome, table, None, None, None, None, rate, None, row.falha if row else None)
    counts = (row.pendentes, row.reservadas, row.erros, row.mais_antiga_segundos)
    return FilaView(nome, table, *counts, rate, row.visto_em, row.falha)


def lines(
    conta: str | None = None, *, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR
) -> Page[LinhaView]:
    """Return a page of the rows that were told, the newest first."""
    query = select(FilaLinha.id, FilaLinha).where(nobody_but_the_operator(caller))
    if conta is not None:
        query = query.where(FilaLinha.conta == conta)
    with reading() as db:
        return newest_first(db, query, FilaLinha.id, depois, limite).map(lambda row: _line(row[1]))


def pagina(conta: str, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR) -> Counted[LinhaView]:
    """Return a page of the same of one account, by its number; raise `NotFound` where it is not the caller's."""
    known(conta, caller)
    query = select(FilaLinha.id, FilaLinha).where(FilaLinha.conta == conta)
    with reading() as db:
        found = numbered(db, query, newest(pagina.ordering, "em", FilaLinha.em, FilaLinha.id), pagina)
        return found.map(lambda row: _line(row[1]))


def account(conta: str, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> FilaView:
    """Return one account; raise `NotFound` where it is not the caller's."""
    known(conta, caller)
    return next(one for one in accounts(caller, clock) if one.conta == conta)


def known(conta: str, caller: Caller) -> None:
    """Raise `NotFound` for an account that is not there, or is not the caller's."""
    caller.must_operate(unknown(conta))
    if conta not in FilaSettings.current().contas:
        raise NotFound(unknown(conta))


def unknown(conta: str) -> str:
    """Return what is said of an account that is not there."""
    return f"Não há fila na conta {conta[:100]!r}."


def _line(row: FilaLinha) -> LinhaView:
    return LinhaView(row.id, row.conta, row.linha, row.message_id, row.em, row.aguarda, row.reprocessada)
