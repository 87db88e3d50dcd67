"""How messages travel to and from the broker: the same options for the Celery app and for those who do without it."""

from collections.abc import Sequence
from typing import Any

from core import cut_off
from core.broker_address import broker_address
from core.redis_address import RedisAddress

KEY_PREFIX = "esteira:"
# The exchange on which workers listen for questions; its name is part of their queues' names.
CONTROL = "celery"
ACCEPTED = ("json",)
# Nobody listens there: without a broker a task that is sent fails at once instead of hanging.
NO_BROKER = RedisAddress("redis://127.0.0.1:1/0")
# A half-open connection would otherwise hang a publish for ever.
SOCKET = {
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "socket_keepalive_options": cut_off.of_sockets(),
    "health_check_interval": 10,
}
TRANSPORT = {
    "global_keyprefix": KEY_PREFIX,
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    **SOCKET,
}


def broker() -> RedisAddress:
    """Return where messages go at this moment."""
    try:
        return broker_address() or NO_BROKER
    except ValueError:
        # The checks say what is wrong with it; who only publishes hears that nobody answers.
        return NO_BROKER


def asked(question: str, seconds: float) -> Sequence[dict[str, Any]]:
    """Ask all workers as Celery does, without loading it; return what each answered in so many seconds, by its name."""
    from kombu import Connection
    from kombu.pidbox import Mailbox

    address = broker()
    mailbox = Mailbox(CONTROL, type="fanout", accept=list(ACCEPTED), serializer=ACCEPTED[0])
    with Connection(address.url, ssl=address.tls or None, transport_options=TRANSPORT) as connection:
        answers: Sequence[dict[str, Any]] = mailbox(connection).multi_call(question, timeout=seconds)
    return answers
