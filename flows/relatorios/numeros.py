"""The figures of a day: what came on it, as the totals of the API count it, and what went wrong.

docs/reference/contracts/integracoes.md §5.8.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.caller import Caller
from core.settings.core import CoreSettings
from core.wall_clock import Span, local_day
from events.catalog.avisos import ResumoDiario
from flows.documentos.filtro import Filtro
from flows.documentos.views import emitentes, rotas, totais
from flows.relatorios import alertas
from flows.relatorios.serie import serie
from storage.models.empresas import Empresa
from storage.models.importacoes import EstadoImportacao, ImportLog
from storage.models.sefaz import ConsultaSEFAZ, SerieNSU
from storage.pages import visible
from storage.session import reading

GREATEST = 3


def do_dia(dia: date, caller: Caller) -> ResumoDiario:
    """Return the figures of what became a caller's on a local calendar day; open alerts are those of now."""
    filtro = Filtro(importado_em=dia.isoformat())
    nfe, cte = totais.nfe(filtro, caller), totais.cte(filtro, caller)
    span = local_day(dia, CoreSettings.current().zone)
    with reading() as db:
        issuers = emitentes.greatest(db, filtro, GREATEST, caller)
        routes = rotas.greatest(db, filtro, GREATEST, caller)
        asked, found = _consultations(db, span, caller)
        opened = alertas.abertos(db, caller)
        return ResumoDiario(
            dia=dia.isoformat(),
            nfe_total=nfe.total_notas,
            nfe_valor=str(nfe.valor_total),
            top_emitentes=[_texts(asdict(one)) for one in issuers],
            cte_total=cte.total_ctes,
            cte_valor=str(cte.valor_total),
            top_rotas=[_texts(asdict(one)) for one in routes],
            consultas=asked,
            documentos_encontrados=found,
            erros_importacao=_failed(db, span, caller),
            alertas=opened[: alertas.NAMED],
            alertas_abertos=len(opened),
            serie=serie(db, dia, caller),
        )


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a total as an event carries it: its amount as a text."""
    return row | {"valor_total": str(row["valor_total"])}


def _consultations(db: Session, span: Span, caller: Caller) -> tuple[int, int]:
    """Return how many consultations of SEFAZ began, and how many documents they found."""
    begin, end = span
    query = select(func.count(), func.coalesce(func.sum(ConsultaSEFAZ.total_encontrados), 0))
    query = (
        query.join(SerieNSU, SerieNSU.id == ConsultaSEFAZ.serie_id)
        .join(Empresa, Empresa.id == SerieNSU.empresa_id)
        .where(visible(caller, Empresa.usuario_id))
    )
    asked, found = db.execute(
        query.where(ConsultaSEFAZ.data_consulta >= begin, ConsultaSEFAZ.data_consulta < end)
    ).one()
    return asked, int(found)


def _failed(db: Session, span: Span, caller: Caller) -> int:
    """Return how many files could not be imported."""
    begin, end = span
    within = (ImportLog.data_importacao >= begin, ImportLog.data_importacao < end)
    wrong = (ImportLog.status == EstadoImportacao.ERRO, visible(caller, ImportLog.usuario_id))
    return db.scalar(select(func.count()).select_from(ImportLog).where(*wrong, *within)) or 0
