"""How messages travel to and from the broker: the same options for the Celery app and for those who do without it."""

from typing import Any

from core import cut_off
from core.addresses import Address
from core.amqp_address import AmqpAddress
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
# RabbitMQ says that it has a message before the sender goes on: what is written into a connection that the other side
# has left is lost without a word otherwise, and an alarm of its memory or disk would hold the sender for ever.
CONFIRM_SECONDS = 3.0
QUEUE_ARGUMENTS = {"x-queue-type": "quorum"}
HEARTBEAT_SECONDS = 30
AMQP = {
    "broker_heartbeat": HEARTBEAT_SECONDS,
    # A queue of questions or answers is on one node of a cluster: it ends with the connection, and is made elsewhere.
    "control_queue_exclusive": True,
    "worker_consumer": "workers.amqp_consumer:Consumer",
    "worker_disable_prefetch": False,
    "worker_enable_prefetch_count_reduction": False,
}


# RabbitMQ looks for the files of some queues for a minute before it says that there are none. Who hears nothing for
# longer, not even a heartbeat, asks another connection.
SILENT_SECONDS = 3.0 * HEARTBEAT_SECONDS


def refuse(reason: str) -> None:
    """End the wait of a sender that RabbitMQ tells of its alarm."""
    raise ConnectionError(reason)


# A RabbitMQ that just comes back may take a question and forget it; in an alarm it hears nothing more.
BOUND = {"read_timeout": SOCKET["socket_timeout"], "write_timeout": SOCKET["socket_timeout"], "on_blocked": refuse}
CONFIRMED = {"confirm_publish": True, **BOUND}


def load() -> None:
    """Load what carries messages, before a process has threads.

    Celery and kombu each put another module into their own place while they are imported: a thread that asks for a name
    of theirs at that moment finds none.
    """
    import celery
    import kombu

    # said by name: the first access loads what a lazy module promises
    _ = (celery.Celery, kombu.Connection)


def broker() -> Address:
    """Return where messages go at this moment."""
    try:
        return broker_address() or NO_BROKER
    except ValueError:
        # The checks say what is wrong with it; who only publishes hears that nobody answers.
        return NO_BROKER


def holds_back() -> bool:
    """Tell whether a message can be sent for later: from a quorum queue it is taken at once, and holds up the next."""
    return not isinstance(broker(), AmqpAddress)


def transport(address: Address) -> dict[str, Any]:
    """Return what kombu is told of a broker besides its address."""
    if isinstance(address, AmqpAddress):
        limits = dict.fromkeys(("read_timeout", "write_timeout"), SILENT_SECONDS)
        return {"socket_settings": cut_off.of_sockets(), **limits}
    return {**TRANSPORT, **address.asks}
