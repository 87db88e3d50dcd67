"""Numbers that an issuer has skipped: between the first and the last stored of each model and series, range by range.

Only what a registered company issued itself counts, in production, by its own CNPJ. A document of any state, a summary
too, has its number; a range that SEFAZ homologated as unused closes a gap, one that was only asked for is told apart.
Numbers go on from month to month: a gap is of the month of the document behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, func, or_, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.documentos.situacao import PRODUCAO
from core.faixas import Faixas
from flows.documentos.filtro import checked_month, companies
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.registros import InutilizacaoGuardada
from storage.pages import visible
from storage.session import reading

# NF-e, CT-e, CF-e, NFC-e, CT-e OS: their issuers number them in series; that of a CF-e is its box.
NFE = "55"
MODELOS = (NFE, "57", "59", "65", "67")
# Series that the tax office numbers for all who use its site (MOC 7.0, annex I, field B07).
DO_FISCO = (890, 919)
FALTANDO, SEM_RESPOSTA = "faltando", "pedido sem resposta"
AT_ONCE = 1000


@dataclass(frozen=True)
class Serie:
    """A series of a company."""

    empresa_id: int
    usuario_id: int | None
    empresa: str
    modelo: str
    serie: int


@dataclass(frozen=True)
class Lacuna:
    """Numbers that are missing, `inicio` to `fim`; `desde` is when the documents on both sides were there."""

    empresa: str
    modelo: str
    serie: int
    mes: str | None
    inicio: int
    fim: int
    quantidade: int
    situacao: str
    desde: datetime


def lacunas(empresa: str | None = None, mes: str | None = None, caller: Caller = OPERATOR) -> Iterator[Lacuna]:
    """Yield the gaps of the caller's companies, or of one of them by CNPJ, of all months or of one, in their order."""
    with reading() as db:
        chosen = series(db, caller, companies(db, empresa, caller) if empresa else None)
    wanted = checked_month(mes) if mes else None
    return (gap for one in chosen for gap in _read(one) if wanted in (None, gap.mes))


def series(db: Session, caller: Caller, numbers: list[int] | None = None) -> list[Serie]:
    """Return the series that companies issued in."""
    columns = (Empresa.id, Empresa.usuario_id, Empresa.cnpj, Documento.modelo, Documento.serie)
    query = select(*columns).distinct().join(Empresa, Empresa.id == Documento.empresa_id).where(*_own())
    query = query.where(Documento.emit_cnpj == Empresa.cnpj, visible(caller, Empresa.usuario_id))
    if numbers is not None:
        query = query.where(Empresa.id.in_(numbers))
    rows = db.execute(query.order_by(Empresa.cnpj, Empresa.id, Documento.modelo, Documento.serie))
    return [Serie(*row[:4], row[4] or 0) for row in rows]


def _read(one: Serie) -> Iterator[Lacuna]:
    with reading() as db:
        yield from of_series(db, one)


def of_series(db: Session, one: Serie) -> Iterator[Lacuna]:
    """Yield the gaps of a series, as they are read."""
    unused, asked = (_ranges(db, one, homologada=known) for known in (True, False))
    with db.execute(_gaps(one).execution_options(yield_per=AT_ONCE)) as rows:
        for before, number, mes, known, known_before in rows:
            for gap, closed in unused.cut(before + 1, number - 1):
                for (begin, end), waits in () if closed else asked.cut(*gap):
                    state = SEM_RESPOSTA if waits else FALTANDO
                    where = (one.empresa, one.modelo, one.serie, mes, begin, end, end - begin + 1)
                    yield Lacuna(*where, state, max(known, known_before))


def _own() -> tuple[ColumnElement[bool], ...]:
    return (
        Documento.modelo.in_(MODELOS),
        or_(Documento.ambiente == PRODUCAO, Documento.ambiente.is_(None)),
        Documento.serie.is_not(None),
        Documento.numero.is_not(None),
        or_(Documento.modelo != NFE, ~Documento.serie.between(*DO_FISCO)),
    )


def _gaps(one: Serie) -> Select[*tuple[Any, ...]]:
    """Return the query for the documents behind a gap, with the number before it."""
    mine = (Documento.empresa_id == one.empresa_id, Documento.emit_cnpj == one.empresa, *_own())
    these = (Documento.modelo == one.modelo, Documento.serie == one.serie)
    order = (Documento.numero, Documento.id)
    before, known_before = (
        func.lag(column, type_=column.type).over(order_by=order)
        for column in (Documento.numero, Documento.data_importacao)
    )
    of_key = (
        "20" + func.substr(Documento.chave, 3, 2, type_=String) + "-" + func.substr(Documento.chave, 5, 2, type_=String)
    )
    columns = (Documento.numero, func.coalesce(Documento.mes, of_key).label("mes"), Documento.data_importacao)
    placed = select(before.label("antes"), *columns, known_before.label("antes_em")).where(*mine, *these).subquery()
    return select(placed).where(placed.c.numero > placed.c.antes + 1).order_by(placed.c.numero)


def _ranges(db: Session, one: Serie, *, homologada: bool) -> Faixas:
    kind = InutilizacaoGuardada
    mine = (kind.usuario_id.is_not_distinct_from(one.usuario_id), kind.emit_cnpj == one.empresa)
    these = (kind.modelo == one.modelo, kind.serie == one.serie, kind.homologada.is_(homologada))
    real = or_(kind.ambiente == PRODUCAO, kind.ambiente.is_(None))
    return Faixas((begin, end) for begin, end in db.execute(select(kind.inicio, kind.fim).where(*mine, *these, real)))
