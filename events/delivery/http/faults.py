"""What the want of an answer means to a delivery, over the causes that connectors know too.

docs/reference/contracts/webhooks_delivery.md §2.
"""

from connectors.base.causes import Cause, cause_of
from events.delivery.address import BlockedAddress
from events.delivery.http.outcomes import (
    BAD_HTTP,
    BAD_TLS,
    BLOCKED,
    CUT,
    PROXY_DOWN,
    PROXY_LOGIN,
    PROXY_REFUSED,
    SILENT_NAME,
    TIMED_OUT,
    UNREACHABLE,
)
from events.delivery.outcome import NO_MEANS, NO_TURN, Outcome
from events.delivery.threads import NoTurn


class SilentName(Exception):
    """No name server answers for a name."""


OUTCOMES: dict[Cause, Outcome] = {
    Cause.BAD_ADDRESS: BLOCKED,
    Cause.BAD_CERTIFICATE: BAD_TLS,
    Cause.CERTIFICATE_REFUSED: BAD_TLS,
    Cause.NO_TLS: BAD_TLS,
    Cause.PROXY_DOWN: PROXY_DOWN,
    Cause.PROXY_LOGIN: PROXY_LOGIN,
    Cause.PROXY_REFUSED: PROXY_REFUSED,
    Cause.NO_MEANS: NO_MEANS,
    Cause.NO_NAME: UNREACHABLE,
    Cause.NO_CONNECTION: UNREACHABLE,
    Cause.CONNECT_TIMEOUT: TIMED_OUT,
    Cause.NOT_SENT: TIMED_OUT,
    Cause.TIMEOUT: TIMED_OUT,
    Cause.CUT: CUT,
    Cause.BAD_HTTP: BAD_HTTP,
    Cause.TOO_LONG: BAD_HTTP,
}

OWN: dict[type[BaseException], Outcome] = {BlockedAddress: BLOCKED, SilentName: SILENT_NAME, NoTurn: NO_TURN}


def of_exception(error: BaseException) -> Outcome | None:
    """Return what an exception means; None for a fault of our own, which is no attempt."""
    if (own := OWN.get(type(error))) is not None:
        return own
    cause = cause_of(error)
    return OUTCOMES[cause] if cause else None
