"""Check boxes: lease their rows, commit, ask them all at once on one loop, judge, settle what has come by then."""

import asyncio
import time
from collections.abc import Callable, Sequence

from alerts.sat.registry import avaliar
from connectors.sat.client import consultar_status
from connectors.sat.status import Busy
from core import loop
from core.clock import SYSTEM, Clock
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.sat import BoxSettings
from core.stopping import stopping
from flows.sat.boxes import BOXES, prepare
from flows.sat.configured import box_named
from flows.sat.outcome import INALCANCAVEL, OCUPADA, PARADA, RECUSADO, Asked, Verificacao
from flows.sat.parking import parked, tell_parked
from flows.sat.settle import settle
from flows.sat.turns import MARGIN_SECONDS, Turn, asked_for, due
from storage.recovery import recover

AT_ONCE = 250
ROUND_SECONDS = 45.0
LOOK_SECONDS = 1.0
# So long a finished check waits for others, to be settled with them.
GATHER_SECONDS = 0.25
POLL_SECONDS = 0.2
BUSY_ELSEWHERE = "Está sendo consultada por outro processo."
# First match wins; subclasses before their bases.
RESULTS: tuple[tuple[type[PlatformError], str], ...] = (
    (Misconfigured, PARADA),
    (Rejected, RECUSADO),
    (Busy, OCUPADA),
    (Transient, INALCANCAVEL),
)
Take = Callable[[int], Sequence[Turn]]


def verificar(nome: str, clock: Clock = SYSTEM) -> Verificacao:
    """Check one box now; if somebody else is asking it, wait for the turn."""
    return verificar_varias([nome], clock)[0]


def verificar_varias(nomes: Sequence[str], clock: Clock = SYSTEM) -> list[Verificacao]:
    """Check these boxes now, all at once; return the results in the order of the names."""
    boxes = {nome: box_named(nome) for nome in nomes}
    prepare()
    recover((BOXES,), clock)
    found = loop.run(_each(boxes, clock))
    return [found[nome] for nome in nomes]


async def _each(boxes: dict[str, BoxSettings], clock: Clock) -> dict[str, Verificacao]:
    """Check every box once; one that another process is asking when its turn comes."""
    found: dict[str, Verificacao] = {}
    waiting = set(boxes)

    def take(room: int) -> Sequence[Turn]:
        turns = asked_for(waiting, room, clock)
        waiting.difference_update(turn.box.name for turn in turns)
        return turns

    ends = time.monotonic() + max((box.timeout_seconds for box in boxes.values()), default=0) + MARGIN_SECONDS
    while True:
        found |= {one.caixa: one for one in await _work(take, clock)}
        found |= {nome: Verificacao(nome, PARADA, said) for nome, said in parked(sorted(waiting)).items()}
        waiting -= found.keys()
        if not waiting:
            return found
        if stopping() or time.monotonic() >= ends:
            return found | {nome: Verificacao(nome, INALCANCAVEL, BUSY_ELSEWHERE) for nome in waiting}
        await asyncio.sleep(POLL_SECONDS)


def verificar_vencidas(clock: Clock = SYSTEM) -> list[Verificacao]:
    """Check every due box, all at once on one loop, looking each second for others that became due."""
    prepare()
    recover((BOXES,), clock)
    tell_parked(clock)
    ends = time.monotonic() + ROUND_SECONDS
    return loop.run(_work(lambda room: [] if stopping() or time.monotonic() >= ends else due(room, clock), clock))


async def _work(take: Take, clock: Clock) -> list[Verificacao]:
    """Ask what `take` gives (how many there is room for → turns) until nothing is left under way."""
    running: set[asyncio.Task[Asked]] = set()
    results: list[Verificacao] = []
    faults: list[BaseException] = []
    try:
        while True:
            running |= {asyncio.create_task(_ask(turn)) for turn in take(AT_ONCE - len(running))}
            if not running:
                break
            done, running = await _some(running)
            faults += [fault for task in done if (fault := task.exception())]
            asked = [task.result() for task in done if not task.exception()]
            settle(asked, clock)
            results += [one.found for one in asked]
    finally:
        for task in running:
            task.cancel()
    if faults:
        # A fault of ours in one box costs that box, and is told once the others are done.
        raise faults[0]
    return results


async def _some(running: set[asyncio.Task[Asked]]) -> tuple[set[asyncio.Task[Asked]], set[asyncio.Task[Asked]]]:
    """Return the finished checks, waiting a little for more once there is one, and those still under way."""
    done, running = await asyncio.wait(running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if done and running:
        more, running = await asyncio.wait(running, timeout=GATHER_SECONDS)
        done |= more
    return done, running


async def _ask(turn: Turn) -> Asked:
    """Ask and judge one box; whatever it does costs this check only."""
    try:
        resposta = await consultar_status(turn.box, turn.sessao)
    except PlatformError as error:
        resultado = next((name for kind, name in RESULTS if isinstance(error, kind)), RECUSADO)
        return Asked(turn, Verificacao(turn.box.name, resultado, str(error)))
    return Asked(turn, Verificacao(turn.box.name, avaliacoes=avaliar(resposta, turn.contexto)), resposta)
