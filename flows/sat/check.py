"""Check boxes: lease their rows, commit, ask them all at once on one loop, judge, settle what has come by then."""

import time
from collections.abc import Mapping, Sequence
from math import inf

from sqlalchemy.orm import Session

from alerts.sat.registry import avaliar
from claims.holder import new_token
from claims.pump import Pace, Pump
from claims.work import Plain, Turn
from connectors.sat.client import consultar_status
from core import loop
from core.clock import SYSTEM, Clock
from core.errors import PlatformError
from core.settings.sat import BoxSettings
from core.stopping import stopping
from flows.sat import findings, heard
from flows.sat.boxes import prepare, put_right
from flows.sat.known_boxes import box_named, configured
from flows.sat.outcome import INALCANCAVEL, PARADA, Asked, Verificacao, result_of
from flows.sat.parking import parked, tell_parked
from flows.sat.questions import Question, claim, give_back, something_due
from flows.sat.rows import recover
from storage.session import transaction

AT_ONCE = 250
ROUND_SECONDS = 45.0
LOOK_SECONDS = 1.0
# So long a finished check waits for others, to be settled with them.
GATHER_SECONDS = 0.25
# Boxes that began together end together: room for so many is not left empty meanwhile.
MANY = AT_ONCE // 8
POLL_SECONDS = 0.2
# So much longer than its own deadline a box that somebody else asks is waited for.
PATIENCE_SECONDS = 15.0
BUSY_ELSEWHERE = "Está sendo consultada por outro processo."
Boxes = Mapping[str, BoxSettings]


class Checks(Plain[Question, Asked]):
    """The work of a pump: claim boxes, ask and judge each, settle those that have answered together."""

    def __init__(self, clock: Clock, look: float = inf) -> None:
        super().__init__(AT_ONCE, look)
        self.clock, self.token = clock, new_token()
        self.found: list[Verificacao] = []
        self._claimed_at = -inf

    def wants(self) -> bool:
        """Tell whether to claim: many boxes as soon as there is room for them, a few only now and then."""
        return super().wants() and (self.at_once - self.taken >= MANY or self._gathered() <= 0)

    def alarm(self) -> float:
        """Return the seconds until the next claim."""
        return max(super().alarm(), self._gathered())

    def _gathered(self) -> float:
        """Return the seconds until a claim of a few boxes."""
        return self._claimed_at + GATHER_SECONDS - time.monotonic()

    def took(self, items: Sequence[Question]) -> None:
        """Let these be asked."""
        self._claimed_at = time.monotonic()
        super().took(items)

    def claim(self, db: Session, boxes: Boxes, room: int) -> Sequence[Question]:
        """Claim at most so many boxes that are to be asked."""
        return claim(db, boxes, room, self.token, self.clock)

    def something(self) -> bool:
        """Tell whether there may be something to claim."""
        return True

    def turn(self, turn: Turn[Asked]) -> Sequence[Question]:
        """Settle what has come and claim what there is room for, in one transaction."""
        if not turn.done and not (turn.room and self.something()):
            return ()
        boxes = configured()
        with transaction() as db:
            events = findings.write(db, turn.done, boxes, self.clock.now()) if turn.done else {}
            questions = self.claim(db, boxes, turn.room) if turn.room else ()
        self._note(turn.done, events)
        return questions

    def _note(self, done: Sequence[Asked], events: dict[str, list[str]]) -> None:
        """Keep what was found with the events of each box; those of its shop go with the first."""
        boxes = {one.question.box.name for one in done}
        for one in done:
            one.found.eventos = events.get(one.question.box.name, [])
            self.found.append(one.found)
        if done:
            done[0].found.eventos += [event for nome, more in events.items() if nome not in boxes for event in more]

    async def do(self, item: Question) -> Asked:
        """Ask and judge one box; whatever it does costs this check only."""
        try:
            resposta = await consultar_status(item.box, item.sessao)
        except PlatformError as error:
            return Asked(item, Verificacao(item.box.name, result_of(error), str(error)))
        return Asked(item, Verificacao(item.box.name, avaliacoes=avaliar(resposta, item.contexto)), resposta)

    def give_back(self, items: Sequence[Question]) -> None:
        """Let go of boxes that were not asked."""
        if items:
            with transaction() as db:
                give_back(db, items, self.clock.now())


class Due(Checks):
    """Every box that is due; each second one looks for others that became due meanwhile."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, LOOK_SECONDS)

    def something(self) -> bool:
        """Tell whether a box is due."""
        return something_due(self.clock.now())


class Named(Checks):
    """Some boxes by their names, each once, due or not."""

    def __init__(self, nomes: set[str], clock: Clock) -> None:
        super().__init__(clock)
        self.waiting_names = nomes

    def something(self) -> bool:
        """Tell whether one is left."""
        return bool(self.waiting_names)

    def claim(self, db: Session, boxes: Boxes, room: int) -> Sequence[Question]:
        """Claim those of them that are free."""
        wanted = {nome: box for nome, box in boxes.items() if nome in self.waiting_names}
        return claim(db, wanted, room, self.token, self.clock, early=True)

    def took(self, items: Sequence[Question]) -> None:
        """Ask each once."""
        self.waiting_names.difference_update(item.box.name for item in items)
        super().took(items)


def verificar(nome: str, clock: Clock = SYSTEM) -> Verificacao:
    """Check one box now; wait while another process is asking it."""
    return verificar_varias([nome], clock)[0]


def verificar_varias(nomes: Sequence[str], clock: Clock = SYSTEM) -> list[Verificacao]:
    """Check these boxes now, all at once; return the results in the order of the names.

    Of boxes that agents read, what their last reading came to.
    """
    boxes = {nome: box_named(nome) for nome in nomes}
    prepare(clock)
    recover(clock)
    found = heard.standing([box for box in boxes.values() if box.heard])
    waiting = boxes.keys() - found
    patience = max((box.timeout_seconds for box in boxes.values()), default=0) + PATIENCE_SECONDS
    ends = time.monotonic() + patience
    while True:
        if asked := _pump(Named(waiting, clock)):
            found |= {one.caixa: one for one in asked}
            ends = time.monotonic() + patience
        found |= {nome: Verificacao(nome, PARADA, said) for nome, said in parked(sorted(waiting)).items()}
        waiting -= found.keys()
        if waiting and (stopping() or time.monotonic() >= ends):
            found |= {nome: Verificacao(nome, INALCANCAVEL, BUSY_ELSEWHERE) for nome in waiting}
            waiting.clear()
        if not waiting:
            return [found[nome] for nome in nomes]
        time.sleep(POLL_SECONDS)


def verificar_vencidas(clock: Clock = SYSTEM) -> list[Verificacao]:
    """Check every due box, all at once on one loop; those that left are let go."""
    prepare(clock, leaving=True)
    recover(clock)
    put_right(clock)
    tell_parked(clock)
    return _pump(Due(clock), ROUND_SECONDS)


def _pump(checks: Checks, most: float | None = None) -> list[Verificacao]:
    """Work until nothing is left under way; a fault of ours in one box is raised once the others are done."""

    async def run() -> None:
        await Pump(checks, Pace(gather=GATHER_SECONDS, most=most, look=LOOK_SECONDS)).run()

    loop.run(run())
    return checks.found
