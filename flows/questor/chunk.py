"""One chunk: lease rows, post them on one event loop, write every verdict, give back what is left."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from connectors.questor import Fault, Overloaded, Questor, TooLarge, Unreachable, Verdict
from core.clock import Clock
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.questor import ContaQuestor
from core.stopping import stopping
from events import record_event
from events.catalog import EnvioQuestorParado
from flows.questor import outcome
from flows.questor.account import Seat
from flows.questor.lots import count_accepted
from flows.questor.outcome import Item, Outcome
from flows.questor.pace import Seen
from storage.lease import Lease
from storage.models import QuestorArquivo, QuestorLote
from storage.session import transaction

ROWS = Lease(
    cast("Table", QuestorArquivo.__table__),
    ready=QuestorArquivo.estado == "pendente",
    claimed={"estado": "desconhecido"},
    released={"estado": "pendente"},
)
ROOM = 500
SECONDS = 45.0
FLUSH_SECONDS = 0.5
HEALTHY_SECONDS = 10.0
# The status behind which a document of its own, a batch too large or the whole server may stand.
UNEXPLAINED = 500


@dataclass
class Report:
    """What a chunk did. `parado` is why the account was stopped, if it was."""

    enviados: int = 0
    recusados: int = 0
    desconhecidos: int = 0
    pedidos: int = 0
    mais: bool = False
    parado: str | None = None


@dataclass(frozen=True)
class Group:
    """The documents of one request; `again` are those of a request that failed."""

    items: list[Item]
    again: bool = False

    @property
    def tipo(self) -> str:
        return self.items[0].tipo

    def tried(self) -> "Group":
        """Return them with one more send that stored nothing."""
        return Group([outcome.tried(item) for item in self.items], again=True)

    def halves(self) -> tuple["Group", "Group"]:
        """Return two groups of half the size."""
        middle = len(self.items) // 2
        return Group(self.items[:middle], again=True), Group(self.items[middle:], again=True)


class Chunk:
    """At most 500 claimed documents on their way; lanes take them as far as the shared limit lets them.

    `dry` says that there are no more to claim.
    """

    def __init__(
        self,
        lote_id: int,
        seat: Seat,
        conta: ContaQuestor,
        clock: Clock,
        closed: Callable[[datetime], bool],
    ) -> None:
        self.lote_id, self.seat, self.conta, self.clock = lote_id, seat, conta, clock
        self.report = Report()
        self._closed = closed
        self._waiting: dict[str, deque[Item]] = {}
        self._again: deque[Group] = deque()
        self._done: list[Outcome] = []
        self._seen: list[Seen] = []
        self._allowed = self._in_flight = 0
        self.dry = self._stopped = False
        self._count = 0
        self._changed, self._urgent = asyncio.Event(), asyncio.Event()
        self._ends = time.monotonic() + SECONDS
        self._success = self._resume = 0.0

    def add(self, items: Sequence[Item]) -> None:
        """Let these wait for their turn."""
        for item in items:
            self._waiting.setdefault(item.tipo, deque()).append(item)
        self._count += len(items)

    def give_back(self, ids: Sequence[int]) -> None:
        """Let go of claimed rows that this chunk has no room for."""
        with transaction() as db:
            ROWS.release(db, self.seat.token, self.clock.now(), ids)

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Keep outcomes that needed no request for the next flush."""
        self._done += outcomes

    @property
    def waiting(self) -> int:
        """How many documents wait for their turn."""
        return self._count

    async def send(self, questor: Questor, refill: Callable[[], object]) -> None:
        """Send what waits until the time is over, the window closes, or the account has to stop.

        `refill` is called again and again and may add more.
        """
        self.flush()
        lanes = {asyncio.create_task(self._lane(questor, place)) for place in range(self.seat.ceiling)}
        try:
            while lanes:
                urgent = asyncio.create_task(self._urgent.wait())
                ended, _ = await asyncio.wait({*lanes, urgent}, timeout=FLUSH_SECONDS, return_when="FIRST_COMPLETED")
                urgent.cancel()
                self._urgent.clear()
                lanes -= ended
                self.flush()
                if not self.over():
                    refill()
                    self._wake()
                for lane in ended - {urgent}:
                    lane.result()
        finally:
            for lane in lanes:
                lane.cancel()

    def flush(self) -> None:
        """Write the outcomes, tell the account, learn how many requests may be in flight now."""
        done, seen = self._done, self._seen
        self._done, self._seen = [], []
        now = self.clock.now()
        with transaction() as db:
            allowed = self.seat.turn(db, seen, self._in_flight, now)
            if self.seat.just_opened:
                self._tell_away(db)
            ROWS.settle(db, self.seat.token, [vars(one) for one in done])
            accepted = sum(one.estado == "enviado" for one in done)
            count_accepted(db, self.lote_id, accepted, now)
        self.report.enviados += accepted
        self.report.recusados += sum(one.estado == "recusado" for one in done)
        self.report.desconhecidos += sum(one.estado == "desconhecido" for one in done)
        self._allowed = allowed
        if any(one.overload for one in seen):
            self._resume = time.monotonic() + self.seat.pace.pause
        self._stopped |= self._closed(now) or self.seat.pace.open(now)
        self._wake()

    def _tell_away(self, db: Session) -> None:
        """Tell once that the server is away; the sending goes on by itself when it is back."""
        motivo = "o Questor não está respondendo"
        said = f"O envio ao Questor esperou: {motivo}. Volta a tentar sozinho, cada vez mais devagar."
        lote = db.get_one(QuestorLote, self.lote_id)
        record_event(db, EnvioQuestorParado(conta=lote.conta, lotes=[lote.nome], motivo=motivo, mensagem=said))

    def close(self) -> None:
        """Write what is left to write; what was tried and not sent keeps its count, the rest goes back as it was."""
        now = self.clock.now()
        again = [group.items for group in self._again]
        left = [item for waiting in (*self._waiting.values(), *again) for item in waiting]
        self._waiting, self._again = {}, deque()
        self._done += [outcome.unsent(item, now) for item in left if item.tentativas]
        self.flush()
        untouched = [item.id for item in left if not item.tentativas]
        with transaction() as db:
            if untouched:
                ROWS.release(db, self.seat.token, now, untouched)
            self.seat.leave(db)

    def over(self) -> bool:
        """Tell whether no new request may start."""
        return self._stopped or stopping() or time.monotonic() >= self._ends

    async def _lane(self, questor: Questor, place: int) -> None:
        while (group := await self._next(place)) is not None:
            await self._post(questor, group)

    async def _next(self, place: int) -> Group | None:
        """Wait for a turn; none when there is nothing left, now or from a request still under way."""
        while not self.over():
            if (pause := self._resume - time.monotonic()) > 0:
                await asyncio.sleep(pause)
                continue
            if self._in_flight < self._allowed and place < self._allowed and (group := self._take()):
                self._in_flight += 1
                return group
            if self.dry and not self._in_flight and not self._any_waiting():
                break
            await self._changed.wait()
        return None

    def _any_waiting(self) -> bool:
        return bool(self._again) or any(self._waiting.values())

    def _take(self) -> Group | None:
        if self._again:
            return self._again.popleft()
        queue = next((waiting for waiting in self._waiting.values() if waiting), None)
        items: list[Item] = []
        size = 0
        while queue and len(items) < self.seat.batch.items:
            size += queue[0].size
            if items and size > self.conta.max_batch_bytes:
                break
            items.append(queue.popleft())
        self._count -= len(items)
        if self._count < ROOM // 2 and not self.dry:
            self._urgent.set()
        return Group(items) if items else None

    async def _post(self, questor: Questor, group: Group) -> None:
        began, clock = self.clock.now(), time.monotonic()
        blamed = len(group.items) == 1 and group.items[0].erros > 0 and self._healthy()
        fault: Fault | Misconfigured | None = None
        try:
            verdicts = await questor.importar(group.tipo, [item.documento for item in group.items])
            self._answered(group, verdicts)
        except (Fault, Misconfigured) as error:
            fault = error
            self._failed(group, fault)
        finally:
            self._in_flight -= 1
        self.report.pedidos += 1
        overload = isinstance(fault, Transient) and not blamed
        self._tell(Seen(began, time.monotonic() - clock, overload, _asked(fault)), fault is None)

    def _tell(self, seen: Seen, success: bool) -> None:
        self._seen.append(seen)
        if success:
            self._success = time.monotonic()
        if seen.overload:
            # The others hear of it at the next flush, which is now; this sender slows down at once.
            self._allowed //= 2
            self._urgent.set()
        self._wake()

    def _answered(self, group: Group, verdicts: list[Verdict]) -> None:
        if any(verdict.estado == "desconhecido" for verdict in verdicts):
            self.seat.batch.too_much(len(group.items))
        elif not group.again:
            self.seat.batch.matched(len(group.items))
        self._done += outcome.of_verdicts(group.items, verdicts, self.clock.now())

    def _failed(self, group: Group, fault: Fault | Misconfigured) -> None:
        """Decide by the kind of fault; a document is only blamed when it was alone and others go through."""
        if isinstance(fault, Misconfigured):
            self.report.parado, self._stopped = str(fault), True
            self._again.append(group)
        elif fault.may_be_stored:
            now = self.clock.now()
            self._done += [outcome.lost(item, fault.status, fault.said, now) for item in group.items]
        elif isinstance(fault, Unreachable):
            self._again.append(group)
        elif isinstance(fault, Overloaded) and fault.status != UNEXPLAINED:
            self._again.append(group.tried())
        elif len(group.items) > 1:
            if not group.again:
                self.seat.batch.too_much(len(group.items))
            self._again.extend(group.tried().halves())
        else:
            self._alone(group, fault)

    def _alone(self, group: Group, fault: Fault) -> None:
        (item,), now = group.items, self.clock.now()
        if isinstance(fault, Rejected):
            motivo = "grande_demais" if isinstance(fault, TooLarge) else "pedido_recusado"
            self._done.append(outcome.refused(item, motivo, fault.status, fault.said, now))
        elif self._healthy():
            self._done.append(outcome.failed_alone(item, fault.status, fault.said, now))
        else:
            self._again.append(group.tried())

    def _healthy(self) -> bool:
        """Tell whether others went through just now; then a fault is the document's own."""
        return time.monotonic() - self._success < HEALTHY_SECONDS or self.seat.healthy

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _asked(fault: PlatformError | None) -> float | None:
    return fault.retry_after if isinstance(fault, Fault) else None
