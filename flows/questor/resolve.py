"""Find out what became of documents whose answer was lost, before anything is sent again."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from claims.lease import lease_seconds
from connectors.questor import Blocked, Fault, Questor
from core.clock import Clock
from core.errors import Misconfigured
from core.settings.questor import ContaQuestor
from core.stopping import stopping
from flows.questor import outcome
from flows.questor.ledger import WORK_SECONDS
from flows.questor.lots import count_accepted
from flows.questor.parties import parties
from flows.questor.rows import UNKNOWN, Arquivo, Outcome
from flows.questor.sources import source_of
from flows.questor.texts import Texts
from storage.models.questor import Estado, QuestorLote
from storage.session import transaction

ROOM = 500
# Who asks still sends in the same chunk, which ends before its task is cut off (`tasks/questor.py`: after 700 s).
CHUNK_SECONDS = 690.0
# No method for the query at this office: the same as a kind that has none.
NO_SUCH_METHOD = 404


class _BrokenOff(Exception):
    """A question that is not asked to its end: the process is to stop, or time is up."""


def asking_seconds(request: float) -> float:
    """Return for how long pages may be asked for, of requests of at most so many seconds: a sender's time is left."""
    return max(CHUNK_SECONDS - WORK_SECONDS - 2 * request, WORK_SECONDS)


class Resolver:
    """Asks for the unknown documents of one lot, and writes where each goes."""

    def __init__(self, questor: Questor, lote: QuestorLote, conta: ContaQuestor, token: str, clock: Clock) -> None:
        self._questor, self._lote, self._conta, self._token, self._clock = questor, lote, conta, token, clock
        self._texts = Texts(source_of(lote))
        self._began = clock.now()
        self._ends = self._began + timedelta(seconds=asking_seconds(conta.total_timeout))

    async def run(self) -> None:
        """Ask question by question for a while, and write what each came to; what was not asked goes back.

        Raises:
            Misconfigured: the account is not let in.
        """
        rows = await asyncio.to_thread(self._claim)
        left = {row.id for row in rows}
        try:
            for question in _questions(rows):
                if stopping() or self._late():
                    break
                if (outcomes := await self._ask(question, first=len(left) == len(rows))) is None:
                    break
                await asyncio.to_thread(self._write, outcomes)
                left -= {row.id for row in question}
        finally:
            await asyncio.to_thread(self._close, left)

    def _late(self) -> bool:
        """Tell whether no further question begins."""
        return self._clock.now() >= self._began + timedelta(seconds=WORK_SECONDS)

    def _claim(self) -> Sequence[Arquivo]:
        request = self._conta.total_timeout
        seconds = lease_seconds(request, asking_seconds(request))
        with transaction() as db:
            mine = UNKNOWN.on(db, UNKNOWN.table.c.lote_id == self._lote.id)
            return mine.claim(ROOM, self._began, seconds, self._token)

    def _write(self, outcomes: Sequence[Outcome]) -> None:
        with transaction() as db:
            held = UNKNOWN.on(db).settle(self._token, outcomes)
            found = sum(one.id in held and one.estado is Estado.ENVIADO for one in outcomes)
            count_accepted(db, self._lote.id, found, self._clock.now())

    def _close(self, left: set[int]) -> None:
        self._texts.close()
        if left:
            with transaction() as db:
                UNKNOWN.on(db).give_back(self._token, left, self._clock.now())

    async def _ask(self, rows: Sequence[Arquivo], *, first: bool) -> list[Outcome] | None:
        """Return what a question came to; None for one to be asked again by the next chunk."""
        keys = {row.id: row.identidade.partition(":")[0] for row in rows}
        named = await asyncio.to_thread(self._named, rows)
        clients = sorted(frozenset().union(*filter(None, named.values())))
        try:
            known = await self._questor.existe(rows[0].tipo, set(keys.values()), clients, before=self._go_on)
        except Blocked as fault:
            if fault.status != NO_SUCH_METHOD:
                raise
            known = None
        except Misconfigured:
            raise
        except Fault:
            return [outcome.not_answered(row, self._clock.now()) for row in rows]
        except _BrokenOff:
            # one that had all the time there is would not end in the next chunk either
            had_its_time = first and not stopping()
            return [outcome.not_answered(row, self._clock.now()) for row in rows] if had_its_time else None
        if known is None:
            return [outcome.not_asked(row, self._clock.now()) for row in rows]
        return [self._of(row, named[row.id], listed=keys[row.id] in known) for row in rows]

    def _named(self, rows: Sequence[Arquivo]) -> dict[int, frozenset[str] | None]:
        return {row.id: parties(self._texts, row) for row in rows}

    def _of(self, row: Arquivo, named: frozenset[str] | None, *, listed: bool) -> Outcome:
        """Return what an answer means for a row: not listed is not there where all whom it names were asked for."""
        now = self._clock.now()
        if listed:
            return outcome.found(row, now)
        return outcome.not_asked(row, now) if named is None else outcome.not_found(row, now)

    def _go_on(self) -> None:
        if stopping() or self._clock.now() >= self._ends:
            raise _BrokenOff


def _questions(rows: Iterable[Arquivo]) -> list[list[Arquivo]]:
    """Group rows that one query answers: one kind, one emitter, one month (positions 3 to 20 of a key)."""
    groups: defaultdict[tuple[str, str], list[Arquivo]] = defaultdict(list)
    for row in rows:
        groups[row.tipo, row.identidade[2:20]].append(row)
    return list(groups.values())
