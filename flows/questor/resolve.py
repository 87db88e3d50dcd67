"""Find out what became of documents whose answer was lost, before anything is sent again."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from claims.lease import lease_seconds
from connectors.questor import Blocked, Fault, Questor
from core.clock import Clock
from core.errors import Misconfigured
from core.settings.questor import ContaQuestor
from core.stopping import stopping
from flows.questor import outcome
from flows.questor.lots import count_accepted
from flows.questor.rows import UNKNOWN, Arquivo, Outcome
from storage.models.questor import Estado, QuestorLote
from storage.session import transaction

ROOM, WORK_SECONDS = 500, 45.0
# No method for the query at this office: the same as a kind that has none.
NO_SUCH_METHOD = 404


class Resolver:
    """Asks for the unknown documents of one lot, and writes where each goes."""

    def __init__(self, questor: Questor, lote: QuestorLote, conta: ContaQuestor, token: str, clock: Clock) -> None:
        self._questor, self._lote, self._conta, self._token, self._clock = questor, lote, conta, token, clock

    async def run(self) -> None:
        """Ask, question by question, until all are asked or the process is to stop; what was not asked goes back.

        Raises:
            Misconfigured: the account is not let in.
        """
        rows = await asyncio.to_thread(self._claim)
        if not rows:
            return
        outcomes: list[Outcome] = []
        try:
            for question in _questions(rows):
                if stopping():
                    break
                outcomes += await self._ask(question)
        finally:
            await asyncio.to_thread(self._write, rows, outcomes)

    def _claim(self) -> Sequence[Arquivo]:
        seconds = lease_seconds(self._conta.total_timeout, WORK_SECONDS)
        with transaction() as db:
            mine = UNKNOWN.on(db, UNKNOWN.table.c.lote_id == self._lote.id)
            return mine.claim(ROOM, self._clock.now(), seconds, self._token)

    def _write(self, rows: Sequence[Arquivo], outcomes: Sequence[Outcome]) -> None:
        now, known = self._clock.now(), {one.id for one in outcomes}
        with transaction() as db:
            home = UNKNOWN.on(db)
            held = home.settle(self._token, outcomes)
            found = sum(one.id in held and one.estado is Estado.ENVIADO for one in outcomes)
            count_accepted(db, self._lote.id, found, now)
            home.give_back(self._token, [row.id for row in rows if row.id not in known], now)

    async def _ask(self, rows: Sequence[Arquivo]) -> list[Outcome]:
        keys = {row.id: row.identidade.partition(":")[0] for row in rows}
        try:
            known = await self._questor.existe(rows[0].tipo, set(keys.values()))
        except Blocked as fault:
            if fault.status != NO_SUCH_METHOD:
                raise
            known = None
        except Misconfigured:
            raise
        except Fault:
            return [outcome.not_answered(row, self._clock.now()) for row in rows]
        if known is None:
            return [outcome.not_asked(row, self._clock.now()) for row in rows]
        decide = {True: outcome.found, False: outcome.not_found}
        return [decide[keys[row.id] in known](row, self._clock.now()) for row in rows]


def _questions(rows: Iterable[Arquivo]) -> list[list[Arquivo]]:
    """Group rows that one query answers: one kind, one emitter, one month (positions 3 to 20 of a key)."""
    groups: defaultdict[tuple[str, str], list[Arquivo]] = defaultdict(list)
    for row in rows:
        groups[row.tipo, row.identidade[2:20]].append(row)
    return list(groups.values())
