"""The store at a glance: how many documents there are, the newest, and the files that came last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.capped import Capped
from core.clock import SYSTEM, Clock
from flows.documentos.filtro import TUDO, of_kinds, whose
from flows.documentos.views import logs, nfe
from flows.documentos.views.logs import LogView
from flows.documentos.views.nfe import NFeRow
from storage.capped import capped
from storage.models.documentos import DE_CTE, DE_NFE, Documento
from storage.models.importacoes import EstadoImportacao, Importacao, ImportLog
from storage.pages import visible
from storage.session import reading

SHOWN = 6
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Panorama:
    """What is in the store of a caller; `a_importar` and `erros_24h` count files."""

    nfe: Capped
    cte: Capped
    a_importar: Capped
    erros_24h: Capped
    notas: tuple[NFeRow, ...]
    arquivos: tuple[LogView, ...]


def panorama(caller: Caller = OPERATOR, limite: int = SHOWN, clock: Clock = SYSTEM) -> Panorama:
    """Look at the caller's documents."""
    mine = visible(caller, ImportLog.usuario_id)
    since = ImportLog.data_importacao >= clock.now() - DAY
    bad = select(ImportLog.id).where(mine, ImportLog.status == EstadoImportacao.ERRO, since)
    with reading() as db:
        return Panorama(
            nfe=_of_kinds(db, DE_NFE, caller),
            cte=_of_kinds(db, DE_CTE, caller),
            a_importar=capped(db, _waiting(caller)),
            erros_24h=capped(db, bad),
            notas=nfe.newest(db, TUDO, limite, caller),
            arquivos=logs.newest(db, limite, caller),
        )


def _waiting(caller: Caller) -> Select[int]:
    """Return the files that wait; of a user by the requests that are open, so that nobody pays for others' files."""
    # as the index says it
    waiting = select(ImportLog.id).where(text("import_log.status = 'processando'"))
    if caller.is_operator:
        return waiting
    mine = select(Importacao.id).where(Importacao.concluida_em.is_(None), visible(caller, Importacao.usuario_id))
    return waiting.where(ImportLog.importacao_id.in_(mine))


def _of_kinds(db: Session, kinds: Sequence[str], caller: Caller) -> Capped:
    return capped(db, select(Documento.id).where(of_kinds(kinds), *whose(db, TUDO, caller)))
