"""Rows with secrets, as they are stored: one that no key opens costs itself, and not whoever is read with it."""

from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from storage import crypto
from storage.models.base import Base
from storage.rows import table_of
from storage.types import Encrypted, EncryptedBytes


def is_sealed(column: Column[Any]) -> bool:
    """Tell whether a column is stored encrypted."""
    return isinstance(column.type, (Encrypted, EncryptedBytes))


def as_stored(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column to select: what is encrypted comes as the bytes it is stored as."""
    return type_coerce(column, LargeBinary).label(column.name) if is_sealed(column) else column


def unopened(db: Session, model: type[Base]) -> set[int]:
    """Return the numbers of the rows of a table with a secret that no key of this process opens."""
    table = table_of(model)
    secrets = [as_stored(column) for column in table.c if is_sealed(column)]
    rows = db.execute(select(table.c.id, *secrets))
    return {number for number, *tokens in rows if not all(map(_opens, filter(None, tokens)))}


def _opens(token: bytes) -> bool:
    try:
        crypto.ring().unseal(bytes(token))
    except Misconfigured:
        return False
    return True
