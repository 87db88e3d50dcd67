"""Boxes that fall together: all of one `loja`. Where it is down, one message says so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.sat.inalcancavel import Loja
from core.settings.sat import SHOP_PREFIX, BoxSettings
from storage.models.alertas import OBJECT_LIMIT

LABELS = ("loja", "uf", "grupo")


@dataclass(frozen=True)
class Shop:
    """At least two boxes of one `loja`."""

    loja: Loja
    caixas: tuple[BoxSettings, ...]


def shops(boxes: Iterable[BoxSettings]) -> list[Shop]:
    """Return the shops that have several boxes."""
    found: defaultdict[str, list[BoxSettings]] = defaultdict(list)
    for box in boxes:
        if box.loja:
            found[box.loja].append(box)
    return [
        Shop(Loja(f"{SHOP_PREFIX}{name}"[:OBJECT_LIMIT], name, len(members)), tuple(members))
        for name, members in found.items()
        if len(members) > 1
    ]


def labels(boxes: Sequence[BoxSettings], objeto: str) -> dict[str, str]:
    """Return the labels that all of some boxes have in common; without a `loja` the object stands for it."""
    shared = {
        name: str(getattr(boxes[0], name))
        for name in LABELS
        if getattr(boxes[0], name) and len({getattr(box, name) for box in boxes}) == 1
    }
    return {"loja": objeto} | shared
