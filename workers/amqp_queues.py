"""Queues that RabbitMQ knows by name and has lost: nothing can be read from them, and nobody else makes them anew.

A node that is killed within seconds of a queue's first declaration may come back so: the name was written, the files of
the queue were not ("could not be restarted {error,enoent}" in its log). Whoever declares it is told that it is there,
and whoever consumes from it is thrown out with 541, for ever. What waited in it said only "look now".

A queue most of whose nodes are away throws out with 541 too, keeps what is in it, and comes back with them.
"""

import socket
from collections.abc import Iterable
from typing import Any

from amqp.exceptions import InternalError

from core.amqp_address import AmqpAddress
from core.broker_faults import FAULTS
from core.broker_link import broker, refuse
from core.logs import get_logger

UNBLOCKED = {"on_blocked": refuse}
# How long a node may take to be seen.
SEEN_SECONDS = 2.0
log = get_logger(__name__)


def remove_lost(app: Any, names: Iterable[str]) -> list[str]:
    """Remove those of these queues that RabbitMQ has lost, so that they can be declared; return their names."""
    return [name for name in names if most_answer() and _is_lost(app, name) and most_answer() and _removed(app, name)]


def most_answer() -> bool:
    """Tell whether more than half of the nodes that the broker's address names are there."""
    address = broker()
    nodes = address.nodes if isinstance(address, AmqpAddress) else ()
    return 2 * sum(map(_answers, nodes)) > len(nodes)


def _answers(node: tuple[str, int]) -> bool:
    try:
        socket.create_connection(node, SEEN_SECONDS).close()
    except OSError:
        return False
    return True


def _is_lost(app: Any, name: str) -> bool:
    # The answer costs the connection. A message that comes is given back with its end.
    with app.connection_for_write(transport_options=UNBLOCKED) as connection:
        try:
            connection.default_channel.basic_consume(name)
        except InternalError:
            return True
        except FAULTS:
            # not there, or not to be asked now
            return False
    return False


def _removed(app: Any, name: str) -> bool:
    with app.connection_for_write(transport_options=UNBLOCKED) as connection:
        try:
            connection.default_channel.queue_delete(name)
        except FAULTS as fault:
            log.warning("a queue that RabbitMQ lost is not removed", queue=name, fault=type(fault).__name__)
            return False
    log.warning("a queue that RabbitMQ lost is made anew", queue=name)
    return True
