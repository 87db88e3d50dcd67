"""Send what is owed, batch by batch: claim, do several at once, settle."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import repeat

from claims.lease import may_begin
from connectors.base.faults import Fault
from core.errors import PlatformError, Transient
from core.logs import get_logger
from flows.sync import edits, ends
from flows.sync.ledger.item import Item, Key, Outcome, Situacao
from flows.sync.under_way import UNDER_WAY, Run

BATCH, THREADS = 40, 4
# So many failures in a row end the run (docs/reference/contracts/sync.md §SY-55).
FAILURES = 5
AGAIN = "{fluxo}: o outro lado falhou {times} vezes seguidas; a próxima rodada continua."
log = get_logger(__name__)


class Sender:
    """The second half of a run."""

    def __init__(self, run: Run) -> None:
        self.run, self.failures = run, 0

    def send_owed(self) -> None:
        """Send what is due, batch by batch, until nothing is, or the time is over."""
        tries: dict[Key, int] = {}
        with ThreadPoolExecutor(THREADS, "esteira-sync") as threads:
            while not (rest := self.run.over()):
                now = self.run.clock.now()
                items = self.run.sides.ledger.claim(BATCH, now, self.run.lease, self.run.token, fluxo=self.run.nome)
                until = now + timedelta(seconds=self.run.lease)
                fresh = [item for item in items if tries.get(item.id, 0) < self.run.sides.conta.attempts]
                tries.update({item.id: tries.get(item.id, 0) + 1 for item in fresh})
                if not fresh:
                    self.give_back([item.id for item in items])
                    return
                self.settle(items, list(threads.map(self.one, fresh, repeat(until))))
                self.run.keep()
                if self.failures >= FAILURES:
                    raise Transient(AGAIN.format(fluxo=self.run.nome, times=FAILURES))
        self.run.report.restam = rest

    def one(self, item: Item, until: datetime) -> Outcome | PlatformError | None:
        """Do one item; None when it was not begun, the fault where it is one of the whole run.

        `until` is when its lease ends: a machine that was suspended has not lived through that time.
        """
        late = not may_begin(self.run.clock.now(), UNDER_WAY, until)
        if late or self.run.over() or self.failures >= FAILURES:
            return None
        try:
            made = self._done(item)
            self.failures = self.failures + 1 if made is not None and _postponed(made) else 0
            return made
        except PlatformError as fault:
            # a refused key, or our own database: nothing else may begin
            self.failures = FAILURES
            return fault
        except Exception as fault:  # noqa: BLE001 - one bad record costs itself
            log.error("sync item failed", fluxo=self.run.nome, item=str(item.id), fault=type(fault).__name__)
            return ends.broken(self.run.sides, item, fault)

    def _done(self, item: Item) -> Outcome | None:
        row = self.run.rows.pop(item.chave, None)
        if row is None:
            try:
                row = self.run.flow.fetch(item)
            except Fault as fault:
                return ends.failed(self.run.sides, item, fault)
        if self.run.flow.made(item):
            return edits.bring(self.run, item, row)
        if row is None:
            return ends.gone(self.run.sides, item, ends.VANISHED)
        made = self.run.flow.send(item, row)
        return replace(made, resumo=edits.digest(self.run, row)) if isinstance(made, Outcome) else None

    def settle(self, items: Sequence[Item], made: Sequence[Outcome | PlatformError | None]) -> None:
        """Write what came of a batch; what has no outcome goes back."""
        outcomes = [one for one in made if isinstance(one, Outcome)]
        held = self.run.sides.ledger.settle(self.run.token, outcomes)
        before = {item.id: item for item in items}
        for one in outcomes:
            if one.id in held:
                self.run.report.count(one)
        self.give_back([key for key in before if key not in {one.id for one in outcomes}])
        # a refused key matters more than what passes by itself
        faults = sorted(
            (one for one in made if isinstance(one, PlatformError)), key=lambda one: isinstance(one, Transient)
        )
        if faults:
            raise faults[0]

    def give_back(self, keys: Sequence[Key]) -> None:
        """Let go of what was not done."""
        if keys:
            self.run.sides.ledger.give_back(self.run.token, keys, self.run.clock.now())


def _postponed(one: Outcome) -> bool:
    return one.situacao in (Situacao.PENDENTE, Situacao.DESCONHECIDO, Situacao.MUDADO) and one.erro is not None
