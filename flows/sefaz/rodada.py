"""A round: everything that is due, several certificates at once, each on one connection that is kept open.

What a certificate serves is asked one after the other, so nobody is asked faster than before; the pauses of one pass
while others are asked. docs/reference/contracts/sefaz.md §3.3, §3.10, §5.1.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError

from connectors.sefaz import Sefaz, servico
from core.clock import SYSTEM, Clock
from core.errors import PlatformError
from core.logs import get_logger
from core.settings.sefaz import SefazSettings
from core.stopping import stopping
from flows.sefaz import avulsas, consultas, encomendas, pendentes, varredura
from flows.sefaz.chamadas import Sleep
from flows.sefaz.varredura import Devida
from flows.sefaz.vez import Quem
from storage.faults import words

# What is left after that long is found by the next round.
LONGEST = timedelta(minutes=15)
log = get_logger(__name__)


@dataclass
class Rodada:
    """What a round did. `restam` counts what was not begun, `falhas` what ended by a fault of ours."""

    certificados: int = 0
    consultas: int = 0
    paginas: int = 0
    documentos: int = 0
    perguntas: int = 0
    falhas: int = 0
    restam: int = 0

    def add(self, other: "Rodada") -> None:
        """Add what another counted."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def rodar(clock: Clock = SYSTEM, sleep: Sleep = time.sleep, longest: timedelta = LONGEST) -> Rodada:
    """Consult all that is due now, then ask the single questions that are owed; begin nothing after `longest`."""
    encomendas.desistir(clock)
    return _asked(varredura.devidas(clock), pendentes.devidas(clock), clock, sleep, longest)


def completar(clock: Clock = SYSTEM, sleep: Sleep = time.sleep, longest: timedelta = avulsas.LONGEST) -> Rodada:
    """Ask the single questions that are owed: the hour's count comes back between two rounds.

    What is due of those numberings goes first. Where another program uses the count up, a single question is refused
    and blocks the pages too; asked before them hour after hour, it would leave them no turn.
    """
    pending = pendentes.devidas(clock)
    due = [one for one in varredura.devidas(clock) if one in pending] if pending else []
    return _asked(due, pending, clock, sleep, longest)


def _asked(due: Iterable[Devida], pending: Iterable[Devida], clock: Clock, sleep: Sleep, longest: timedelta) -> Rodada:
    total, ends = Rodada(), clock.now() + longest
    lanes = [_Lane(*each, ends, clock, sleep) for each in _by_certificate(due, pending)]
    with ThreadPoolExecutor(SefazSettings.current().simultaneas, "esteira-sefaz") as threads:
        for one in threads.map(lambda lane: lane.run(), lanes):
            total.add(one)
    return total


def _by_certificate(
    due: Iterable[Devida], pending: Iterable[Devida]
) -> list[tuple[Sequence[Devida], Sequence[Devida]]]:
    """Return what each certificate is shown for: numberings, and single questions."""
    marked = [*((one, False) for one in due), *((one, True) for one in pending)]
    marked.sort(key=lambda each: each[0].certificado_id)
    lanes = (list(group) for _, group in groupby(marked, key=lambda each: each[0].certificado_id))
    return [([one for one, single in lane if not single], [one for one, single in lane if single]) for lane in lanes]


class _Lane:
    """What one certificate is shown for in a round."""

    def __init__(
        self, due: Sequence[Devida], pending: Sequence[Devida], ends: datetime, clock: Clock, sleep: Sleep
    ) -> None:
        self.due, self.pending, self.ends, self.clock, self.sleep = due, pending, ends, clock, sleep
        self.total, self.kept = Rodada(certificados=1), _Kept(clock)

    def run(self) -> Rodada:
        """Ask for all of it; what was cut short goes on when the others had their turn."""
        owed = deque(self.due)
        with self.kept:
            while owed:
                one = owed.popleft()
                if self._done(self._consult, one):
                    owed.append(one)
                    self.sleep(servico(one.servico).pausa)
            for one in self.pending:
                self._done(self._complete, one)
        return self.total

    def _done(self, ask: Callable[[Devida], bool], one: Devida) -> bool:
        """Ask for one company, and tell whether it may go on at once; one that fails costs itself."""
        if self._over():
            self.total.restam += 1
            return False
        try:
            return ask(one)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one company is told and costs itself
            self.total.falhas += 1
            _tell(one, fault)
            return False

    def _consult(self, one: Devida) -> bool:
        found = consultas.consultar_para(
            one.dono, one.servico, self.clock, self.sleep, abrir=self.kept.of, ends=self.ends
        )
        self.total.consultas += 1
        self.total.paginas += found.paginas
        self.total.documentos += found.total_importados
        return found.ha_mais

    def _over(self) -> bool:
        return stopping() or self.clock.now() >= self.ends

    def _complete(self, one: Devida) -> bool:
        found = avulsas.completar_para(
            one.dono, one.servico, self.clock, self.sleep, abrir=self.kept.of, ends=self.ends
        )
        self.total.perguntas += found.perguntas
        return False


def _tell(one: Devida, fault: Exception) -> None:
    """Log why one company could not be asked for; what a database refuses is told without what was to be stored."""
    about = {"cnpj": one.dono.cnpj, "servico": one.servico}
    if isinstance(fault, DBAPIError):
        log.error("consultation failed", **about, fault=type(fault.orig).__name__, reason=words(fault))
    else:
        told = log.warning if isinstance(fault, PlatformError) else log.exception
        told("consultation failed", **about, reason=str(fault))


class _Kept:
    """The open certificate of a lane: opened by the first question, closed with the last."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self._stack = clock, ExitStack()
        self._open: tuple[bytes, Sefaz] | None = None

    def of(self, quem: Quem) -> AbstractContextManager[Sefaz]:
        """Return the certificate that serves a company, which stays open; another one may have taken its place."""
        if self._open is None or self._open[0] != quem.certificado.pfx:
            made = Sefaz(quem.certificado, SefazSettings.current(), clock=self.clock)
            self._open = quem.certificado.pfx, self._stack.enter_context(made)
        return nullcontext(self._open[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
