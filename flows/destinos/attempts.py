"""What was sent to webhooks and how it went. docs/reference/contracts/integracoes.md §1.4, §4.34 and §4.35."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy import LargeBinary, case, func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import UsageError
from flows.destinos import webhooks
from storage.models.destinos import Destino
from storage.models.eventos import Attempt, Delivery, Event
from storage.pages import visible
from storage.session import reading

MOST = 50
# Fifty bodies as long as one may be would fill a process's memory: so many bytes of them are shown whole, the newest
# first, and of what is beyond the beginning. A delivery shows its body whole.
ROOM, BEGINNING = 512 * 1024, 8192
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class WebhookLogView:
    """An attempt: the body that was sent, what was answered; `status_code` 0 means that no answer came.

    Where there was no room for a long body its beginning is here (`payload_cortado`); its delivery shows it whole.
    """

    id: int
    webhook_nome: str
    evento: str
    data_execucao: datetime
    sucesso: bool
    status_code: int
    payload: str
    payload_cortado: bool
    response: str | None
    erro: str | None
    entrega_id: int
    tentativa: int
    duracao_ms: int


@dataclass(frozen=True)
class Estatisticas:
    """Figures of the caller's webhooks; what is counted of attempts is of the last 24 hours."""

    total_webhooks: int
    webhooks_ativos: int
    execucoes_24h: int
    taxa_sucesso: float
    total_logs: int
    logs_sucesso: int


def newest(number: int, limite: int = MOST, caller: Caller = OPERATOR) -> tuple[WebhookLogView, ...]:
    """Return the newest attempts of a webhook; raise `NotFound`, or `UsageError` for more than 50."""
    if not 1 <= limite <= MOST:
        raise UsageError(f"Use de 1 a {MOST}.", campo="limit")
    query = (
        select(Attempt, Event.nome, Event.id, func.length(Event.corpo))
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Event, Event.id == Delivery.event_id)
        .where(Delivery.destino_id == number)
        .order_by(Attempt.id.desc())
        .limit(limite)
    )
    with reading() as db:
        nome = webhooks.find(db, number, caller).nome
        rows = db.execute(query).all()
        cut = _without_room([length for *_, length in rows])
        whole = [number for (_, _, number, _), short in zip(rows, cut, strict=True) if not short]
        bodies = _bodies(db, [number for _, _, number, _ in rows], whole)
        return tuple(
            _view(nome, attempt, evento, bodies[number], short)
            for (attempt, evento, number, _), short in zip(rows, cut, strict=True)
        )


def _without_room(lengths: Sequence[int]) -> list[bool]:
    """Tell of each long body, in this order, whether there is no room left for it."""
    return [length > BEGINNING and end > ROOM for length, end in zip(lengths, accumulate(lengths), strict=True)]


def _bodies(db: Session, wanted: Sequence[int], whole: Sequence[int]) -> dict[int, bytes]:
    """Return the bodies of events by their numbers, of those that are not wanted whole the beginning."""
    beginning = func.substr(Event.corpo, 1, BEGINNING, type_=LargeBinary)
    query = select(Event.id, case((Event.id.in_(whole), Event.corpo), else_=beginning)).where(Event.id.in_(wanted))
    return {row[0]: row[1] for row in db.execute(query)}


def estatisticas(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Estatisticas:
    """Return the figures."""
    good = Attempt.error.is_(None)
    query = (
        select(func.count(), func.count().filter(good))
        .select_from(Attempt)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Destino, Destino.id == Delivery.destino_id)
        .where(Attempt.started_at >= clock.now() - DAY)
        .where(Destino.tipo == webhooks.TIPO, visible(caller, Destino.usuario_id))
    )
    with reading() as db:
        every, active = webhooks.total(db, caller), webhooks.total(db, caller, active=True)
        made, succeeded = db.execute(query).one()
    rate = round(100 * succeeded / made, 2) if made else 0.0
    return Estatisticas(every, active, made, rate, made, succeeded)


def _view(nome: str, attempt: Attempt, evento: str, corpo: bytes, cut: bool) -> WebhookLogView:
    return WebhookLogView(
        id=attempt.id,
        webhook_nome=nome,
        evento=evento,
        data_execucao=attempt.started_at,
        sucesso=attempt.error is None,
        status_code=attempt.status_code,
        # the cut may go through a letter
        payload=corpo[:BEGINNING].decode("utf-8", "ignore") if cut else corpo.decode("utf-8", "replace"),
        payload_cortado=cut,
        response=attempt.response,
        erro=attempt.error,
        entrega_id=attempt.delivery_id,
        tentativa=attempt.number,
        duracao_ms=attempt.duration_ms,
    )
