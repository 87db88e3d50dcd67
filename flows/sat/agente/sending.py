"""Send what one box has kept, the oldest first; what the centre has answered for is forgotten, nothing else."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from connectors.base.faults import Fault, Refused, TooLarge
from core.text import os_fault
from flows.sat.agente.box import Box
from flows.sat.agente.instants import Instants

MOST = 50
FIRST_PAUSE, LONGEST_PAUSE, REFUSED_PAUSE = 2.0, 300.0, 60.0
# What is wrong with one reading, not with who sends it.
WRONG = 400


class Line(Protocol):
    """What takes readings."""

    async def enviar(self, nome: str, leituras: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Take them; say of each what became of it."""
        ...


class Sender:
    """Sends for one box and knows how long to wait after a fault."""

    def __init__(self, box: Box, line: Line) -> None:
        self._box, self._line = box, line
        self._most, self._failed, self._told = MOST, 0, ""

    async def send(self) -> float:
        """Send some of what is kept; return how many seconds to wait before the next time."""
        try:
            some = self._box.kept.first(self._most)
        except OSError as error:
            self._tell(f"Não consegui ler o que espera no disco: {os_fault(error)}.")
            return self._pause(FIRST_PAUSE)
        if not some:
            return 0.0
        try:
            done = await self._line.enviar(
                self._box.settings.name, [as_sent(reading, self._box.instants) for _, reading in some]
            )
        except Fault as fault:
            return self._faulty(fault, some)
        self._box.kept.remove([number for number, _ in some])
        for one in done:
            if one["situacao"] == "recusada":
                self._box.say(f"Caixa {self._box.settings.name}: o centro recusou uma leitura: {one.get('motivo')}")
        if self._told:
            self._box.say(f"Caixa {self._box.settings.name}: as leituras chegam ao centro de novo.")
        self._most, self._failed, self._told = MOST, 0, ""
        return 0.0

    def _faulty(self, fault: Fault, some: Sequence[tuple[int, Mapping[str, Any]]]) -> float:
        """Return how long to wait; a reading that the centre cannot take alone must not keep the others back."""
        if (isinstance(fault, TooLarge) or fault.status == WRONG) and len(some) > 1:
            self._most = max(1, len(some) // 2)
            return 0.0
        self._tell(str(fault))
        if isinstance(fault, TooLarge) or fault.status == WRONG:
            self._box.kept.remove([number for number, _ in some])
            return 0.0
        least = REFUSED_PAUSE if isinstance(fault, Refused) else FIRST_PAUSE
        return max(fault.retry_after or 0.0, self._pause(least))

    def _pause(self, least: float) -> float:
        """Return how long to wait after one more fault in a row."""
        self._failed += 1
        grown = min(max(least, FIRST_PAUSE * 2.0 ** min(self._failed - 1, 20)), LONGEST_PAUSE)
        # drawn apart, so that the agents of all shops do not come back together
        return grown * random.uniform(0.5, 1.0)

    def _tell(self, said: str) -> None:
        if said != self._told:
            self._box.say(f"Caixa {self._box.settings.name}: {said} As leituras ficam guardadas aqui.")
            self._told = said


def as_sent(reading: Mapping[str, Any], instants: Instants) -> dict[str, Any]:
    """Return a kept reading as it is sent now."""
    fields = {name: reading.get(name) for name in ("leitura", "linha", "sessao", "resultado", "erro")}
    said = {name: value for name, value in fields.items() if value is not None}
    return {**said, "ha_segundos": round(instants.ago(reading), 3)}
