"""A row of a document as the contract names and shows it: dates in their own offset, numbers as texts."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from core.settings.core import CoreSettings
from storage.models.base import Base
from storage.models.documentos import Documento
from storage.rows import table_of

# Whose it is and how it is kept is no part of what it says.
OURS = frozenset(
    "id dono usuario_id empresa_id busca xml_id data_lista offset_minutos completo comprovado copia papel mes".split()
)


def local(instant: datetime | None, minutes: int | None) -> datetime | None:
    """Return an instant in the offset that a document gave it, else in the zone of the installation."""
    if instant is None:
        return None
    return instant.astimezone(CoreSettings.current().zone if minutes is None else timezone(timedelta(minutes=minutes)))


def text(number: int | None) -> str | None:
    """Return a number as the contract has it."""
    return None if number is None else str(number)


def said(documento: Documento, own: Base | None, names: Mapping[str, str]) -> dict[str, Any]:
    """Return all that a document says, by the contract's names; `own` is the row of what only its kind says."""
    found = {name: getattr(documento, name) for name in _columns(documento)}
    found |= {
        "data_emissao": local(documento.data_emissao, documento.offset_minutos),
        "recebido_em": local(documento.recebido_em, documento.offset_minutos),
        "serie": text(documento.serie),
        "numero": text(documento.numero),
        "papeis": _listed(documento.papeis),
        "avisos": json.loads(documento.avisos or "[]"),
    }
    if own is not None:
        found |= {name: getattr(own, name) for name in _columns(own)}
    if "autorizados" in found:
        found["autorizados"] = _listed(found["autorizados"])
    return {names.get(name, name): value for name, value in found.items()}


def _columns(row: Base) -> list[str]:
    return [column.name for column in table_of(type(row)).columns if column.name not in OURS]


def _listed(texts: str) -> list[str]:
    return [one for one in texts.split(",") if one]
