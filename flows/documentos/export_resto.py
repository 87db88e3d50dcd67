"""What an export has besides documents: events that wait for theirs, and ranges of numbers that will not be used."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from core.caller import Caller
from core.documentos.chave import LUGARES, LUGARES_NFSE, NFSE_KEY, emitente_da_chave, mes_da_chave
from core.settings.core import CoreSettings
from flows.documentos.export_nomes import NO_DATE, Membro, event_name, folder, month, safe
from flows.documentos.filtro import Conditions, Filtro, whose
from storage.models.empresas import Empresa
from storage.models.registros import DocumentoEvento, InutilizacaoGuardada
from storage.session import reading

PAGE = 500


def rest(filtro: Filtro, caller: Caller) -> Iterator[Membro]:
    """Yield the texts; nothing where more than company and month is asked for, which they could not answer."""
    if filtro == Filtro(empresa=filtro.empresa, mes=filtro.mes):
        yield from _waiting(filtro, caller)
        yield from _ranges(filtro, caller)


def _waiting(filtro: Filtro, caller: Caller) -> Iterator[Membro]:
    other = aliased(DocumentoEvento)
    mine = [*_whose(filtro, caller, DocumentoEvento), DocumentoEvento.documento_id.is_(None)]
    if filtro.mes:
        mine.append(_of_month(filtro.mes))
    # of two owners who wait for the same
    same = [getattr(other, name) == getattr(DocumentoEvento, name) for name in ("chave", "tipo_evento", "sequencia")]
    earlier = [*_whose(filtro, caller, other), other.documento_id.is_(None), other.id < DocumentoEvento.id]
    # what nobody in particular sent in stays for owners to come, though others have its document already
    settled = select(other.id).where(*same, *_whose(filtro, caller, other), other.documento_id.is_not(None))
    mine.append(~settled.correlate(DocumentoEvento).exists())
    before = select(func.count()).select_from(other).where(*same, *earlier).correlate(DocumentoEvento)
    event = (DocumentoEvento.chave, DocumentoEvento.tipo_evento, DocumentoEvento.sequencia, DocumentoEvento.xml_id)
    for row in _rows(DocumentoEvento, mine, *event, before.scalar_subquery()):
        _, cnpj, chave, kind, sequence, text, nth = row
        place = f"{folder(cnpj or emitente_da_chave(chave))}/{month(mes_da_chave(chave))}"
        base = f"{place}/{safe(chave)}" + (f"-{nth + 1}" if nth else "")
        yield Membro(event_name(base, kind, sequence), text, None, "eventos")


def _of_month(mes: str) -> ColumnElement[bool]:
    """Return the condition for events about documents of a month, which their keys tell."""
    key = DocumentoEvento.chave
    usual, nfse = (func.substr(key, one.mes + 1, 4) for one in (LUGARES, LUGARES_NFSE))
    return case((func.length(key) == NFSE_KEY, nfse), else_=usual) == mes[2:].replace("-", "")


def _ranges(filtro: Filtro, caller: Caller) -> Iterator[Membro]:
    kind = InutilizacaoGuardada
    columns = (kind.emit_cnpj, kind.modelo, kind.serie, kind.inicio, kind.fim, kind.recebido_em, kind.xml_id)
    names = set[str]()
    for _, cnpj, issuer, modelo, serie, begin, end, told, text in _rows(kind, _whose(filtro, caller, kind), *columns):
        when = told.astimezone(CoreSettings.current().zone) if told else None
        if filtro.mes and (when is None or f"{when:%Y-%m}" != filtro.mes):
            continue
        place = f"{folder(cnpj or issuer)}/{f'{when:%Y/%m}' if when else NO_DATE}"
        base = f"{place}/{safe(modelo)}-{serie:03d}-{begin}-{end}"
        name = next(name for nth in range(len(names) + 1) if (name := _numbered(base, nth)) not in names)
        names.add(name)
        yield Membro(name, text, when, "inutilizacoes")


def _numbered(base: str, nth: int) -> str:
    return f"{base}{f'-{nth + 1}' if nth else ''}-inutilizacao.xml"


def _whose(filtro: Filtro, caller: Caller, model: Any) -> Conditions:
    with reading() as db:
        return whose(db, filtro, caller, model)


def _rows(model: Any, mine: Conditions, *columns: Any) -> Iterator[Any]:
    """Yield the rows that have a text, each page read by itself: the row's number, its company's CNPJ, the columns."""
    query = select(model.id, Empresa.cnpj, *columns).join(Empresa, Empresa.id == model.empresa_id, isouter=True)
    last = 0
    while True:
        page = query.where(*mine, model.xml_id.is_not(None), model.id > last).order_by(model.id).limit(PAGE)
        with reading() as db:
            rows = db.execute(page).all()
        if not rows:
            return
        yield from rows
        last = rows[-1][0]
