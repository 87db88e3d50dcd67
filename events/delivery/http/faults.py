"""What the want of an answer means, as a table (docs/reference/contracts/webhooks_delivery.md §2)."""

import aiohttp

from events.delivery.address import BlockedAddress
from events.delivery.http.outcomes import BAD_HTTP, BAD_TLS, BLOCKED, CUT, TIMED_OUT, UNREACHABLE
from events.delivery.outcome import Outcome

# First match wins; subclasses before their bases.
EXCEPTIONS: tuple[tuple[type[BaseException], Outcome], ...] = (
    (BlockedAddress, BLOCKED),
    (aiohttp.InvalidURL, BLOCKED),
    (TimeoutError, TIMED_OUT),
    (aiohttp.ClientConnectorCertificateError, BAD_TLS),
    (aiohttp.ClientSSLError, BAD_TLS),
    (aiohttp.ClientConnectorError, UNREACHABLE),
    (aiohttp.ServerDisconnectedError, CUT),
    (aiohttp.ClientOSError, CUT),
    (aiohttp.ClientPayloadError, CUT),
    (aiohttp.ClientError, BAD_HTTP),
    (OSError, UNREACHABLE),
)


def of_exception(error: BaseException) -> Outcome | None:
    """Return what an exception means; none for a fault of our own, which is no attempt."""
    return next((outcome for kind, outcome in EXCEPTIONS if isinstance(error, kind)), None)
