"""Queries in OData, written so that nothing in them is read in another way than it is meant.

docs/reference/contracts/ploomes.md §2.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from core.fiscal import formatar_documento, normalizar_documento, tipo_documento

_FIELDS = {"cnpj": ("CNPJ", "Register"), "cpf": ("CPF", "Register"), None: ("CNPJ", "CPF", "Register")}


def moment(instant: datetime) -> str:
    """Return a date for a filter: unquoted, with `Z`, for the plus of an offset turns into a blank; whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text(value: str) -> str:
    """Return a text for a filter: a quote inside is doubled."""
    return "'" + value.replace("'", "''") + "'"


def since(instant: datetime | None, *, changed: bool) -> str:
    """Return what was created, or also changed, at this moment or later; "" for all there is."""
    if instant is None:
        return ""
    created = f"CreateDate ge {moment(instant)}"
    return f"({created} or LastUpdateDate ge {moment(instant)})" if changed else created


def tagged(tags: Collection[int]) -> str:
    """Return what has one of these tags; "" where there are none."""
    return f"Tags/any({' or '.join(f't/TagId eq {tag}' for tag in tags)})".replace("(", "(t: ", 1) if tags else ""


def of_document(documento: str) -> str:
    """Return who has this document, bare or formatted, in any of the fields where it may be."""
    bare = normalizar_documento(documento)
    spellings = dict.fromkeys((bare, formatar_documento(bare)))
    fields = _FIELDS[tipo_documento(bare)]
    return "(" + " or ".join(f"{field} eq {text(one)}" for field in fields for one in spellings) + ")"


def both(*filters: str) -> str:
    """Return what all of the filters let through."""
    return " and ".join(filter(None, filters))


def query(options: Mapping[str, object]) -> str:
    """Return the query of an address, from options without their `$`; those that are empty are left out."""
    return "&".join(
        f"${name}={quote(str(value), safe='')}" for name, value in options.items() if value not in ("", None)
    )
