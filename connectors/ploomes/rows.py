"""Rows as they come, read tolerantly into records; `raw` keeps what a mapping may ask for.

docs/reference/contracts/ploomes.md §4, §5, §6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.fiscal import documento_ausente, normalizar_documento

Row = Mapping[str, Any]
TASKS, INTERACTIONS, CONTACTS = "Tasks", "InteractionRecords", "Contacts"
DOCUMENTS = ("CNPJ", "CPF", "Register")
MOBILE = 2
EXPAND = {
    CONTACTS: "Phones,Tags,City($select=Name;$expand=State($select=Short))",
    TASKS: "Tags,Deal($select=Id,ContactId),Contact($select=Id,Name,CNPJ,CPF,Register)",
    INTERACTIONS: "Tags,Deal($select=Id,ContactId),Contact($select=Id,Name,CNPJ,CPF,Register)",
}


@dataclass(frozen=True)
class Contact:
    """A person or a company. `documento` is in its normal form, "" where there is none."""

    id: int
    type_id: int | None
    nome: str
    documento: str
    created_at: datetime | None
    updated_at: datetime | None
    tag_ids: tuple[int, ...]
    raw: Row = field(repr=False, compare=False)

    @property
    def email(self) -> str:
        return _text(self.raw.get("Email"))

    @property
    def cidade(self) -> str:
        return _text(_inner(self.raw, "City").get("Name"))

    @property
    def uf(self) -> str:
        return _text(_inner(_inner(self.raw, "City"), "State").get("Short")).upper()

    @property
    def cep(self) -> str:
        """Eight digits, or nothing: it comes as a number too, without its zeros."""
        digits = "".join(char for char in str(self.raw.get("ZipCode") or "") if char in "0123456789")
        return digits.zfill(8) if digits and len(digits) <= 8 else ""

    @property
    def telefone(self) -> str:
        """The first phone that is no mobile."""
        return self._phone(lambda kind: kind != MOBILE)

    @property
    def celular(self) -> str:
        """The first mobile phone."""
        return self._phone(lambda kind: kind == MOBILE)

    def _phone(self, fits: Any) -> str:
        phones = [one for one in _items(self.raw, "Phones") if fits(one.get("TypeId"))]
        return next((number for one in phones if (number := _text(one.get("PhoneNumber")))), "")


@dataclass(frozen=True)
class Item:
    """A task or an interaction record. `texto` may be HTML; `deal_contact_id` is the client of its deal."""

    entidade: str
    id: int
    titulo: str
    texto: str
    contact_id: int | None
    deal_id: int | None
    deal_contact_id: int | None
    tag_ids: tuple[int, ...]
    created_at: datetime | None
    updated_at: datetime | None
    raw: Row = field(repr=False, compare=False)


@dataclass(frozen=True)
class Hook:
    """A registered webhook; its key is not read."""

    id: int
    entity_id: int | None
    action_id: int | None
    url: str
    active: bool


def contact(row: Row) -> Contact:
    """Read a contact."""
    return Contact(
        row["Id"],
        _number(row.get("TypeId")),
        _text(row.get("Name")),
        document_of(row),
        moment(row.get("CreateDate")),
        moment(row.get("LastUpdateDate")),
        tag_ids(row),
        row,
    )


def item(entidade: str, row: Row) -> Item:
    """Read a task or an interaction record; the business date stands in only where the creation is not told."""
    return Item(
        entidade,
        row["Id"],
        _text(row.get("Title")),
        _text(row.get("Description") if entidade == TASKS else row.get("Content")),
        _number(row.get("ContactId")),
        _number(row.get("DealId")),
        _number(_inner(row, "Deal").get("ContactId")),
        tag_ids(row),
        moment(row.get("CreateDate")) or (moment(row.get("Date")) if entidade == INTERACTIONS else None),
        moment(row.get("LastUpdateDate")),
        row,
    )


def hook(row: Row) -> Hook:
    """Read a webhook."""
    active = row.get("Active") in (True, 1)
    return Hook(
        row["Id"], _number(row.get("EntityId")), _number(row.get("ActionId")), _text(row.get("CallbackUrl")), active
    )


def document_of(row: Row) -> str:
    """Return the document of a contact: `CNPJ`, else `CPF`, else `Register`; a placeholder is none."""
    given = (row.get(name) for name in DOCUMENTS)
    return next((normalizar_documento(one) for one in given if not documento_ausente(one)), "")


def tag_ids(row: Row) -> tuple[int, ...]:
    """Return the ids of a row's tags."""
    found: Iterable[int | None] = (_number(one.get("TagId")) for one in _items(row, "Tags"))
    return tuple(tag for tag in found if tag is not None)


def moment(value: object) -> datetime | None:
    """Read a date with its offset, in UTC; without one it is no moment."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return read.astimezone(UTC) if read is not None and read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _inner(row: Row, name: str) -> Row:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _items(row: Row, name: str) -> list[Row]:
    found = row.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
