"""Questions to all workers, asked as Celery does without loading it; a broker that dies meanwhile ends the question.

Kombu would ask anew for as long as it takes until the broker is back, and would wait for its farewell.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Any

from kombu import Connection
from kombu.pidbox import Mailbox

from core.addresses import Address
from core.amqp_address import AmqpAddress
from core.broker_faults import lost
from core.broker_link import ACCEPTED, BOUND, CONTROL, SOCKET, broker, transport

# What connecting and asking may take together, beside what is waited for answers; of several nodes one may be away.
REACH_SECONDS = 10.0


class Once(Connection):  # type: ignore[misc]
    """A connection on which nothing is tried again."""

    def ensure(self, _: Any, once: Callable[..., Any], *__: Any, **___: Any) -> Callable[..., Any]:
        """Return what is to be done as it is."""
        return once


def asked(question: str, seconds: float) -> Sequence[dict[str, Any]]:
    """Return what each worker answered, by its name; the last within so many seconds after the one before.

    Raises:
        What `core.broker_faults` names: the broker is away, or went away, or says nothing.
    """
    answers: Future[Sequence[dict[str, Any]]] = Future()
    # The libraries have a limit for each step, and some take it several times: who waits for them has one of its own.
    Thread(target=_ask, args=(answers, question, seconds), name="esteira-pergunta", daemon=True).start()
    return answers.result(seconds + REACH_SECONDS)


def _ask(answers: "Future[Sequence[dict[str, Any]]]", question: str, seconds: float) -> None:
    try:
        answers.set_result(_answers(broker(), question, seconds))
    except BaseException as fault:  # noqa: BLE001 - whoever waits for it is told
        answers.set_exception(ConnectionError(type(fault).__name__) if lost(fault) else fault)


def _answers(address: Address, question: str, seconds: float) -> Sequence[dict[str, Any]]:
    mailbox = Mailbox(CONTROL, type="fanout", accept=list(ACCEPTED), serializer=ACCEPTED[0])
    told = transport(address) | (BOUND if isinstance(address, AmqpAddress) else {})
    options = {"transport_options": told, "connect_timeout": SOCKET["socket_connect_timeout"]}
    with Once(address.url, ssl=dict(address.tls) or None, **options) as connection:
        try:
            connection.ensure_connection(max_retries=_others(address), interval_start=0, interval_step=0)
            answers: Sequence[dict[str, Any]] = mailbox(connection).multi_call(question, timeout=seconds)
        except BaseException:
            # who does not listen answers no goodbye either
            connection.collect()
            raise
    return answers


def _others(address: Address) -> int:
    """Return how many nodes kombu may try after the first; Sentinels are asked all together."""
    return len(address.nodes) - 1 if isinstance(address, AmqpAddress) else 0
