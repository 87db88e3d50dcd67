"""What a card of the page is: what it reads, for whom, and what may be done from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from core import walk
from core.caller import Caller
from core.clock import Clock
from flows.usuarios.tokens import Quem


class Sinal(StrEnum):
    """How something stands: said in words, drawn as a shape of its own, and coloured."""

    BEM = "bem"
    ATENCAO = "atencao"
    FALHA = "falha"
    NEUTRO = "neutro"


WORST = (Sinal.FALHA, Sinal.ATENCAO, Sinal.BEM, Sinal.NEUTRO)


def worst(signs: "list[Sinal]") -> Sinal:
    """Return the sign of several together."""
    return next((one for one in WORST if one in signs), Sinal.NEUTRO)


@dataclass(frozen=True)
class Visto:
    """What a card shows now: its sign, the sentence beside it, what its template draws."""

    sinal: Sinal
    resumo: str
    dados: Mapping[str, Any] = field(default_factory=dict)


# Does something for a person to what a button names (`alvo`); returns the sentence for who asked.
Acao = Callable[[Quem, str], str]


@dataclass(frozen=True)
class Panel:
    """A card. `ordem` is its place: the hundreds are the column, the rest counts from its top.

    Only the operator sees it unless it is `de_todos`. `acoes` are done by POST to `/painel/fazer/<card>/<action>`;
    those of `testes` wait for somebody else's server.
    """

    titulo: str
    ordem: int
    ler: Callable[[Caller, Clock], Visto]
    acoes: Mapping[str, Acao] = field(default_factory=dict)
    testes: frozenset[str] = frozenset()
    de_todos: bool = False

    @property
    def coluna(self) -> int:
        """The column it stands in, on a screen that has two."""
        return self.ordem // 100

    def seen_by(self, caller: Caller) -> bool:
        """Tell whether a caller has this card."""
        return self.de_todos or caller.is_operator


@cache
def panels() -> dict[str, Panel]:
    """Return every card by its name, from the top."""
    found = {module.__name__.rpartition(".")[2]: module.PANEL for module in walk.modules("api.painel.panels")}
    return dict(sorted(found.items(), key=lambda one: one[1].ordem))


def panels_of(caller: Caller) -> dict[str, Panel]:
    """Return the cards that a caller has."""
    return {name: panel for name, panel in panels().items() if panel.seen_by(caller)}
