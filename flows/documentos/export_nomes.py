"""Names in an export: folders by CNPJ, year and month, files by key; only of letters and digits, whoever wrote them."""

import re
from dataclasses import dataclass
from datetime import datetime

from flows.documentos.escopo import Saida

NO_CNPJ, NO_DATE = "sem-cnpj", "sem-data"
_UNSAFE = re.compile(r"[^0-9A-Za-z]")
_MONTH_OF_KEY = re.compile(r"[0-9]{2}([0-9]{2})(0[1-9]|1[0-2])[0-9A-Z]{14}[0-9]{24}")


@dataclass(frozen=True)
class Membro:
    """A text that goes into the ZIP under a name; `de` is what it counts as."""

    nome: str
    xml_id: int
    quando: datetime | None
    de: str


def folder_of(one: Saida) -> str:
    """Return the folder of a document: by its own local month, else by that in its key."""
    month = one.mes.replace("-", "/") if one.mes else month_of_key(one.chave)
    return f"{folder(one.empresa or one.emit_cnpj)}/{month}"


def folder(cnpj: str | None) -> str:
    """Return the folder of a company."""
    return safe(cnpj or "") or NO_CNPJ


def safe(text: str) -> str:
    """Return the letters and digits of a text that somebody else wrote."""
    return _UNSAFE.sub("", text)


def month_of_key(chave: str) -> str:
    """Return year and month of a key as folders."""
    found = _MONTH_OF_KEY.fullmatch(chave)
    return f"20{found[1]}/{found[2]}" if found else NO_DATE


def event_name(base: str, kind: str, sequence: int) -> str:
    """Return the name of an event's text; `base` is that of its document."""
    return f"{base}-{safe(kind)}-{sequence:02d}-evento.xml"
