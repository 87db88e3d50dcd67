"""What a broker's answer, or the want of one, means to a delivery. docs/how-to/rabbitmq.md"""

from dataclasses import dataclass, replace

import amqp

from connectors.base.causes import Cause, cause_of
from core.logs import get_logger
from events.delivery.address import BlockedAddress
from events.delivery.http.faults import OUTCOMES
from events.delivery.http.outcomes import BLOCKED, UNREACHABLE
from events.delivery.outcome import OVERLOAD_SECONDS, Outcome
from storage.models.eventos import Estado

log = get_logger(__name__)
UNROUTABLE = Outcome("falhou", text="nenhuma fila do RabbitMQ recebe esta routing_key")
NACKED = Outcome("ocupado", text="o RabbitMQ não aceitou a mensagem: a fila está cheia", minimum=OVERLOAD_SECONDS)
ALARM = Outcome(
    "ocupado",
    text="o RabbitMQ não aceita publicações: falta memória ou disco nele",
    minimum=OVERLOAD_SECONDS,
    slow=True,
    empties=True,
    empty_seconds=OVERLOAD_SECONDS,
)
CLOSED = Outcome("falhou", text="o RabbitMQ encerrou a conexão")
BAD_AMQP = Outcome("falhou", text="a resposta não é AMQP válido")
NO_EXCHANGE = Outcome("falhou", text="o exchange não existe no RabbitMQ")
FORBIDDEN = Outcome("falhou", text="o usuário não pode publicar neste exchange do RabbitMQ")
PASSWORD = Outcome(
    "recusado", Estado.RETIDO, "o RabbitMQ recusou o usuário ou a senha", switch_off=True, credential=True
)
VHOST = Outcome(
    "recusado", Estado.RETIDO, "o vhost não existe no RabbitMQ, ou o usuário não entra nele", switch_off=True
)
CROWDED = Outcome(
    "ocupado", text="o RabbitMQ não aceita mais conexões deste usuário ou neste vhost", minimum=OVERLOAD_SECONDS
)
# The first match wins. Before the connection stands, a refusal is one of the account.
OPENING: tuple[tuple[type[Exception], Outcome], ...] = ((amqp.AccessRefused, PASSWORD), (amqp.NotAllowed, VHOST))
OPEN: tuple[tuple[type[Exception], Outcome], ...] = ((amqp.NotFound, NO_EXCHANGE), (amqp.AccessRefused, FORBIDDEN))


class NotReached(Exception):
    """Nobody takes a connection there."""


@dataclass(frozen=True)
class Settled:
    """What became of one message; `status` is the broker's code, where it gave one."""

    outcome: Outcome
    status: int = 0


def of_fault(fault: Exception, *, opening: bool) -> Settled:
    """Return what a fault means to every message that is not settled yet."""
    if isinstance(fault, BlockedAddress):
        return Settled(BLOCKED)
    if isinstance(fault, NotReached):
        return Settled(UNREACHABLE)
    if isinstance(fault, amqp.UnexpectedFrame):
        return Settled(BAD_AMQP)
    if isinstance(fault, amqp.AMQPError):
        if opening and "limit" in str(fault.reply_text):
            return Settled(CROWDED, int(fault.reply_code or 0))
        found = next((outcome for kind, outcome in (OPENING if opening else OPEN) if isinstance(fault, kind)), CLOSED)
        return Settled(found, int(fault.reply_code or 0))
    cause = cause_of(fault)
    if cause is None:
        # perhaps a fault of our own: it must not be taken for the other side's without a trace
        log.warning("broker not understood", fault=type(fault).__name__)
    if cause is None or cause in (Cause.BAD_HTTP, Cause.BAD_ADDRESS, Cause.TOO_LONG):
        return Settled(BAD_AMQP)
    return Settled(replace(OUTCOMES[cause], slow=False))
