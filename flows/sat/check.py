"""Check boxes: lease the row, commit, ask the box, judge, then write result, alerts and events in one transaction."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from alerts import Avaliacao, Contexto, avaliar, state
from connectors.sat.client import consultar_status
from core import loop
from core.clock import SYSTEM, Clock
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings import BoxSettings, get_settings
from flows.sat.boxes import BOXES, FONTE, box_named, configured, next_session, prepare
from storage.models import Caixa
from storage.owner import new_token
from storage.recovery import recover
from storage.session import reading, transaction

BATCH = 100
ROUND_SECONDS = 45.0
LOOK_SECONDS = 1.0
MARGIN_SECONDS = 15.0
POLL_SECONDS = 0.2
# First match wins; subclasses before their bases.
RESULTS: tuple[tuple[type[PlatformError], str], ...] = (
    (Misconfigured, "parada"),
    (Rejected, "recusado"),
    (Transient, "inalcancavel"),
)


@dataclass(frozen=True)
class Turn:
    """A box that this process may ask now."""

    row_id: int
    box: BoxSettings
    sessao: int
    token: str


@dataclass
class Verificacao:
    """What one check found; `resultado` is ok, inalcancavel, recusado or parada."""

    caixa: str
    resultado: str
    erro: str | None = None
    avaliacoes: list[Avaliacao] = field(default_factory=list)
    eventos: list[str] = field(default_factory=list)

    @property
    def ativos(self) -> list[Avaliacao]:
        """The conditions that are true."""
        return [judged for judged in self.avaliacoes if judged.ativo]


def verificar(nome: str, clock: Clock = SYSTEM) -> Verificacao:
    """Check one box now; if somebody else is asking it, wait for the turn."""
    return verificar_varias([nome], clock)[0]


def verificar_varias(nomes: Sequence[str], clock: Clock = SYSTEM) -> list[Verificacao]:
    """Check these boxes now, all at once; return the results in the order of the names."""
    named = [box_named(nome) for nome in nomes]
    prepare()
    recover((BOXES,), clock)
    return loop.run(_all(named, clock))


async def _all(named: Sequence[BoxSettings], clock: Clock) -> list[Verificacao]:
    return list(await asyncio.gather(*(_check_in_turn(box, clock) for box in named)))


async def _check_in_turn(box: BoxSettings, clock: Clock) -> Verificacao:
    ends = time.monotonic() + box.timeout_seconds + MARGIN_SECONDS
    while not (turn := _turn(box, clock)):
        if (parked := _parked(box.name)) is not None:
            return Verificacao(box.name, "parada", f"Parada até mudar sua configuração em sat.boxes. {parked}")
        if time.monotonic() >= ends:
            return Verificacao(box.name, "inalcancavel", "Está sendo consultada por outro processo.")
        await asyncio.sleep(POLL_SECONDS)
    return await _check(turn, clock)


def verificar_vencidas(clock: Clock = SYSTEM) -> list[Verificacao]:
    """Check every due box, all at once on one loop, looking each second for others that became due."""
    prepare()
    recover((BOXES,), clock)
    return loop.run(_round(clock))


async def _round(clock: Clock) -> list[Verificacao]:
    ends = time.monotonic() + ROUND_SECONDS
    running = {asyncio.create_task(_check(turn, clock)) for turn in _due_turns(clock)}
    results: list[Verificacao] = []
    faults: list[BaseException] = []
    while running:
        done, running = await asyncio.wait(running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        faults += [fault for task in done if (fault := task.exception())]
        results += [task.result() for task in done if not task.exception()]
        if time.monotonic() < ends and running:
            running |= {asyncio.create_task(_check(turn, clock)) for turn in _due_turns(clock)}
    if faults:
        # A fault of ours in one box costs that box, and is told once the others are done.
        raise faults[0]
    return results


def _due_turns(clock: Clock) -> list[Turn]:
    """Lease the due boxes of the settings, for as long as the slowest of them may take."""
    boxes, token, now = configured(), new_token(), clock.now()
    if not boxes:
        return []
    longest = max(box.timeout_seconds for box in boxes.values()) + MARGIN_SECONDS
    with reading() as db:
        if db.scalar(select(Caixa.id).where(*BOXES.due(now)).limit(1)) is None:
            return []
    with transaction() as db:
        rows = BOXES.claim(db, now, longest, BATCH, BOXES.table.c.nome.in_(boxes), token=token)
        return [Turn(row.id, boxes[row.nome], next_session(db, row.id), token) for row in rows]


def _turn(box: BoxSettings, clock: Clock) -> Turn | None:
    token, mine = new_token(), BOXES.table.c.nome == box.name
    with transaction() as db:
        held = box.timeout_seconds + MARGIN_SECONDS
        rows = BOXES.claim(db, clock.now(), held, 1, mine, token=token, early=True)
        return Turn(rows[0].id, box, next_session(db, rows[0].id), token) if rows else None


async def _check(turn: Turn, clock: Clock) -> Verificacao:
    """Ask and judge one box; whatever it does costs this check only."""
    found = Verificacao(turn.box.name, "ok")
    resposta = None
    try:
        resposta = await consultar_status(turn.box, turn.sessao)
    except PlatformError as error:
        found.resultado = next((name for kind, name in RESULTS if isinstance(error, kind)), "recusado")
        found.erro = str(error)
    else:
        found.avaliacoes = avaliar(resposta, _context(turn, clock))
    _settle(turn, found, resposta.atributos.verbatim if resposta else None, clock)
    return found


def _context(turn: Turn, clock: Clock) -> Contexto:
    """Return what an answer is judged by: the shop's zone, its limits, and what is known already."""
    settings = get_settings()
    zone = ZoneInfo(turn.box.timezone or settings.core.timezone)
    with reading() as db:
        known = state.opened(db, FONTE, [turn.box.name]).get(turn.box.name, {})
    return Contexto(clock.now(), zone, settings.sat.thresholds_of(turn.box), turn.box.serial, known)


def _settle(turn: Turn, found: Verificacao, verbatim: str | None, clock: Clock) -> None:
    now = clock.now()
    outcome = {
        "id": turn.row_id,
        "due_at": now + timedelta(seconds=turn.box.interval_seconds),
        "verificada_em": now,
        "resultado": found.resultado,
        "erro": found.erro and found.erro[:500],
        "parada": found.resultado == "parada",
    }
    with transaction() as db:
        BOXES.settle(db, turn.token, [outcome])
        if verbatim is not None:
            db.execute(update(Caixa).where(Caixa.id == turn.row_id).values(resposta=verbatim))
        found.eventos = state.apply(db, FONTE, turn.box.name, found.avaliacoes, now).eventos


def _parked(nome: str) -> str | None:
    """Return why a box is parked, if it is."""
    with reading() as db:
        row = db.execute(select(Caixa.parada, Caixa.erro).where(Caixa.nome == nome)).one()
        return row.erro or "" if row.parada else None
