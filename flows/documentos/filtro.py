"""Which documents somebody asks for: of whom, of which kinds, from when to when, found by which words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from core.caller import Caller
from core.documentos import busca
from core.errors import NotFound, UsageError
from core.fiscal import normalizar_documento
from core.instant import read_instant
from core.settings.core import CoreSettings
from core.wall_clock import Span, local_day
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.pages import visible

Conditions = list[ColumnElement[bool]]
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, kw_only=True)
class Filtro:
    """What is asked for, as it was typed; what is not given does not count.

    `search` stands in a name, a number, a key or a party's document; `cnpj` is the issuer's, `empresa` that of one of
    the caller's companies. `data_fim` without an hour includes its whole day. `mes` (AAAA-MM) is the document's own.
    `importado_em` (AAAA-MM-DD) is the local calendar day on which its full text came; `alterado_desde` the
    instant since which it came, or something of it changed, such as its cancellation.
    """

    search: str | None = None
    cnpj: str | None = None
    data_inicio: str | None = None
    data_fim: str | None = None
    empresa: str | None = None
    mes: str | None = None
    importado_em: str | None = None
    alterado_desde: str | None = None


TUDO = Filtro()


def of_kinds(kinds: Sequence[str], model: type[Documento] = Documento) -> ColumnElement[bool]:
    """Return the condition for some kinds, in the words of the partial indexes: no planner looks into a parameter."""
    named: BindParameter[list[str]] = bindparam(None, list(kinds), expanding=True, literal_execute=True, unique=True)
    return model.especie.in_(named)


def whose(db: Session, filtro: Filtro, caller: Caller, model: Any = Documento) -> Conditions:
    """Return the conditions for what is the caller's, and of one company if asked; of any table of what is owned."""
    mine: Conditions = [visible(caller, model.usuario_id)]
    if filtro.empresa:
        mine.append(model.empresa_id.in_(companies(db, filtro.empresa, caller)))
    return mine


def companies(db: Session, cnpj: str, caller: Caller) -> list[int]:
    """Return the caller's companies with a CNPJ; raise `NotFound` when there is none."""
    named = Empresa.cnpj == normalizar_documento(cnpj)
    found = list(db.scalars(select(Empresa.id).where(named, visible(caller, Empresa.usuario_id))))
    if not found:
        raise NotFound(f"Não há empresa com o CNPJ {cnpj!r}.", campo="empresa", veja="empresas")
    return found


def asked(filtro: Filtro) -> Conditions:
    """Return the conditions for what a document itself says; raise `UsageError` for a date or month that is none."""
    found: Conditions = []
    if filtro.cnpj:
        found.append(Documento.emit_cnpj == normalizar_documento(filtro.cnpj))
    if filtro.mes:
        found.append(Documento.mes == checked_month(filtro.mes))
    if texts := busca.wanted(filtro.search or ""):
        found.append(or_(*(Documento.busca.contains(text, autoescape=True) for text in texts)))
    if filtro.importado_em:
        begin, end = _day(filtro.importado_em)
        found += [Documento.data_importacao >= begin, Documento.data_importacao < end]
    if filtro.alterado_desde:
        found.append(Documento.atualizado_em >= _instant(filtro.alterado_desde, "alterado_desde"))
    return found + _issued(filtro)


def _day(typed: str) -> Span:
    try:
        return local_day(date.fromisoformat(typed.strip()), CoreSettings.current().zone)
    except (ValueError, OverflowError):
        raise UsageError(f"Dia inválido: {typed!r}. Use a forma 2026-11-23.", campo="importado_em") from None


def checked_month(mes: str) -> str:
    """Return a month as it is stored; raise `UsageError` for another text."""
    if not _MONTH.fullmatch(mes):
        raise UsageError(f"Mês inválido: {mes!r}. Use a forma 2026-11.", campo="mes")
    return mes


def _issued(filtro: Filtro) -> Conditions:
    # `data_lista` is the same instant, and the one that the indexes have
    found: Conditions = []
    if filtro.data_inicio:
        begin = _instant(filtro.data_inicio, "data_inicio")
        found += [Documento.data_emissao >= begin, Documento.data_lista >= begin]
    if filtro.data_fim:
        end = _instant(filtro.data_fim, "data_fim", ends=True)
        found += [Documento.data_emissao < end, Documento.data_lista < end]
    return found


def _instant(typed: str, campo: str, *, ends: bool = False) -> datetime:
    """Return where a span begins, or the first instant after its end."""
    zone = CoreSettings.current().zone
    given = read_instant(typed, zone, campo)
    try:
        if ends and _is_day(typed):
            day = given.date() + timedelta(days=1)
            given = datetime(day.year, day.month, day.day, tzinfo=zone)
        elif ends:
            given += timedelta(microseconds=1)
        return given.astimezone(UTC)
    except OverflowError:
        raise UsageError(f"Instante fora do calendário: {typed!r}.", campo=campo) from None


def _is_day(typed: str) -> bool:
    try:
        date.fromisoformat(typed.strip())
    except ValueError:
        return False
    return True
