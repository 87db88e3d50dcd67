"""One line for each loss of the broker: Celery's consumer tries again for as long as it takes, and tells every try."""

import logging
import warnings

from amqp.exceptions import ChannelError
from redis.exceptions import RedisError, ResponseError

from core.broker_faults import lost

CONSUMER = "celery.worker.consumer.consumer"
LOST, CANNOT = "consumer: Connection to broker lost", "consumer: Cannot connect"
# A Redis that takes connections and nothing else: Celery pauses, with a traceback each second.
OFTEN = "Frequent restarts detected"
# What was under way when it was lost cannot be accepted, and is sent again; the loss itself is told.
SPEAKERS = (CONSUMER, "celery.worker.loops", "celery.worker.request")
AFTERWARDS = ("Error cleaning up after", "Couldn't ack", "Couldn't reject")
SAID = "broker away, waiting for it: %s"
# A broker is there and refuses something; it says what. The same is told again after so many seconds.
AGAIN_SECONDS, LONGEST = 600.0, 200
REFUSED = "RabbitMQ closed the channel, another is opened: %s"
# What kombu writes into a Redis by itself, each second or ten; it tells each refusal with its traceback.
REDIS, TIMERS = "kombu.transport.redis", "kombu.asynchronous.hub"
BY_ITSELF, UNWRITTEN = ("maybe_refresh_binding_expiry", "Error in timer"), "Redis takes no writes: %s"


class Repeated:
    """What was said last, and when."""

    def __init__(self) -> None:
        self._said: tuple[str, float] = "", 0.0

    def tell(self, why: str, when: float) -> bool:
        """Tell whether it is news, or long ago."""
        said, before = self._said
        if why == said and when - before < AGAIN_SECONDS:
            return False
        self._said = why, when
        return True


class OncePerLoss(logging.Filter):
    """Lets the first line of a loss through, in words of our own; the tries after it are not told."""

    def __init__(self) -> None:
        super().__init__()
        self._told = False
        self._refused = Repeated()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written. A connection that is lost was there: that begins another loss."""
        said = record.getMessage()
        if not said.startswith((LOST, CANNOT)):
            return not said.startswith(OFTEN)
        if self._told and not said.startswith(LOST):
            return False
        fault = next((part for part in record.args or () if isinstance(part, Exception)), None)
        if isinstance(fault, ChannelError):
            return self._tell_refused(record, str(fault.reply_text)[:LONGEST])
        self._told = True
        _say(record, SAID, type(fault).__name__)
        return True

    def _tell_refused(self, record: logging.LogRecord, why: str) -> bool:
        if told := self._refused.tell(why, record.created):
            _say(record, REFUSED, why)
        return told


class OncePerRefusal(logging.Filter):
    """Lets one line through of a Redis that refuses what kombu writes by itself."""

    def __init__(self) -> None:
        super().__init__()
        self._refused = Repeated()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written. One that is lost, or a replica now, is told by the consumer."""
        fault = record.exc_info[1] if record.exc_info else None
        if not isinstance(fault, RedisError) or not record.getMessage().startswith(BY_ITSELF):
            return True
        why = str(fault).rpartition("caused error: ")[2]
        if (
            not isinstance(fault, ResponseError)
            or "READONLY" in why
            or not self._refused.tell(UNWRITTEN, record.created)
        ):
            return False
        _say(record, UNWRITTEN, why[:LONGEST])
        return True


def _say(record: logging.LogRecord, text: str, what: str) -> None:
    record.levelno, record.levelname = logging.WARNING, "WARNING"
    record.msg, record.args, record.exc_info = text, (what,), None


def unless_lost(record: logging.LogRecord) -> bool:
    """Let a line through, but not that a lost broker hears nothing more."""
    fault = record.exc_info[1] if record.exc_info else None
    return fault is None or not lost(fault) or not record.getMessage().startswith(AFTERWARDS)


def _listen(filtering: logging.Filter, *names: str) -> None:
    for logger in map(logging.getLogger, names):
        if not any(isinstance(one, type(filtering)) for one in logger.filters):
            logger.addFilter(filtering)


def quieten() -> None:
    """Make Celery's consumer tell a loss once."""
    _listen(OncePerLoss(), CONSUMER)
    _listen(OncePerRefusal(), REDIS, TIMERS)
    for name in SPEAKERS:
        logging.getLogger(name).addFilter(unless_lost)
    # At each loss it advises a setting that only matters to tasks with late acknowledgement; we have none.
    warnings.filterwarnings(
        "ignore", category=PendingDeprecationWarning, module=r"celery\.worker\.consumer|workers\.amqp_consumer"
    )
