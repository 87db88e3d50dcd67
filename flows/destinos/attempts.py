"""What was sent to webhooks and how it went. docs/reference/contracts/integracoes.md §1.4, §4.34 and §4.35."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, func, select

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import UsageError
from flows.destinos import webhooks
from storage.models.destinos import Destino
from storage.models.eventos import Attempt, Delivery, Event
from storage.pages import visible
from storage.session import reading

MOST = 50
# Of a body as long as one may be, fifty would fill a process's memory; `entregas` shows it whole.
LONGEST_BODY = 8192
BEGINNING = func.substr(Event.corpo, 1, LONGEST_BODY, type_=LargeBinary)
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class WebhookLogView:
    """An attempt: the body that was sent, what was answered; `status_code` 0 means that no answer came.

    Of a long body the beginning is here (`payload_cortado`); its delivery shows it whole.
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
        select(Attempt, Event.nome, BEGINNING, func.length(Event.corpo) > LONGEST_BODY)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Event, Event.id == Delivery.event_id)
        .where(Delivery.destino_id == number)
        .order_by(Attempt.id.desc())
        .limit(limite)
    )
    with reading() as db:
        nome = webhooks.find(db, number, caller).nome
        return tuple(_view(nome, *row) for row in db.execute(query))


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
        payload=corpo.decode("utf-8", "ignore" if cut else "replace"),
        payload_cortado=cut,
        response=attempt.response,
        erro=attempt.error,
        entrega_id=attempt.delivery_id,
        tentativa=attempt.number,
        duracao_ms=attempt.duration_ms,
    )
