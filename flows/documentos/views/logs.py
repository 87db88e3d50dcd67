"""What became of each file (docs/reference/contracts/integracoes.md §4.18)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.documentos.paths import of_part
from core.errors import NotFound, UsageError
from core.page import Counted
from flows.documentos.campos import local
from flows.documentos.entries import EVENTO, INUTILIZACAO, TIPOS
from flows.documentos.listagem import PRIMEIRA, Pagina, ordem, page
from storage.models.importacoes import EstadoImportacao, ImportLog
from storage.models.usuarios import Usuario
from storage.pages import LARGEST_KEY, visible
from storage.session import reading

ORDERINGS: dict[str, Any] = {"data_importacao": ImportLog.data_importacao}
USUAL = "-data_importacao"
KINDS = (*dict.fromkeys(TIPOS.values()), EVENTO, INUTILIZACAO)


@dataclass(frozen=True)
class LogView:
    """A file, or one document of a file that has several."""

    id: int
    data_importacao: datetime
    tipo_documento: str
    arquivo_nome: str
    status: str
    mensagem: str | None
    chave_acesso: str | None
    usuario_nome: str | None


COLUMNS = (
    ImportLog.id,
    ImportLog.data_importacao,
    ImportLog.tipo_documento,
    ImportLog.arquivo_nome,
    ImportLog.parte,
    ImportLog.status,
    ImportLog.mensagem,
    ImportLog.chave_acesso,
    Usuario.username,
)


def listar(
    tipo: str | None = None, status: str | None = None, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR
) -> Counted[LogView]:
    """Return a page of logs, the newest first if not asked otherwise."""
    query = _query(caller)
    if tipo:
        query = query.where(ImportLog.tipo_documento == _known(tipo, KINDS, "tipo"))
    if status:
        query = query.where(ImportLog.status == _known(status, tuple(EstadoImportacao), "status"))
    order = ordem(pagina.ordering, ORDERINGS, ImportLog.id, USUAL)
    with reading() as db:
        return page(db, query, order, pagina).map(_view)


def mostrar(number: int, caller: Caller = OPERATOR) -> LogView:
    """Return one log; raise `NotFound` for one that is not there, or is not the caller's."""
    with reading() as db:
        row = db.execute(_query(caller).where(ImportLog.id == number)).first() if abs(number) <= LARGEST_KEY else None
    if row is None:
        raise NotFound(f"Não há registro de importação com o número {number}.", veja="logs")
    return _view(row)


def newest(db: Session, amount: int, caller: Caller) -> tuple[LogView, ...]:
    """Return the newest logs, without counting them."""
    order = ordem(None, ORDERINGS, ImportLog.id, USUAL)
    return tuple(_view(row) for row in db.execute(_query(caller).order_by(*order.by()).limit(amount)))


def _query(caller: Caller) -> Select[*tuple[Any, ...]]:
    query = select(*COLUMNS).join(Usuario, Usuario.id == ImportLog.usuario_id, isouter=True)
    return query.where(visible(caller, ImportLog.usuario_id))


def _known(given: str, words: tuple[str, ...], campo: str) -> str:
    if given not in words:
        raise UsageError(f"{given!r} não há; use {', '.join(words)}.", campo=campo)
    return given


def _view(row: Row[*tuple[Any, ...]]) -> LogView:
    number, when, tipo, name, part, *rest = row[: len(COLUMNS)]
    return LogView(number, local(when, None) or when, tipo, of_part(name, part), *rest)
