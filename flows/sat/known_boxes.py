"""The boxes there are: those of the settings, and those that were imported into the database."""

import json
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.errors import Conflict, Misconfigured, NotFound
from core.logs import get_logger
from core.settings.mistakes import explain
from core.settings.sat import BoxSettings, SatSettings, same_equipment
from storage import crypto
from storage.models.base import CONTA_PADRAO
from storage.models.sat import Caixa
from storage.session import reading

log = get_logger(__name__)


def configured() -> dict[str, BoxSettings]:
    """Return every box that is asked, by name; of one name in both places the settings' holds."""
    return _one_of_each(known())


def merged() -> dict[str, BoxSettings]:
    """Return, by the name of each box that is not asked, the box that stands for it: the same equipment."""
    boxes = known()
    asked = {box.equipment: box for box in _one_of_each(boxes).values()}
    return {nome: asked[box.equipment] for nome, box in boxes.items() if asked[box.equipment].name != nome}


def _one_of_each(boxes: dict[str, BoxSettings]) -> dict[str, BoxSettings]:
    """Keep one box of each equipment: the settings' first, then by name."""
    mine = {box.name for box in SatSettings.current().boxes}
    kept: dict[tuple[str, str], BoxSettings] = {}
    for box in boxes.values():
        other = kept.setdefault(box.equipment, box)
        if (box.name not in mine, box.name) < (other.name not in mine, other.name):
            kept[box.equipment] = box
    return {box.name: box for box in kept.values()}


def known() -> dict[str, BoxSettings]:
    """Return every box there is, also those that are not asked because another one is the same equipment."""
    with reading() as db:
        return known_in(db)


def known_in(db: Session) -> dict[str, BoxSettings]:
    """Return the same, as a transaction under way sees them."""
    return _valid(_stored(db)) | {box.name: box for box in SatSettings.current().boxes}


def imported() -> dict[str, BoxSettings]:
    """Return the boxes of the database by name."""
    with reading() as db:
        return _valid(_stored(db))


def unreadable() -> dict[str, str]:
    """Return why boxes of the database are not asked: stored by an older version and no longer valid, or sealed."""
    with reading() as db:
        return {nome: mistake for nome, mistake in _stored(db).items() if isinstance(mistake, str)}


def _valid(stored: dict[str, BoxSettings | str]) -> dict[str, BoxSettings]:
    return {nome: box for nome, box in stored.items() if isinstance(box, BoxSettings)}


def _stored(db: Session) -> dict[str, BoxSettings | str]:
    kept = select(Caixa.nome, type_coerce(Caixa.config, LargeBinary).label("config"))
    rows = db.execute(kept.where(Caixa.conta == CONTA_PADRAO, Caixa.config.is_not(None))).all()
    return {row.nome: _box(bytes(row.config)) for row in rows}


def _box(sealed: bytes) -> BoxSettings | str:
    """Return a stored box, or why it is not asked; that no key opens it is not remembered: the key may come back."""
    try:
        return _read(sealed)
    except Misconfigured as fault:
        return str(fault)


@lru_cache(maxsize=16_384)
def _read(sealed: bytes) -> BoxSettings | str:
    """Return a stored box, or what is wrong with it.

    Decrypting costs more than anything else of a look, so each is read once per process.
    """
    try:
        return BoxSettings.model_validate_json(crypto.ring().decrypt(sealed))
    except ValidationError as error:
        mistakes = "; ".join(explain(error, BoxSettings))
        log.warning("stored box is not valid", mistakes=mistakes)
        return mistakes


def box_named(nome: str, caller: Caller = OPERATOR) -> BoxSettings:
    """Return a box that may be asked. Raises:
    NotFound: there is none of this name; the nearest is told.
    Conflict: another one is the same equipment.
    """
    boxes = configured() if caller.is_operator else {}
    if nome in boxes:
        return boxes[nome]
    if caller.is_operator and (same := merged().get(nome)):
        raise Conflict(f"A caixa {nome!r} não é consultada: {same_equipment(same)}.")
    close = get_close_matches(nome, boxes, 1)
    hint = f" Seria {close[0]!r}?" if close else ""
    raise NotFound(f"Caixa desconhecida: {nome!r}.{hint}", veja=None if close else "caixas")


def written(box: BoxSettings) -> str:
    """Return a box as JSON, its activation code in clear: only for what is encrypted or digested."""
    return json.dumps(_fields(box), sort_keys=True)


@lru_cache(maxsize=16_384)
def digest(box: BoxSettings) -> str:
    """Return a keyed digest of all that decides how a box is asked."""
    return crypto.ring().fingerprint(identity(box))


def identity(box: BoxSettings) -> str:
    """Return all that decides how a box is asked, its activation code in clear: only for a digest."""
    fields = _fields(box)
    fields.pop("interval_seconds", None)
    return json.dumps(fields, sort_keys=True)


def _fields(box: BoxSettings) -> dict[str, Any]:
    fields = box.model_dump(mode="json", exclude_defaults=True)
    if box.activation_code:
        fields["activation_code"] = box.activation_code.get_secret_value()
    return fields
