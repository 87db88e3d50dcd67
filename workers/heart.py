"""The heartbeat of a worker that consumes: a file that it renews whenever a word it sent to itself has come back.

The word goes the way of every message: out to the broker, and in through the event loop that takes work. A loop that
hangs, a broker that is away, a connection that is dead without having said so: the file grows old. Looking at its age
costs a thousandth of asking the worker.
"""

from typing import Any

from celery import bootsteps
from celery.worker.control import control_command
from kombu import Producer

from core.settings.container import ContainerSettings
from workers import heartbeat

EVERY_SECONDS = 5.0
WORD = "esteira_batimento"


@control_command(name=WORD)
def came_back(state: Any) -> None:
    """Note that the word has come back."""
    heartbeat.renew()


class Heartbeat(bootsteps.StartStopStep):  # type: ignore[misc]
    """Sends the word while the consumer runs; over the connection by which it takes work."""

    requires = ("celery.worker.consumer.control:Control",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._timer: Any = None
        super().__init__(consumer, **options)

    def include_if(self, consumer: Any) -> bool:
        """Tell whether anybody looks."""
        return ContainerSettings.current().heartbeat_file is not None

    def start(self, consumer: Any) -> None:
        """Send it now, and again and again."""
        # a channel of this connection only: kombu's own would bring the consumer another one unseen
        channel = consumer.connection.channel()
        self._timer = consumer.timer.call_repeatedly(EVERY_SECONDS, send, (consumer, channel))
        send(consumer, channel)

    def stop(self, consumer: Any) -> None:
        """Send it no more; the consumer ends or begins anew."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    terminate = stop


def send(consumer: Any, channel: Any) -> None:
    """Send the word to this worker alone, as Celery's control would but once.

    A fault of the connection is the consumer's to deal with; the control would try again without end, unheard.
    """
    box = consumer.app.control.mailbox
    word: dict[str, Any] = {
        "method": WORD,
        "arguments": {},
        "destination": [consumer.hostname],
        "pattern": None,
        "matcher": None,
    }
    producer = Producer(channel, serializer=box.serializer, auto_declare=False)
    producer.publish(word, exchange=box.exchange.name, headers={"clock": box.clock.forward(), "expires": 0})
