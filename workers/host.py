"""Look after this host: give back at once what its dead processes held, instead of when their leases end; and look
after what has to be seen while beat is away.

Every pool process does it: at its start, so also when it takes the place of one that was killed, and in every
interval, so also for processes that nobody replaces. Of other hosts only the clock can tell. What was held in a
database of somebody else is given back by the processes that do the work of its flow.
"""

import random
import threading
from collections.abc import Collection, Mapping

from core.clock import SYSTEM, Clock
from core.logs import get_logger
from core.upkeep import GiveBack, Upkeep, Watch, upkeeps

EVERY_SECONDS = 10.0
log = get_logger(__name__)


class _Watch(threading.Thread):
    """Looks once, then in every interval until `end`."""

    def __init__(self, seconds: float, carried: Collection[str]) -> None:
        super().__init__(name="esteira-host", daemon=True)
        self._seconds, self._carried, self._ended = seconds, carried, threading.Event()

    def run(self) -> None:
        look(carried=self._carried)
        # Not all processes of a worker at the same moment.
        while not self._ended.wait(self._seconds * random.uniform(0.9, 1.1)):
            look(carried=self._carried)

    def end(self) -> None:
        """Look no more; wait for a look that is under way."""
        self._ended.set()
        self.join(self._seconds)


_watch: _Watch | None = None


def watch(seconds: float = EVERY_SECONDS, *, carried: Collection[str] = ()) -> None:
    """Look after this host until the end of this process, which does the work of the flows in `carried`."""
    global _watch
    _watch = _Watch(seconds, carried)
    _watch.start()


def unwatch() -> None:
    """End it."""
    global _watch
    if _watch is not None:
        _watch.end()
    _watch = None


def look(clock: Clock = SYSTEM, of: Mapping[str, Upkeep] | None = None, *, carried: Collection[str] = ()) -> None:
    """Look once after everything that these flows ask for; by default all."""
    flows = upkeeps() if of is None else of
    give_back(clock, flows)
    for flow, upkeep in flows.items():
        for step in upkeep.watches:
            _carried_out(flow, step, clock)
    # last: whoever does not answer there keeps only these waiting
    for flow in sorted(flows.keys() & set(carried)):
        for step in flows[flow].claims_elsewhere:
            _given_back(flow, step, clock)


def give_back(clock: Clock = SYSTEM, of: Mapping[str, Upkeep] | None = None) -> int:
    """Give back what dead processes of this host held, flow by flow; return how many rows."""
    flows = upkeeps() if of is None else of
    return sum(_given_back(flow, step, clock) for flow, upkeep in flows.items() for step in upkeep.claims)


def _given_back(flow: str, step: GiveBack, clock: Clock) -> int:
    if amount := _carried_out(flow, step, clock):
        log.warning("claims of the dead given back", flow=flow, rows=amount)
    return amount


def _carried_out(flow: str, step: GiveBack | Watch, clock: Clock) -> int:
    try:
        return step(clock.now())
    except Exception as fault:  # noqa: BLE001 - one flow's trouble costs that flow, and the next interval comes
        log.warning("look after this host failed", flow=flow, fault=type(fault).__name__, reason=str(fault))
        return 0
