"""Stay with a queue for a while: at once while there is something, less and less often while there is not.

A new row is sent within the interval; where the database can wake us, at once. A watcher that dies, or is never
asked for, costs one period of beat. A database that does not answer costs the rows of its own queue.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from connectors.oracle.waking import Clockwork, Waker, waker_of
from core.clock import SYSTEM, Clock
from core.errors import Bug, PlatformError, Transient
from core.logs import get_logger
from core.settings.fila import FilaSettings
from core.stopping import stopping
from flows.fila import again, closing, looking, relay
from flows.fila.accounts import Fila, opened
from flows.fila.results import Report

FIRST_PAUSE, LOOK_SECONDS = 0.02, 0.25
CLOSING_SECONDS = 1.0
FIRST_RETRY, MOST_RETRY = 0.1, 8.0
log = get_logger(__name__)


def watch_all(seconds: float) -> list[Report]:
    """Watch every account for so many seconds, each in a thread of its own; a fault of one costs only that one."""
    names = list(FilaSettings.current().contas)
    if not names:
        return []
    turn = Turn(seconds, names)
    with ThreadPoolExecutor(len(names), "esteira-fila") as threads:
        return list(threads.map(lambda nome: _guarded(nome, turn), names))


class Turn:
    """The time in which accounts are watched together.

    It ends for all with the last of them: while one waits for a database that does not answer, the others go on, for
    the next turn may have to wait for the end of this one.
    """

    def __init__(self, seconds: float, names: Iterable[str]) -> None:
        self._ends, self._under_way = time.monotonic() + seconds, set(names)

    @property
    def left(self) -> float:
        """The seconds that are left; none where it is over."""
        return max(self._ends - time.monotonic(), 0.0)

    def done(self, nome: str) -> None:
        """Note that nobody has to wait for an account any more."""
        self._under_way.discard(nome)

    def others(self, nome: str) -> bool:
        """Tell, of an account whose time is over, whether another is still under way."""
        self.done(nome)
        return bool(self._under_way)


def _guarded(nome: str, turn: Turn) -> Report:
    """Watch one account; what nobody thought of costs its watch too, and not those of the others."""
    report = Report(nome)
    try:
        _patiently(nome, turn, report)
    except Exception as fault:
        log.exception("queue not watched", conta=nome, fault=type(fault).__name__)
        said = f"Fila {nome}: erro interno da Esteira ({type(fault).__name__}); os detalhes estão no log."
        _note(report, Bug(said))
    finally:
        turn.done(nome)
    return report


def _patiently(nome: str, turn: Turn, report: Report) -> None:
    """Watch until the time is over: what passes by itself costs a pause that grows, the rest the whole watch."""
    pause, over = FIRST_RETRY, False
    while not over and not stopping():
        told = report.linhas
        try:
            watch(opened(nome), turn.left, report, longer=lambda: turn.others(nome))
            report.falha = None
        except PlatformError as fault:
            log.warning("queue not watched", conta=nome, fault=type(fault).__name__, reason=str(fault))
            _note(report, fault)
            if not isinstance(fault, Transient):
                break
            pause = FIRST_RETRY if report.linhas > told else min(pause * 2, MOST_RETRY)
            _woken(Clockwork(), min(pause, turn.left))
        over = not turn.left


def _note(report: Report, fault: PlatformError) -> None:
    """Say why an account is not watched; where our own database is away too, in the report alone."""
    report.falha = str(fault)
    try:
        looking.note_fault(report.conta, fault, SYSTEM)
    except Exception as other:  # noqa: BLE001 - what keeps a note from being written is no reason to stop watching
        log.warning("fault not noted", conta=report.conta, fault=type(other).__name__, reason=str(other))


def watch(
    fila: Fila, seconds: float, report: Report, clock: Clock = SYSTEM, *, longer: Callable[[], bool] = lambda: False
) -> None:
    """Publish what is there and what comes within so many seconds, and then for as long as `longer` says so."""
    ends, pause, closes = time.monotonic() + seconds, FIRST_PAUSE, 0.0
    again.by_itself(fila, clock)
    with waker_of(fila.engine, fila.conta) as waker:
        while not stopping() and (time.monotonic() < ends or longer()):
            if fila.conta.wait_for_push and time.monotonic() >= closes:
                closing.close_answered(fila, clock)
                closes = time.monotonic() + CLOSING_SECONDS
            found = relay.batch(fila, clock)
            report.add(found)
            pause = FIRST_PAUSE if found.rows else min(pause * 2, fila.conta.interval_seconds)
            left = max(ends - time.monotonic(), LOOK_SECONDS)
            if found.rows < fila.conta.batch and _woken(waker, min(pause, left)):
                pause = FIRST_PAUSE
    looking.note_counts(fila, clock)


def _woken(waker: Waker, seconds: float) -> bool:
    """Wait for a row or for the pause to end; look now and then whether this process is to stop."""
    ends = time.monotonic() + seconds
    while not stopping() and (left := ends - time.monotonic()) > 0:
        if waker.wait(min(left, LOOK_SECONDS)):
            return True
    return False
