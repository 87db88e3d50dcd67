"""What one check means for its box: how often it failed in a row, and when it is asked again."""

import zlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.sat import ocupada
from alerts.sat.shape import Avaliacao
from connectors.sat.status import Busy, StatusOperacional
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.sat import BoxSettings
from flows.sat.questions import Question
from flows.sat.rows import BoxOutcome
from flows.sat.silences import closed

OK, OCUPADA, INALCANCAVEL, RECUSADO, PARADA = "ok", "ocupada", "inalcancavel", "recusado", "parada"
BUSY_SECONDS = 20
STAGGER = 0.1
ERROR_LIMIT = 500
# First match wins; subclasses before their bases.
RESULTS: tuple[tuple[type[PlatformError], str], ...] = (
    (Misconfigured, PARADA),
    (Rejected, RECUSADO),
    (Busy, OCUPADA),
    (Transient, INALCANCAVEL),
)


def result_of(fault: PlatformError) -> str:
    """Return what a question came to that ended in a fault."""
    return next((name for kind, name in RESULTS if isinstance(fault, kind)), RECUSADO)


@dataclass
class Verificacao:
    """What one check found; `resultado` is ok, ocupada, inalcancavel, recusado or parada."""

    caixa: str
    resultado: str = OK
    erro: str | None = None
    avaliacoes: list[Avaliacao] = field(default_factory=list)
    eventos: list[str] = field(default_factory=list)

    @property
    def ativos(self) -> list[Avaliacao]:
        """The conditions that are true."""
        return [judged for judged in self.avaliacoes if judged.ativo]


@dataclass(frozen=True)
class Asked:
    """A box that was asked: its answer, if it gave one that can be judged, and what was found."""

    question: Question
    found: Verificacao
    resposta: StatusOperacional | None = None


@dataclass(frozen=True)
class Standing:
    """A locked row of `caixa`: what a settlement decides by."""

    id: int
    nome: str
    ativo: bool
    parada: bool
    resultado: str | None
    verificada_em: datetime | None
    falhas_seguidas: int
    falhando_desde: datetime | None
    ocupada_desde: datetime | None
    silenciada_ate: datetime | None
    resposta: str | None
    leitura: str | None
    lida_em: datetime | None

    def after(self, written: BoxOutcome) -> "Standing":
        """Return the row as the database has it once an outcome is written."""
        names = ("parada", "resultado", "verificada_em", "falhas_seguidas", "falhando_desde", "ocupada_desde")
        return replace(self, **{name: getattr(written, name) for name in names})


def outcome(row: Standing, one: Asked, now: datetime) -> BoxOutcome:
    """Return the new columns of a row; the last answer stays where there was none."""
    box, found = one.question.box, one.found
    falhas, desde = _failures(row, one, now)
    return BoxOutcome(
        id=row.id,
        due_at=_next(box, row, found.resultado, now),
        verificada_em=now,
        resultado=found.resultado,
        erro=found.erro and found.erro[:ERROR_LIMIT],
        resposta=one.resposta.atributos.verbatim if one.resposta else row.resposta,
        parada=found.resultado == PARADA,
        falhas_seguidas=falhas,
        falhando_desde=desde,
        ocupada_desde=_busy_since(row, one, now),
    )


def _failures(row: Standing, one: Asked, now: datetime) -> tuple[int, datetime | None]:
    """Return how often in a row the box has now failed, and since when."""
    before, since = row.falhas_seguidas, row.falhando_desde
    limit = one.question.contexto.limites.unreachable_times if one.question.contexto.limites else 1
    match one.found.resultado:
        case "ok":
            return 0, None
        case "ocupada":
            return before, since
        case "parada":
            return max(before + 1, limit), since or now
    if closed(one.question.box, now):
        return (before, since) if before >= limit else (0, None)
    return before + 1, since or now


def _busy_since(row: Standing, one: Asked, now: datetime) -> datetime | None:
    """Return since when a box says only that it is busy; of a time in which nobody asked it nothing is known."""
    if one.found.resultado != OCUPADA:
        return None
    box, contexto = one.question.box, one.question.contexto
    limit = (contexto.limites or ocupada.DEFAULTS).busy_minutes
    longest = max(timedelta(minutes=limit), timedelta(seconds=box.awaited_seconds))
    # what was told already is not over because we were off
    known = ocupada.CODIGO in contexto.abertos or (row.verificada_em and now - row.verificada_em <= longest)
    return row.ocupada_desde if row.ocupada_desde and known else now


def _next(box: BoxSettings, row: Standing, resultado: str, now: datetime) -> datetime:
    """Return when the box is asked again: after its interval, drawn by at most a tenth to a place of its own in it.

    So boxes that began together spread over the interval, and stay spread. One that is busy is asked again soon, once.
    """
    interval = float(box.interval_seconds)
    if resultado == OCUPADA and row.resultado != OCUPADA:
        return now + timedelta(seconds=min(BUSY_SECONDS, interval))
    own = zlib.crc32(box.name.encode()) / 2**32 * interval
    off = (own - now.timestamp()) % interval
    pull = off if off <= interval / 2 else off - interval
    return now + timedelta(seconds=interval + max(-STAGGER * interval, min(STAGGER * interval, pull)))
