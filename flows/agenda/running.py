"""Do a job for a day: claimed by one process, done piece by piece, ended only when it went well."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from claims.backoff import Backoff
from claims.holder import host, new_token
from claims.lease import lease_seconds
from core import messages
from core.agenda import Feito, Work
from core.clock import SYSTEM, Clock
from core.errors import PlatformError, Transient
from core.logs import get_logger
from core.queues import HARD_RESERVE, queue_of
from flows.agenda.rows import DAYS, Ended, Taken
from storage.models.agenda import AgendaDia, EstadoDia
from storage.session import transaction

RETRIES = Backoff((60, 300, 900, 1800), for_ever=True)
WORKER, COMMAND = "worker", "comando"
INTERNAL = "erro interno ({}); veja o log"
log = get_logger(__name__)


@dataclass(frozen=True)
class Relato:
    """How a job stands on a day after somebody looked at it; `fault` is what it raised just now."""

    tarefa: str
    dia: date
    situacao: str
    quem: str
    em: datetime
    contagem: Mapping[str, int] = field(default_factory=dict)
    falha: str | None = None
    fault: Exception | None = None

    def counts(self) -> dict[str, Any]:
        """Return it in plain types."""
        return {"tarefa": self.tarefa, "dia": self.dia.isoformat(), "situacao": self.situacao, **self.contagem}


FEITA, RESTAM, FALHOU = "feita", "restam", "falhou"


def look(number: int, task: str, work: Work, clock: Clock = SYSTEM) -> Relato | None:
    """Do a piece of what a row owes, in a worker; what is left goes on behind everybody else.

    None: it is done, not due, or somebody else's.
    """
    turn = take(number, task, work, f"{host()} ({WORKER})", clock)
    if turn is None:
        return None
    told = turn.piece()
    if told.fault is not None:
        known = isinstance(told.fault, PlatformError)
        log.error("job failed", job=told.tarefa, reason=told.falha, exc_info=None if known else told.fault)
    if told.situacao == RESTAM:
        try:
            messages.send(task, [number])
        except Transient as fault:
            log.warning("job goes on with the next tick", job=told.tarefa, reason=str(fault))
    return told


def take(number: int, task: str, work: Work, who: str, clock: Clock, *, early: bool = False) -> "Turn | None":
    """Claim a row for longer than a piece may take; None when it may not be claimed."""
    queue, token = queue_of(task), new_token()
    seconds = lease_seconds(0.0, (queue.longest if queue else 0) + HARD_RESERVE)
    with transaction() as db:
        found = DAYS.on(db, AgendaDia.id == number, early=early).claim(1, clock.now(), seconds, token)
    return Turn(found[0], token, seconds, work, who, clock) if found else None


class Turn:
    """A day of a job that is ours."""

    def __init__(self, row: Taken, token: str, seconds: float, work: Work, who: str, clock: Clock) -> None:
        self.row, self.token, self.seconds = row, token, seconds
        self.work, self.who, self.clock = work, who, clock
        self.counted = Counter[str](json.loads(row.contagem or "{}"))

    def piece(self, *, keep: bool = False) -> Relato:
        """Do a piece and let go; with `keep` hold on while something is left."""
        try:
            done = self.work(self.row.dia)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the row says so and is tried again
            return self._failed(fault)
        self.counted.update(done.contagem)
        return self._went_well(done, keep=keep)

    def _went_well(self, done: Feito, *, keep: bool) -> Relato:
        now = self.clock.now()
        if done.restam:
            held = timedelta(seconds=self.seconds if keep else 0)
            return self._write(RESTAM, now, self._ended(EstadoDia.PENDENTE, now + held), keep=keep)
        return self._write(FEITA, now, self._ended(EstadoDia.FEITA, now, concluida_em=now))

    def _failed(self, fault: Exception) -> Relato:
        now = self.clock.now()
        said = str(fault) if isinstance(fault, PlatformError) else INTERNAL.format(type(fault).__name__)
        tried = self.row.tentativas + 1
        again = now + timedelta(seconds=RETRIES.wait(tried) or 0)
        # at the end of the window somebody has to see that it is over
        until = min(again, self.row.ate) if now < self.row.ate else again
        return self._write(FALHOU, now, self._ended(EstadoDia.PENDENTE, until, tried, said[:500]), fault=fault)

    def _ended(
        self,
        estado: EstadoDia,
        due_at: datetime,
        tentativas: int | None = None,
        falha: str | None = None,
        concluida_em: datetime | None = None,
    ) -> Ended:
        tried = self.row.tentativas if tentativas is None else tentativas
        counted = json.dumps(self.counted) if self.counted else None
        return Ended(self.row.id, due_at, estado.value, tried, concluida_em, self.who, counted, falha)

    def _write(
        self, situacao: str, now: datetime, ended: Ended, *, keep: bool = False, fault: Exception | None = None
    ) -> Relato:
        with transaction() as db:
            mine = DAYS.on(db)
            held = mine.keep(self.token, [ended]) if keep else mine.settle(self.token, [ended])
        if not held:
            log.warning("job was taken by somebody else meanwhile", job=self.row.tarefa)
        counted = dict(self.counted)
        return Relato(self.row.tarefa, self.row.dia, situacao, self.who, now, counted, ended.falha, fault)
