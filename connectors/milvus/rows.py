"""Answers as they come, read tolerantly into records; `raw` keeps what a mapping may ask for.

docs/reference/contracts/milvus.md §2, §3.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from core.fiscal import normalizar_documento
from core.html_text import plain_text

Row = Mapping[str, Any]
T = TypeVar("T")
LISTS = ("lista", "data", "retorno")
FORM = "%Y-%m-%d %H:%M:%S"
_FORMS = (FORM, "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
_TOKEN = re.compile(r"[!-~]{1,40}")
_YES, _NO = (True, 1, "1", "true", "S"), (False, 0, "0", "false", "N")


@dataclass(frozen=True)
class Listing(Generic[T]):
    """Rows of a list; of one that is not `complete` nothing may be concluded from what it lacks."""

    rows: tuple[T, ...]
    complete: bool


@dataclass(frozen=True)
class Part(Generic[T]):
    """What one request added to a list; the last part says whether the list is `complete`.

    `goes_on` is where a later reading can begin that is to have what comes after this part (none: it reads all anew).
    """

    rows: tuple[T, ...]
    goes_on: str | None = None
    complete: bool = True


@dataclass(frozen=True)
class Cliente:
    """A client. `documento` is in its normal form; `token` is what its tickets are opened with."""

    id: int
    token: str
    nome: str
    documento: str
    ativo: bool | None
    raw: Row = field(repr=False, compare=False)


@dataclass(frozen=True)
class Chamado:
    """A ticket. `descricao` is plain text."""

    codigo: str
    cliente_token: str
    assunto: str
    descricao: str
    criado_em: datetime | None
    raw: Row = field(repr=False, compare=False)


def cliente(row: Row) -> Cliente:
    """Read a client."""
    nome = text(row.get("nome_fantasia")) or text(row.get("razao_social"))
    return Cliente(
        number(row.get("id")) or 0,
        _token(row.get("token")),
        nome,
        normalizar_documento(row.get("cnpj_cpf")),
        _boolean(row.get("is_ativo")),
        row,
    )


def reader_of_chamados(zone: ZoneInfo) -> Callable[[Row], Chamado]:
    """Return what reads a ticket; its dates have no offset."""

    def chamado(row: Row) -> Chamado:
        return Chamado(
            key(row, "codigo"),
            text(row.get("cliente_token")),
            text(row.get("assunto")),
            plain_text(text(row.get("descricao"))),
            moment(row.get("data_criacao"), zone),
            row,
        )

    return chamado


def listed(content: Any) -> list[Row] | None:
    """Return the rows of an answer, under whatever name its list has; None when it has none."""
    if not isinstance(content, dict):
        return None
    found = next((content[name] for name in LISTS if isinstance(content.get(name), list)), None)
    return found if found is not None and all(isinstance(one, dict) for one in found) else None


def number(content: Any) -> int | None:
    """Return the number of an answer: bare, quoted, or in an object as `codigo` or `id`."""
    given = (content.get("codigo") or content.get("id")) if isinstance(content, dict) else content
    if isinstance(given, str):
        return int(given) if re.fullmatch(r"\s*[0-9]{1,18}\s*", given) else None
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else None


def key(row: Row, name: str) -> str:
    """Return what a row is told from others by."""
    return str(row.get(name) or row.get("id"))


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """Read a date of the account's clock, in UTC."""
    for form in _FORMS:
        try:
            return datetime.strptime(str(value).strip(), form).replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def text(value: object) -> str:
    """Return a text without blanks around it; "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def _token(value: object) -> str:
    """Return a client's code; what is none is not kept, and its tickets wait for one."""
    found = text(value)
    return found if _TOKEN.fullmatch(found) else ""


def _boolean(value: object) -> bool | None:
    if value in _YES:
        return True
    return False if value in _NO else None
