"""Boxes that fall together: all of one `loja`, or all behind one SATHub. Where one is down, one message says so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts import Avaliacao
from core.settings.sat import RESERVED_NAMES, BoxSettings

CODIGO, SEVERIDADE = "inalcancavel", "critico"
LOJA, HUB = RESERVED_NAMES
OBJECT_LIMIT = 100
TITLES = {LOJA: "da loja", HUB: "do SATHub"}


@dataclass(frozen=True)
class Site:
    """At least two boxes of one place; `objeto` is what its alert is about."""

    objeto: str
    titulo: str
    caixas: tuple[BoxSettings, ...]


@dataclass(frozen=True)
class Member:
    """One box of a place as its row has it: how often in a row it failed and since when, when it was last asked."""

    falhas: int
    falhando_desde: datetime | None
    verificada_em: datetime | None
    limite: int

    @property
    def reached(self) -> bool:
        """Whether it failed often enough to be told."""
        return self.falhas >= self.limite


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
        Site(f"{kind}{name}"[:OBJECT_LIMIT], f"{TITLES[kind]} {name}", tuple(members))
        for (kind, name), members in groups
    ]


def down(members: Sequence[Member]) -> bool | None:
    """Tell whether a place is down; none where too few of its boxes can tell.

    It is when one box failed often enough and no other answered since it began to fail. Boxes that were not asked since
    say nothing, but those that fail are at least as many.
    """
    if len(members) < 2:
        return None
    since = max((one.falhando_desde for one in members if one.reached and one.falhando_desde), default=None)
    failing = sum(one.falhas > 0 for one in members)
    if since is None or failing < 2:
        return False
    answered = any(not one.falhas and one.verificada_em and one.verificada_em >= since for one in members)
    return not answered and failing * 2 >= len(members)


def judged(site: Site, *, ativo: bool, since: datetime, zone: ZoneInfo) -> Avaliacao:
    """Return the judgement of a place."""
    mensagem = (
        f"Nenhuma das {len(site.caixas)} caixas {site.titulo} responde desde {since.astimezone(zone):%d/%m/%Y %H:%M}. "
        "Verifique a energia, a rede e a internet do local."
    )
    return Avaliacao(CODIGO, SEVERIDADE, ativo, mensagem, {"caixas": len(site.caixas)})


def shared_labels(boxes: Sequence[BoxSettings]) -> dict[str, str]:
    """Return the labels that all of some boxes have in common."""
    return {
        name: str(getattr(boxes[0], name))
        for name in ("loja", "uf", "grupo")
        if getattr(boxes[0], name) and len({getattr(box, name) for box in boxes}) == 1
    }
