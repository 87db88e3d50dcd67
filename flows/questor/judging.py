"""What an answer means: for each of its documents, for the size of requests, and for whoever failed before."""

import time
from collections.abc import Sequence
from dataclasses import replace

from connectors.questor import Fault, Overloaded, TooLarge, Unreachable, Verdict
from core.clock import Clock
from core.errors import Rejected
from flows.questor import outcome
from flows.questor.outcome import Item
from flows.questor.pace import Batch
from flows.questor.rows import Outcome
from flows.questor.waiting import Group, Waiting
from storage.models.questor import Estado

# The status behind which a document of its own, a batch too large or the whole server may stand.
UNEXPLAINED = 500


class Judge:
    """Decides on requests that ended; what is not decided waits again."""

    def __init__(self, waiting: Waiting, batch: Batch, clock: Clock) -> None:
        self._waiting, self._batch, self._clock = waiting, batch, clock

    def answered(self, group: Group, verdicts: Sequence[Verdict], began: float) -> list[Outcome]:
        """Return the outcomes of an answered request, and of those who are to blame now that it passed."""
        now = self._clock.now()
        unknown = sum(Estado(verdict.estado) is Estado.DESCONHECIDO for verdict in verdicts)
        if unknown:
            self._batch.too_much(len(group.items))
        elif not group.again:
            self._batch.matched(len(group.items))
        guilty = self._waiting.passed(group.tipo, began) if unknown < len(verdicts) else []
        return outcome.of_verdicts(group.items, verdicts, now) + [
            outcome.refused(one.item, outcome.BLAMED, one.http, one.said, now) for one in guilty
        ]

    def failed(self, group: Group, fault: Fault) -> list[Outcome]:
        """Decide by the kind of fault."""
        if fault.may_be_stored:
            now = self._clock.now()
            return [outcome.lost(item, fault.status, fault.said, now) for item in group.items]
        if isinstance(fault, Unreachable):
            self._waiting.retry(replace(group, proven=False))
        elif isinstance(fault, Overloaded) and fault.status != UNEXPLAINED:
            self._waiting.retry(group.tried())
        elif len(group.items) > 1:
            if not group.again:
                self._batch.too_much(len(group.items))
            self._waiting.split(group.tried())
        else:
            return self._alone(outcome.tried(group.items[0]), fault)
        return []

    def _alone(self, item: Item, fault: Fault) -> list[Outcome]:
        if isinstance(fault, Rejected):
            motivo = "grande_demais" if isinstance(fault, TooLarge) else "pedido_recusado"
            return [outcome.refused(item, motivo, fault.status, fault.said, self._clock.now())]
        self._waiting.suspect(item, time.monotonic(), fault.status, fault.said)
        return []
