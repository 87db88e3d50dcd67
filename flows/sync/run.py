"""One run of one flow: read what is new into the ledger, move the cursor, then send what is owed.

What was read is durable before the cursor moves, so a run may end anywhere; what is under way when it is killed is
looked for before it is sent again.
"""

import time
from datetime import UTC, datetime, timedelta

from claims.holder import new_token
from claims.pace import SharedPace
from core.clock import SYSTEM, Clock, passed
from core.errors import PlatformError, Transient
from core.logs import get_logger
from core.pace import MakePace
from core.settings.sync import CLIENTES_MP, CLIENTES_PM, SyncSettings
from flows.sync import ends, hinted, standing, telling
from flows.sync.clients_mp import ClientsToPloomes
from flows.sync.clients_pm import ClientsToMilvus
from flows.sync.flow import Flow
from flows.sync.ledger.item import Situacao
from flows.sync.reading import Reader
from flows.sync.results import BUSY, DEGRADED, OFF, STOPPED, Report
from flows.sync.sending import Sender
from flows.sync.sides import Sides, both
from flows.sync.tickets import Tickets
from flows.sync.under_way import UNDER_WAY, Run

WAITING_CLIENT = "esperando_cliente"
# A message that is a little early is not a period early.
EARLY = 0.8
NEVER = datetime.min.replace(tzinfo=UTC)
CRASHED = "{fluxo}: a rodada parou no meio ({bug}); a próxima continua de onde ela parou."
log = get_logger(__name__)


def flow_of(nome: str, sides: Sides) -> Flow:
    """Return a flow by its name."""
    if nome == CLIENTES_PM:
        return ClientsToMilvus(sides)
    return ClientsToPloomes(sides) if nome == CLIENTES_MP else Tickets(sides, nome)


def run_due(nome: str, clock: Clock = SYSTEM) -> list[Report]:
    """Run one flow of every account whose time has come, the longest ago first: where one breaks, others come next."""
    now = clock.now()
    begun = {row.conta: passed(row.iniciado_em, now) or NEVER for row in standing.rows() if row.fluxo == nome}
    accounts, reports = SyncSettings.current().contas, list[Report]()
    for conta in sorted(accounts, key=lambda one: begun.get(one, NEVER)):
        minutes = accounts[conta].minutes(nome)
        if minutes and clock.now() - begun.get(conta, NEVER) >= timedelta(minutes=minutes * EARLY):
            reports.append(run(nome, conta, clock=clock))
    return reports


def run(
    nome: str,
    conta: str,
    *,
    desde: datetime | None = None,
    simular: bool = False,
    clock: Clock = SYSTEM,
    pace: MakePace = SharedPace,
) -> Report:
    """Run one flow; faults of the other side are in the report."""
    report, settings = Report(conta, nome, simulado=simular), SyncSettings.current().conta(conta)
    if not settings.minutes(nome):
        report.estado = OFF
        return report
    token, began = new_token(), time.monotonic()
    held = None if simular else standing.hold(conta, nome, token, clock.now(), settings.seconds + UNDER_WAY)
    if held is None and not simular:
        report.estado = BUSY
        return report
    fault = None
    try:
        with both(conta, dry=simular, clock=clock, pace=pace) as sides:
            whole(Run(sides, flow_of(nome, sides), report, token, held), desde)
    except PlatformError as raised:
        fault = raised
        report.falha = ends.shown(str(raised))
        report.estado = DEGRADED if isinstance(raised, Transient) else STOPPED
    except BaseException as bug:
        # a run that crashed, or was cut off, must not look well
        report.falha, report.estado = CRASHED.format(fluxo=nome, bug=type(bug).__name__), DEGRADED
        raise
    finally:
        report.segundos = round(time.monotonic() - began, 3)
        if held is not None:
            standing.ended(held, token, report, fault, clock)
    log.info("sync run", conta=conta, fluxo=nome, estado=report.estado, criados=report.criados, lidos=report.lidos)
    return report


def whole(run: Run, desde: datetime | None) -> None:
    """Tell what is owed from before, read, send, tell."""
    sides, report = run.sides, run.report
    try:
        if not sides.dry:
            telling.tell(sides.ledger, sides.nome, sides.clock)
        hinted.take(run)
        Reader(run).read(desde)
        if run.nome == CLIENTES_MP:
            # each run reads its list anew, and a long one would leave no run any time to send
            run.begin()
        if not sides.dry:
            _send(run)
    finally:
        report.requisicoes, report.esperas = sides.counted.requests, sides.counted.told_to_wait


def _send(run: Run) -> None:
    sides, now = run.sides, run.clock.now()
    try:
        sides.ledger.put_right(run.nome, now, now + ends.LONGEST)
        Sender(run).send_owed()
    finally:
        telling.tell(sides.ledger, sides.nome, sides.clock)
        _note(run)


def _note(run: Run) -> None:
    """Note how the ledger stands; tickets that waited for a client are due now if there is a new one."""
    ledger, now = run.sides.ledger, run.clock.now()
    if run.nome in (CLIENTES_PM, CLIENTES_MP) and run.report.criados + run.report.adotados:
        ledger.change({"situacao": Situacao.ESTACIONADO, "motivo": WAITING_CLIENT}, now, due_at=now)
    counts = {
        f"{situacao}:{motivo}" if motivo else situacao: amount
        for (fluxo, situacao, motivo), amount in ledger.counts().items()
        if fluxo == run.nome
    }
    standing.note_counts(run.sides.nome, run.nome, counts, ledger.parked_since().get(run.nome))
