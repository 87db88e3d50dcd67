"""The report of yesterday to each user who wants it, once (docs/reference/contracts/integracoes.md §5.7)."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.agenda import Feito
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.logs import get_logger
from core.stopping import stopping
from events.catalog.avisos import ResumoDiario
from events.catalog.payload import EMAIL
from events.notifications import NotificationService
from events.subscriptions import wants
from flows.documentos.contados import for_each_company
from flows.documentos.filtro import Filtro, asked
from flows.relatorios import numeros, uma_vez
from storage.models.destinos import Destino
from storage.models.documentos import DE_CTE, DE_NFE, Documento
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

# Others wait on the same queue: so long at a time.
PIECE_SECONDS = 10.0
ENVIADOS, SEM_MOVIMENTO = "enviados", "sem_movimento"
log = get_logger(__name__)


def enviar(dia: date, clock: Clock = SYSTEM, seconds: float = PIECE_SECONDS) -> Feito:
    """Owe the report of the day before to everybody who wants one and has not got it; of nothing there is none.

    Whose report fails costs nobody else's; it is raised after the others.
    """
    before = dia - timedelta(days=1)
    with reading() as db:
        waiting, quiet = _recipients(db, before)
    counted, faults, ends = Counter[str](), list[Exception](), time.monotonic() + seconds
    for place, usuario_id in enumerate(waiting):
        # a piece in which all failed so far goes on: the next one would begin with the same again, for ever
        if (counted and time.monotonic() >= ends) or (place and stopping()):
            return Feito(counted, restam=True)
        try:
            counted[_one(usuario_id, before, clock)] += 1
        except Exception as fault:  # noqa: BLE001 - raised after the others
            log.error("report failed", user=usuario_id, fault=type(fault).__name__, reason=str(fault))
            faults.append(fault)
    if faults:
        raise faults[0]
    return Feito(counted + Counter({SEM_MOVIMENTO: quiet}))


def _one(usuario_id: int | None, dia: date, clock: Clock) -> str:
    """Owe one report; return what became of it."""
    figures = numeros.do_dia(dia, Caller(usuario_id))
    nothing = not figures.nfe_total and not figures.cte_total
    with transaction() as db:
        if not uma_vez.first(db, ResumoDiario.evento, _about(usuario_id, dia), clock.now()) or nothing:
            return SEM_MOVIMENTO
        NotificationService(db, clock).enviar_resumo_diario(usuario_id, figures)
    return ENVIADOS


def _about(usuario_id: int | None, dia: date) -> str:
    return f"{usuario_id or 0}:{dia.isoformat()}"


def _recipients(db: Session, dia: date) -> tuple[Sequence[int | None], int]:
    """Return who is to get a report and has not got it, and how many wait for one although nothing came."""
    query = select(Destino.usuario_id).distinct().outerjoin(Usuario, Usuario.id == Destino.usuario_id)
    wanted = (Destino.tipo == EMAIL, Destino.ativo, wants(ResumoDiario), Usuario.ativo.is_not(False))
    everybody = list(db.scalars(query.where(*wanted).order_by(Destino.usuario_id)))
    owners = _with_documents(db, dia)
    # the operator's is about all there is
    busy = [one for one in everybody if (one in owners if one is not None else owners)]
    got = uma_vez.given(db, ResumoDiario.evento, [_about(one, dia) for one in busy])
    return [one for one in busy if _about(one, dia) not in got], len(everybody) - len(busy)


def _with_documents(db: Session, dia: date) -> set[int | None]:
    """Return the users for whom something that counts came on a day; none stands for what is nobody's."""
    counted = (*for_each_company(db, OPERATOR, (*DE_NFE, *DE_CTE)), *asked(Filtro(importado_em=dia.isoformat())))
    return set(db.scalars(select(Documento.usuario_id).distinct().where(*counted)))
