"""Boxes that fall together: all of one `loja`, or all behind one SATHub. Where one is down, one message says so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.sat.inalcancavel import Place
from core.settings.sat import RESERVED_NAMES, BoxSettings
from storage.models.alertas import OBJECT_LIMIT

LOJA, HUB = RESERVED_NAMES
TITLES = {LOJA: "da loja", HUB: "do SATHub"}
LABELS = ("loja", "uf", "grupo")


@dataclass(frozen=True)
class Site:
    """At least two boxes of one place."""

    place: Place
    caixas: tuple[BoxSettings, ...]


def sites(boxes: Iterable[BoxSettings]) -> list[Site]:
    """Return the places of some boxes, the shops before the hubs, which are the narrower."""
    found: defaultdict[tuple[str, str], list[BoxSettings]] = defaultdict(list)
    for box in boxes:
        if box.loja:
            found[LOJA, box.loja].append(box)
        if box.kind == "hub":
            found[HUB, f"{box.host}:{box.port}"].append(box)
    groups = sorted((group for group in found.items() if len(group[1]) > 1), key=lambda group: group[0][0] != LOJA)
    return [
        Site(Place(f"{kind}{name}"[:OBJECT_LIMIT], f"{TITLES[kind]} {name}", len(members)), tuple(members))
        for (kind, name), members in groups
    ]


def labels(boxes: Sequence[BoxSettings], objeto: str) -> dict[str, str]:
    """Return the labels that all of some boxes have in common; without a `loja` the object stands for it."""
    shared = {
        name: str(getattr(boxes[0], name))
        for name in LABELS
        if getattr(boxes[0], name) and len({getattr(box, name) for box in boxes}) == 1
    }
    return {"loja": objeto} | shared
