"""Names in an export: folders by CNPJ, year and month, files by key; only of letters and digits, whoever wrote them."""

import re
from dataclasses import dataclass
from datetime import datetime

from core.documentos.chave import mes_da_chave
from flows.documentos.escopo import Saida

NO_CNPJ, NO_DATE = "sem-cnpj", "sem-data"
_UNSAFE = re.compile(r"[^0-9A-Za-z]")


@dataclass(frozen=True)
class Membro:
    """A text that goes into the ZIP under a name; `de` is what it counts as."""

    nome: str
    xml_id: int
    quando: datetime | None
    de: str


def folder_of(one: Saida) -> str:
    """Return the folder of a document: by its own local month, else by that in its key."""
    return f"{folder(one.empresa or one.emit_cnpj)}/{month(one.mes or mes_da_chave(one.chave))}"


def folder(cnpj: str | None) -> str:
    """Return the folder of a company."""
    return safe(cnpj or "") or NO_CNPJ


def safe(text: str) -> str:
    """Return the letters and digits of a text that somebody else wrote."""
    return _UNSAFE.sub("", text)


def month(mes: str | None) -> str:
    """Return the folders of a year and month."""
    return mes.replace("-", "/") if mes else NO_DATE


def event_name(base: str, kind: str, sequence: int) -> str:
    """Return the name of an event's text; `base` is that of its document."""
    return f"{base}-{safe(kind)}-{sequence:02d}-evento.xml"
