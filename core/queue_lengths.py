"""How many messages wait in each queue, whatever the broker is."""

from core.broker_address import broker_address
from core.queues import queues

SECONDS = 2.0


def lengths(seconds: float = SECONDS) -> dict[str, int] | None:
    """Return the messages that wait in each queue, by its name; None while the broker cannot be asked."""
    from core import broker_probe
    from core.broker_faults import FAULTS

    try:
        address = broker_address()
        if address is None:
            return None
        return broker_probe.lengths(address, seconds, [queue.name for queue in queues()])
    except (*FAULTS, broker_probe.LoginRefused, ValueError):
        return None
