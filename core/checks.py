"""What `esteira diagnostico` looks at: `CHECKS` of each `flows/<flow>/checks.py`, by the names of their systems.

They are found by walking, and stand apart from the flow's upkeep, which workers load: a check loads what its own look
needs, when it looks.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core import walk

OK, WARNING, FAULT = "ok", "aviso", "erro"
SETTINGS = "configuração"


@dataclass(frozen=True)
class Finding:
    """One system that was looked at: how it is, and what to do about it."""

    sistema: str
    situacao: str
    detalhe: str
    correcao: str = ""


Check = Callable[[], Iterable[Finding]]


def checks() -> Iterator[tuple[str, Check]]:
    """Yield the checks of every flow with the names of what they look at, in the order of the flows' names."""
    # The room above is named as a text, so that nothing here depends on a flow.
    for module in walk.modules("flows", "checks"):
        yield from module.CHECKS.items()
