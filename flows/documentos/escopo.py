"""Documents and their events batch by batch, as an export takes them: in their order, whatever comes in meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from core.caller import Caller
from flows.documentos.campos import local
from flows.documentos.filtro import Conditions, Filtro, asked, whose
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.session import reading

PAGE = 500


@dataclass(frozen=True)
class Saida:
    """A document on its way out; `empresa` is the CNPJ of the company whose it is."""

    id: int
    especie: str
    chave: str
    numero: int | None
    serie: int | None
    data_emissao: datetime | None
    mes: str | None
    emit_cnpj: str | None
    emit_nome: str | None
    dest_cnpj_cpf: str | None
    dest_nome: str | None
    valor_total: Any
    papel: str | None
    situacao: str
    status: str | None
    motivo: str | None
    ambiente: int | None
    completo: bool
    xml_id: int | None
    empresa: str | None


_NAMES = [name for name in Saida.__dataclass_fields__ if name not in ("empresa", "data_emissao")]
_COLUMNS = [getattr(Documento, name) for name in _NAMES]


def conditions(filtro: Filtro, caller: Caller) -> Conditions:
    """Return the conditions for what is the caller's and was asked for; each page is read by them."""
    with reading() as db:
        return [*whose(db, filtro, caller), *asked(filtro)]


def pages(mine: Conditions) -> Iterator[list[Saida]]:
    """Yield documents by the hundred, each page read by itself."""
    last = 0
    while page := _page(_query().where(*mine, Documento.id > last).order_by(Documento.id).limit(PAGE)):
        yield page
        last = page[-1].id


def copies(mine: Conditions, page: Sequence[Saida]) -> list[Saida]:
    """Return every copy of the page's documents up to its end: another company, or user, may have one too."""
    keys = [one.chave for one in page]
    return _page(_query().where(*mine, Documento.chave.in_(keys), Documento.id <= page[-1].id).order_by(Documento.id))


def _query() -> Select[*tuple[Any, ...]]:
    columns = (*_COLUMNS, Documento.data_emissao, Documento.offset_minutos, Empresa.cnpj)
    return select(*columns).join(Empresa, Empresa.id == Documento.empresa_id, isouter=True)


def _page(query: Select[*tuple[Any, ...]]) -> list[Saida]:
    with reading() as db:
        rows = db.execute(query).all()
    return [_saida(row) for row in rows]


def _saida(row: Sequence[Any]) -> Saida:
    *said, issued, minutes, cnpj = row
    return Saida(**dict(zip(_NAMES, said, strict=True)), data_emissao=local(issued, minutes), empresa=cnpj)
