"""SEFAZ at a glance: where the numberings stand, what is missing of them, what is awaited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, text
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.capped import Capped
from core.clock import SYSTEM, Clock
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from flows.sefaz.manifestacoes.aguardados import contar
from flows.sefaz.regras import Cursor
from storage.capped import capped
from storage.models.empresas import Empresa
from storage.models.sefaz import VIVA, ChamadaSEFAZ, Contribuinte, DocumentoDistribuido, LacunaNSU, SerieNSU
from storage.pages import visible
from storage.session import reading

SHOWN = 12
NFE = "nfe"
LIVRE, FALHANDO = "livre", "falhando"


@dataclass(frozen=True)
class SerieVista:
    """A numbering: whether it may be asked now, and what is missing.

    `espera_ate` is when it may be asked again; `faltam` counts the numbers of its open gaps, `ilegiveis` what came and
    could not be stored, `aguardados` the NF-e of which only the summary is here.
    """

    empresa: str
    nome: str
    servico: str
    situacao: str
    espera_ate: datetime | None
    ultima_chamada: datetime | None
    ult_nsu: int
    max_nsu: int
    motivo: str | None
    faltam: int
    ilegiveis: int
    aguardados: int


@dataclass(frozen=True)
class Panorama:
    """The numberings of the environment that is asked now, those in trouble first; `total` counts them all."""

    total: Capped
    com_problema: Capped
    series: tuple[SerieVista, ...]


def panorama(caller: Caller = OPERATOR, limite: int = SHOWN, clock: Clock = SYSTEM) -> Panorama:
    """Look at the numberings of the caller's companies."""
    now = clock.now()
    with reading() as db:
        mine = _mine(caller)
        bad = _bad(now)
        first = mine.order_by(case((bad, 0), else_=1), SerieNSU.id).limit(limite)
        rows = db.execute(first.with_only_columns(SerieNSU, Contribuinte.empresa_id, Empresa.cnpj, Empresa.nome)).all()
        waiting = contar(db, sorted({row[1] for row in rows if row[0].servico == NFE}), now)
        seen = tuple(_view(db, row, waiting, now) for row in rows)
        return Panorama(capped(db, mine), capped(db, mine.where(bad)), seen)


def _mine(caller: Caller) -> Select[*tuple[Any, ...]]:
    asked = Contribuinte.ambiente == SefazSettings.current().ambiente
    query = select(SerieNSU.id).join(Contribuinte, VIVA)
    query = query.join(Empresa, Empresa.id == Contribuinte.empresa_id)
    return query.where(asked, visible(caller, Empresa.usuario_id))


def _bad(now: datetime) -> Any:
    gap = select(LacunaNSU.id).where(LacunaNSU.serie_id == SerieNSU.id, LacunaNSU.fechada_em.is_(None)).exists()
    return or_(SerieNSU.falhas > 0, and_(SerieNSU.bloqueado_ate.is_not(None), SerieNSU.bloqueado_ate > now), gap)


def _view(db: Session, row: Any, waiting: Mapping[int, int], now: datetime) -> SerieVista:
    serie, company, cnpj, nome = row
    waits = Cursor(serie.ult_nsu, serie.max_nsu, serie.proxima_consulta, serie.bloqueado_ate).espera(now)
    return SerieVista(
        empresa=formatar_documento(cnpj),
        nome=nome,
        servico=serie.servico,
        situacao=FALHANDO if serie.falhas else waits[0].value if waits else LIVRE,
        espera_ate=waits[1] if waits else None,
        ultima_chamada=db.scalar(select(func.max(ChamadaSEFAZ.em)).where(ChamadaSEFAZ.serie_id == serie.id)),
        ult_nsu=serie.ult_nsu,
        max_nsu=serie.max_nsu,
        motivo=serie.motivo,
        faltam=_missing(db, serie.id),
        ilegiveis=_unread(db, serie.id),
        aguardados=waiting.get(company, 0) if serie.servico == NFE else 0,
    )


def _missing(db: Session, number: int) -> int:
    gaps = select(func.coalesce(func.sum(LacunaNSU.ate - LacunaNSU.proxima + 1), 0))
    return int(db.scalar(gaps.where(LacunaNSU.serie_id == number, LacunaNSU.fechada_em.is_(None))) or 0)


def _unread(db: Session, number: int) -> int:
    # as the index says it
    bad = text("sefaz_documento.resultado = 'erro'")
    return capped(db, select(DocumentoDistribuido.id).where(DocumentoDistribuido.serie_id == number, bad)).total
