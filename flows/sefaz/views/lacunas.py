"""What is missing of a numbering, and what people ask for by key, as they see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from core.caller import OPERATOR, Caller
from core.fiscal import formatar_documento
from core.page import SIZE, Page
from storage.models.empresas import Empresa
from storage.models.sefaz import BuscaSEFAZ, LacunaNSU, SerieNSU
from storage.pages import oldest_first, visible
from storage.session import reading

OPEN = "aberta"


@dataclass(frozen=True)
class LacunaView:
    """A gap: its numbers, how many of them are still to be asked for, and what the others brought."""

    id: int
    empresa: str
    servico: str
    de: int
    ate: int
    faltam: int
    situacao: str
    motivo: str
    encontrados: int
    vazios: int
    aberta_em: datetime
    tentada_em: datetime | None
    fechada_em: datetime | None
    resposta: str | None


@dataclass(frozen=True)
class BuscaView:
    """A key that somebody asked for, and what became of it."""

    id: int
    empresa: str
    chave: str
    estado: str
    pedida_em: datetime
    respondida_em: datetime | None
    resposta: str | None


def lacunas(
    *, todas: bool = False, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR
) -> Page[LacunaView]:
    """Return a page of the gaps of the caller's companies, the oldest first; closed ones only with `todas`."""
    query = _of(select(LacunaNSU.id, LacunaNSU, Empresa.cnpj, SerieNSU.servico), LacunaNSU, caller)
    if not todas:
        query = query.where(LacunaNSU.fechada_em.is_(None))
    with reading() as db:
        return oldest_first(db, query, LacunaNSU.id, depois, limite).map(_lacuna)


def buscas(
    *, chave: str | None = None, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR
) -> Page[BuscaView]:
    """Return a page of the keys that were asked for of the caller's companies, the oldest first."""
    query = _of(select(BuscaSEFAZ.id, BuscaSEFAZ, Empresa.cnpj), BuscaSEFAZ, caller)
    if chave is not None:
        query = query.where(BuscaSEFAZ.chave == chave)
    with reading() as db:
        return oldest_first(db, query, BuscaSEFAZ.id, depois, limite).map(_busca)


def _of(query: Select[*tuple[Any, ...]], model: Any, caller: Caller) -> Select[*tuple[Any, ...]]:
    return (
        query.join(SerieNSU, SerieNSU.id == model.serie_id)
        .join(Empresa, Empresa.id == SerieNSU.empresa_id)
        .where(visible(caller, Empresa.usuario_id))
    )


def _lacuna(found: Any) -> LacunaView:
    _, row, cnpj, servico = found
    return LacunaView(
        id=row.id,
        empresa=formatar_documento(cnpj),
        servico=servico,
        de=row.de,
        ate=row.ate,
        faltam=row.ate - row.proxima + 1 if row.fechada_em is None else 0,
        situacao=row.desfecho or OPEN,
        motivo=row.motivo,
        encontrados=row.encontrados,
        vazios=row.vazios,
        aberta_em=row.aberta_em,
        tentada_em=row.tentada_em,
        fechada_em=row.fechada_em,
        resposta=row.resposta,
    )


def _busca(found: Any) -> BuscaView:
    _, row, cnpj = found
    return BuscaView(
        id=row.id,
        empresa=formatar_documento(cnpj),
        chave=row.chave,
        estado=row.estado,
        pedida_em=row.pedida_em,
        respondida_em=row.respondida_em,
        resposta=row.resposta,
    )
