"""How far a lot is: counts, rate, when it will end inside its window, what keeps it from being sent now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import SYSTEM, Clock
from core.settings.questor import ContaQuestor, QuestorSettings
from flows.questor import account, lots, send, window
from flows.questor.lots import Count
from flows.questor.pace import Pace
from storage.models import QuestorLote
from storage.models.questor import ABERTOS
from storage.session import reading

FARTHEST = timedelta(days=365)


@dataclass(frozen=True)
class Progress:
    """A lot as an operator sees it; `termina_em` is none while nothing is accepted."""

    lote: QuestorLote
    contagem: Sequence[Count]
    por_segundo: float
    termina_em: datetime | None
    impedimento: str | None
    abre_em: datetime | None
    fecha_em: datetime | None
    ritmo: Pace

    @property
    def total(self) -> int:
        """All files."""
        return sum(one.total for one in self.contagem)

    @property
    def restam(self) -> int:
        """Files that are to be sent or asked for."""
        return sum(one.total for one in self.contagem if one.estado in ABERTOS)

    @property
    def por_estado(self) -> dict[str, int]:
        """Files by state."""
        totals: Counter[str] = Counter()
        for one in self.contagem:
            totals[one.estado] += one.total
        return dict(totals)


def progress(nome: str, conta: str, clock: Clock = SYSTEM) -> Progress:
    """Look at a lot, also one whose account is not in the settings yet."""
    lote, now = lots.named(nome, conta), clock.now()
    settings = QuestorSettings.current().contas.get(conta)
    state = send.state(lote, settings, now) if settings else send.State("sem_conta")
    contagem = lots.counts(lote.id)
    rate = lots.per_second(lote, now)
    left = sum(one.total for one in contagem if one.estado in ABERTOS)
    with reading() as db:
        pace = account.pace_of(db, conta)
    ends = _ends(settings, now, left / rate) if settings and left and rate >= 0.01 else None
    closes = window.closes_at(settings, now) if settings else None
    return Progress(lote, contagem, rate, ends, state.impedimento, state.abre_em, closes, pace)


def _ends(conta: ContaQuestor, now: datetime, seconds: float) -> datetime | None:
    """Return when so many seconds of open window will have passed."""
    at, left = now, timedelta(seconds=min(seconds, FARTHEST.total_seconds()))
    while at < now + FARTHEST:
        at = window.opens_at(conta, at) or at
        closes = window.closes_at(conta, at)
        if closes is None or at + left <= closes:
            return at + left
        left -= closes - at
        at = closes
    return None
