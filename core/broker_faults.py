"""What the libraries raise when a broker is away, of whatever kind it is; loaded by those who have one."""

from amqp.exceptions import AMQPError
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

FAULTS = (OperationalError, RedisError, AMQPError, OSError)


def lost(fault: BaseException) -> bool:
    """Tell whether a message that was sent did not arrive, and the broker is why.

    kombu writes into what a channel whose broker has gone no longer has: it is an `AttributeError` of its own then.
    """
    return isinstance(fault, FAULTS) or (isinstance(fault, AttributeError) and _raised_in(fault).startswith("kombu."))


def _raised_in(fault: BaseException) -> str:
    """Return the module that raised it."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return str(trace.tb_frame.f_globals["__name__"]) if trace else ""
