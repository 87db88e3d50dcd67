"""Where each numbering stands, as people see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.fiscal import formatar_documento
from core.page import SIZE, Page
from flows.certificados.finding import serving
from flows.sefaz import varredura
from flows.sefaz.manifestacoes.aguardados import contar
from flows.sefaz.regras import Cursor
from flows.sefaz.views.configuracao import row_of
from storage.models.empresas import Empresa
from storage.models.sefaz import VIVA, ChamadaSEFAZ, Contribuinte, DocumentoDistribuido, LacunaNSU, SerieNSU
from storage.models.usuarios import Usuario
from storage.pages import oldest_first, visible
from storage.session import reading

NFE = "nfe"


@dataclass(frozen=True)
class SeriesView:
    """A numbering; `automatica` where it is consulted by itself.

    `faltam` counts the numbers of its open gaps, `ilegiveis` what came and could not be stored, `aguardados` the NF-e
    of which only the summary is here.
    """

    id: int
    empresa: str
    usuario: str | None
    ambiente: int
    servico: str
    situacao: str
    automatica: bool
    ult_nsu: int
    max_nsu: int
    proxima_consulta: datetime | None
    bloqueado_ate: datetime | None
    ultimo_cstat: str | None
    motivo: str | None
    ultima_chamada: datetime | None
    faltam: int
    ilegiveis: int
    aguardados: int


def series(
    *, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR, clock: Clock = SYSTEM
) -> Page[SeriesView]:
    """Return a page of the numberings of the caller's companies, the oldest first."""
    missing = select(func.coalesce(func.sum(LacunaNSU.ate - LacunaNSU.proxima + 1), 0))
    missing = missing.where(LacunaNSU.serie_id == SerieNSU.id, LacunaNSU.fechada_em.is_(None))
    # as the index says it
    bad = text("sefaz_documento.resultado = 'erro'")
    unread = select(func.count()).where(DocumentoDistribuido.serie_id == SerieNSU.id, bad)
    last = select(func.max(ChamadaSEFAZ.em)).where(ChamadaSEFAZ.serie_id == SerieNSU.id)
    query = (
        select(
            SerieNSU.id,
            SerieNSU,
            Contribuinte,
            Empresa,
            Usuario.username,
            last.scalar_subquery(),
            missing.scalar_subquery(),
            unread.scalar_subquery(),
        )
        .join(Contribuinte, VIVA)
        .join(Empresa, Empresa.id == Contribuinte.empresa_id)
        .outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
        .where(visible(caller, Empresa.usuario_id))
    )
    now = clock.now()
    with reading() as db:
        page = oldest_first(db, query, SerieNSU.id, depois, limite)
        waiting = contar(db, [row[2].empresa_id for row in page if row[1].servico == NFE], now)
        alone = {row[0] for row in page if _alone(db, row[3], row[1].servico, now)}
    return page.map(lambda row: _view(row, waiting, row[0] in alone, now))


def _alone(db: Session, empresa: Empresa, nome: str, now: datetime) -> bool:
    """Tell whether a company is consulted by itself."""
    row = serving(db, empresa, now)
    said = row_of(db, empresa.usuario_id) if empresa.usuario_id is not None else None
    return empresa.ativa and row is not None and varredura.automatica(row, nome, said)


def _view(found: Any, waiting: Mapping[int, int], alone: bool, now: datetime) -> SeriesView:
    _, row, who, _, username, last, missing, unread = found
    cursor = Cursor(row.ult_nsu, row.max_nsu, row.proxima_consulta, row.bloqueado_ate)
    waits = cursor.espera(now)
    return SeriesView(
        id=row.id,
        empresa=formatar_documento(who.cnpj),
        usuario=username,
        ambiente=who.ambiente,
        servico=row.servico,
        situacao=waits[0].value if waits else "livre",
        automatica=alone,
        ult_nsu=row.ult_nsu,
        max_nsu=row.max_nsu,
        proxima_consulta=row.proxima_consulta,
        bloqueado_ate=row.bloqueado_ate,
        ultimo_cstat=row.ultimo_cstat,
        motivo=row.motivo,
        ultima_chamada=last,
        faltam=int(missing),
        ilegiveis=int(unread),
        aguardados=waiting.get(who.empresa_id, 0) if row.servico == NFE else 0,
    )
