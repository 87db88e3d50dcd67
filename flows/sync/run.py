"""One run of one flow: read what is new into the ledger, move the cursor, then send what is owed.

What was read is durable before the cursor moves, so a run may end anywhere; what is under way when it is killed is
looked for before it is sent again.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from claims.holder import new_token
from connectors.base.faults import Fault
from core.clock import SYSTEM, Clock
from core.errors import PlatformError, Transient
from core.logs import get_logger
from core.settings.sync import CLIENTES_MP, CLIENTES_PM, FLOWS, SyncSettings, moment
from core.stopping import stopping
from flows.sync import ends, standing, telling
from flows.sync.clients_mp import ClientsToPloomes
from flows.sync.clients_pm import ClientsToMilvus
from flows.sync.flow import Flow
from flows.sync.ledger.item import Item, Key, Outcome, Situacao
from flows.sync.results import BUSY, DEGRADED, OFF, STOPPED, Report
from flows.sync.sides import Sides, both
from flows.sync.standing import Held
from flows.sync.tickets import Tickets

BATCH, THREADS = 40, 4
# Nothing newer is taken for complete: rows of the last moment may not be visible yet (§SY-12).
MARGIN = timedelta(minutes=1)
FAR, DAY = timedelta(hours=48), timedelta(days=1)
FIRST = timedelta(minutes=10)
FAILURES = 5
KEPT_ROWS = 20_000
# A message that is a little early is not a period early.
EARLY = 0.8
# An item that begins as the time ends may still make a few calls, each as long as a connector lets it be.
UNDER_WAY = 660.0
WAITING_CLIENT = "esperando_cliente"
log = get_logger(__name__)


def flow_of(nome: str, sides: Sides) -> Flow:
    """Return a flow by its name."""
    if nome == CLIENTES_PM:
        return ClientsToMilvus(sides)
    return ClientsToPloomes(sides) if nome == CLIENTES_MP else Tickets(sides, nome)


def run_due(nome: str, clock: Clock = SYSTEM) -> list[Report]:
    """Run one flow of every account whose time has come."""
    begun = {row.conta: row.iniciado_em for row in standing.rows() if row.fluxo == nome}
    reports = []
    for conta, settings in SyncSettings.current().contas.items():
        last, wait = begun.get(conta), timedelta(minutes=settings.minutes(nome) * EARLY)
        if settings.minutes(nome) and (last is None or clock.now() - last >= wait):
            reports.append(run(nome, conta, clock=clock))
    return reports


def run_all(conta: str, *, desde: datetime | None = None, simular: bool = False) -> list[Report]:
    """Run every flow that is on, clients first."""
    wanted = [nome for nome in FLOWS if SyncSettings.current().conta(conta).minutes(nome)]
    return [run(nome, conta, desde=desde, simular=simular) for nome in wanted]


def run(
    nome: str, conta: str, *, desde: datetime | None = None, simular: bool = False, clock: Clock = SYSTEM
) -> Report:
    """Run one flow; faults of the other side are in the report."""
    report = Report(conta, nome, simulado=simular)
    if not SyncSettings.current().conta(conta).minutes(nome):
        report.estado = OFF
        return report
    token, began = new_token(), time.monotonic()
    lease = SyncSettings.current().conta(conta).seconds + UNDER_WAY
    held = None if simular else standing.hold(conta, nome, token, clock.now(), lease)
    if held is None and not simular:
        report.estado = BUSY
        return report
    fault = None
    try:
        with both(conta, dry=simular, clock=clock) as sides:
            fault = _guarded(Run(sides, nome, report, token, held), desde)
    except PlatformError as raised:
        fault = raised
        report.falha, report.estado = ends.shown(str(raised)), STOPPED
    finally:
        report.segundos = round(time.monotonic() - began, 3)
        if held is not None:
            standing.ended(held, token, report, fault, clock)
    log.info("sync run", conta=conta, fluxo=nome, estado=report.estado, criados=report.criados, lidos=report.lidos)
    return report


def _guarded(this: "Run", desde: datetime | None) -> PlatformError | None:
    report, fault = this.report, None
    try:
        this.whole(desde)
    except PlatformError as raised:
        fault = raised
        report.falha = ends.shown(str(raised))
        report.estado = DEGRADED if isinstance(raised, Transient) else STOPPED
    finally:
        counted = this.sides.counted
        report.requisicoes, report.esperas = counted.requests, counted.told_to_wait
    return fault


@dataclass
class Run:
    """One run under way."""

    sides: Sides
    nome: str
    report: Report
    token: str
    held: Held | None
    rows: dict[str, Any] = field(default_factory=dict)
    dropped: bool = False
    failures: int = 0

    def __post_init__(self) -> None:
        self.flow = flow_of(self.nome, self.sides)
        self.sides.run = self.token.rpartition("|")[2]
        self.ends = time.monotonic() + self.sides.conta.seconds

    @property
    def lease(self) -> float:
        """How long an item is held: until all that begins in this run has surely ended."""
        return self.sides.conta.seconds + UNDER_WAY

    @property
    def clock(self) -> Clock:
        """The clock of the run."""
        return self.sides.clock

    def whole(self, desde: datetime | None) -> None:
        """Tell what is owed from before, read, send, tell."""
        if not self.sides.dry:
            telling.tell(self.sides.ledger, self.sides.nome, self.clock)
        self.read(desde)
        if self.sides.dry:
            return
        try:
            self.send_owed()
        finally:
            telling.tell(self.sides.ledger, self.sides.nome, self.clock)
            self.note()

    # reading

    def read(self, desde: datetime | None) -> None:
        """Note what is new in the ledger; then the cursor moves."""
        since, deep = self.since(desde)
        self.report.cursor_antes = self.held.cursor if self.held else standing.cursor(self.sides.nome, self.nome)
        newest, seen = None, set[int]()
        for page in self.flow.pages(since, deep=deep):
            rows = [row for row in page.rows if row.id not in seen]
            seen |= {row.id for row in rows}
            self.take(rows)
            self.report.parcial |= not page.whole
            limit = (page.now or self.clock.now()) - MARGIN
            dates = [at for row in rows if (at := self.flow.created(row)) is not None]
            newest = max([*dates, *([newest] if newest else [])], default=None)
            newest = min(newest, limit) if newest else None
            self.keep()
        if self.held is not None:
            first = since if self.held.cursor is None else None
            standing.moved(self.held, newest or first, deep=deep, clock=self.clock)
        self.report.cursor_depois = standing.cursor(self.sides.nome, self.nome)

    def since(self, desde: datetime | None) -> tuple[datetime, bool]:
        """Return from when to read, and whether to look for what may have been missed, too."""
        conta, now = self.sides.conta, self.clock.now()
        cursor = self.held.cursor if self.held else standing.cursor(self.sides.nome, self.nome)
        if desde is not None:
            return max(desde, conta.cutoff_at), True
        if cursor is None:
            return max(moment(conta.start) if conta.start else now - FIRST, conta.cutoff_at), True
        last = self.held.profunda_em if self.held else now
        deep = last is None or now - last >= DAY
        overlap = FAR if deep else timedelta(minutes=conta.overlap_minutes)
        return max(cursor - overlap, conta.cutoff_at), deep

    def take(self, rows: Sequence[Any]) -> None:
        """Note rows; what is noted already stays as it is."""
        report = self.report
        report.lidos += len(rows)
        judged = self.flow.judge(rows) if rows else []
        news = {one.new.chave: one for one in judged if one.new is not None}
        report.pulados.update(one.skipped for one in judged if one.skipped)
        report.trocas += [one.switched for one in judged if one.switched]
        if self.sides.dry:
            self.preview(list(news.values()))
            return
        also = [more for one in judged for more in one.also]
        new = self.sides.ledger.owe([*(one.new for one in news.values() if one.new), *also], self.clock.now())
        fresh = {chave for livro, chave in new if livro == self.flow.livro}
        report.novos += len(fresh)
        report.conhecidos += len(news) - len(fresh)
        for chave, one in news.items():
            if chave in fresh and len(self.rows) < KEPT_ROWS:
                self.rows[chave] = one.row

    def preview(self, seen: Sequence[Any]) -> None:
        """Say what would be done with rows that the ledger does not have as done."""
        lines = self.sides.ledger.find(self.flow.livro, [one.new.chave for one in seen])
        for one in seen:
            line = lines.get(one.new.chave)
            if line is not None and line.situacao == Situacao.ENVIADO:
                self.report.conhecidos += 1
                continue
            made = self.flow.send(line or _imagined(one.new, self.clock.now()), one.row)
            if isinstance(made, str):
                self.report.novos += 1
                self.report.faria.append(made)
            else:
                self.count(made)

    # sending

    def send_owed(self) -> None:
        """Send what is due, batch by batch, until nothing is, or the time is over."""
        tries: dict[Key, int] = {}
        with ThreadPoolExecutor(THREADS, "esteira-sync") as threads:
            while not (rest := self.over()):
                now = self.clock.now()
                items = self.sides.ledger.claim(BATCH, now, self.lease, self.token, fluxo=self.nome)
                fresh = [item for item in items if tries.get(item.id, 0) < self.sides.conta.attempts]
                tries.update({item.id: tries.get(item.id, 0) + 1 for item in fresh})
                if not fresh:
                    self.give_back([item.id for item in items])
                    return
                self.settle(items, list(threads.map(self.one, fresh)))
                self.keep()
                self.judge_failures()
        self.report.restam = rest

    def one(self, item: Item) -> Outcome | PlatformError | None:
        """Do one item; None when it was not begun, the fault where it is one of the whole run."""
        if self.over():
            return None
        try:
            return self._done(item)
        except PlatformError as fault:
            return fault
        except Exception as fault:  # noqa: BLE001 - one bad record costs itself
            log.error("sync item failed", fluxo=self.nome, item=str(item.id), fault=type(fault).__name__)
            return ends.broken(self.sides, item, fault)

    def _done(self, item: Item) -> Outcome | None:
        row = self.rows.pop(item.chave, None)
        if row is None:
            try:
                row = self.flow.fetch(item)
            except Fault as fault:
                return ends.failed(self.sides, item, fault)
        if row is None:
            return ends.gone(self.sides, item, "origem_sumiu")
        made = self.flow.send(item, row)
        return made if isinstance(made, Outcome) else None

    def settle(self, items: Sequence[Item], made: Sequence[Outcome | PlatformError | None]) -> None:
        """Write what came of a batch; what has no outcome goes back."""
        outcomes = [one for one in made if isinstance(one, Outcome)]
        held = self.sides.ledger.settle(self.token, outcomes)
        before = {item.id: item for item in items}
        for one in outcomes:
            if one.id in held:
                self.count(one)
        self.give_back([key for key in before if key not in {one.id for one in outcomes}])
        # a refused key matters more than what passes by itself
        faults = sorted(
            (one for one in made if isinstance(one, PlatformError)), key=lambda one: isinstance(one, Transient)
        )
        if faults:
            raise faults[0]
        self.failures = self.failures + len(outcomes) if outcomes and all(map(_postponed, outcomes)) else 0

    def give_back(self, keys: Sequence[Key]) -> None:
        """Let go of what was not done."""
        if keys:
            self.sides.ledger.give_back(self.token, keys, self.clock.now())

    def count(self, one: Outcome) -> None:
        """Count an outcome."""
        report, reason = self.report, one.motivo or "outro"
        match one.situacao:
            case Situacao.ENVIADO if one.motivo == ends.ADOPTED:
                report.adotados += 1
            case Situacao.ENVIADO if one.avisado:
                report.ja_estavam += 1
            case Situacao.ENVIADO:
                report.criados += 1
            case Situacao.ESTACIONADO:
                report.estacionados[reason] += 1
            case Situacao.FALHOU:
                report.falhos[reason] += 1
            case Situacao.DESCONHECIDO:
                report.desconhecidos += 1
            case _:
                report.adiados += 1

    def judge_failures(self) -> None:
        """End the run when the other side fails again and again (§SY-55)."""
        if self.failures >= FAILURES:
            raise Transient(
                f"{self.nome}: o outro lado falhou {self.failures} vezes seguidas; a próxima rodada continua."
            )

    def over(self) -> bool:
        """Tell whether nothing may begin any more."""
        return stopping() or time.monotonic() >= self.ends or self.dropped

    def keep(self) -> None:
        """Renew the lock; a run that lost it ends."""
        if self.held is not None and not standing.renew(self.held, self.token, self.clock.now(), self.lease):
            self.dropped = True

    def note(self) -> None:
        """Note how the ledger stands; tickets that waited for a client are due now if there is a new one."""
        ledger, now = self.sides.ledger, self.clock.now()
        if self.nome in (CLIENTES_PM, CLIENTES_MP) and self.report.criados + self.report.adotados:
            ledger.change({"situacao": Situacao.ESTACIONADO, "motivo": WAITING_CLIENT}, now, due_at=now)
        parked, counts = ledger.parked_since(), dict[str, dict[str, int]]()
        for (fluxo, situacao, motivo), amount in ledger.counts().items():
            name = f"{situacao}:{motivo}" if motivo else situacao
            counts.setdefault(fluxo, {})[name] = amount
        standing.note_counts(self.sides.nome, self.nome, counts.get(self.nome, {}), parked.get(self.nome))


def _postponed(one: Outcome) -> bool:
    return one.situacao in (Situacao.PENDENTE, Situacao.DESCONHECIDO) and one.erro is not None


def _imagined(new: Any, now: datetime) -> Item:
    return Item(
        id=0,
        livro=new.livro,
        fluxo=new.fluxo,
        chave=new.chave,
        situacao=Situacao.PENDENTE,
        due_at=now,
        ploomes_id=new.ploomes_id,
        milvus_id=new.milvus_id,
        milvus_token=new.milvus_token,
        tentado=False,
        procuras=0,
        tentativas=0,
        motivo=None,
        erro=None,
        ligado=new.ligado,
        resumo=None,
        criado_em=now,
        mudado_em=now,
    )
