"""Find out what became of documents whose answer was lost, before anything is sent again."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Row, Table

from connectors.questor import Blocked, Fault, Questor
from core.clock import Clock
from core.errors import Misconfigured
from flows.questor import outcome
from flows.questor.outcome import Outcome
from storage.lease import Lease
from storage.models import QuestorArquivo

ROWS = Lease(cast("Table", QuestorArquivo.__table__), ready=QuestorArquivo.estado == "desconhecido")
# No method for the query at this office: the same as a kind that has none.
NO_SUCH_METHOD = 404


async def resolve(questor: Questor, rows: Sequence[Row[Any]], clock: Clock) -> list[Outcome]:
    """Return where each unknown row goes.

    Raises:
        Misconfigured: the account is not let in.
    """
    by_kind: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_kind[row.tipo].append(row)
    found = await asyncio.gather(*(_of_kind(questor, kind, rows, clock) for kind, rows in by_kind.items()))
    return [one for outcomes in found for one in outcomes]


async def _of_kind(questor: Questor, kind: str, rows: Sequence[Row[Any]], clock: Clock) -> list[Outcome]:
    open_rows = [as_outcome(row) for row in rows]
    chaves: Mapping[int, str] = {row.id: row.identidade.partition(":")[0] for row in rows}
    try:
        known = await questor.existe(kind, set(chaves.values()))
    except Blocked as fault:
        if fault.status != NO_SUCH_METHOD:
            raise
        known = None
    except Misconfigured:
        raise
    except Fault:
        return [outcome.not_answered(row, clock.now()) for row in open_rows]
    if known is None:
        return [outcome.not_asked(row, clock.now()) for row in open_rows]
    decide = {True: outcome.found, False: outcome.not_found}
    return [decide[chaves[row.id] in known](row, clock.now()) for row in open_rows]


def as_outcome(row: Row[Any]) -> Outcome:
    """Return a claimed row as it is."""
    return Outcome(
        row.id, row.estado, row.motivo, row.http, row.mensagem, row.tentativas, row.repeticoes, row.erros, row.due_at
    )
