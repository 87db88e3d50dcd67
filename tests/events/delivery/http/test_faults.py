"""What comes in place of an answer is an outcome; only a fault of our own is none."""

import errno
import ssl
from types import SimpleNamespace

import aiohttp
import pytest

from connectors.base.causes import Cause
from events.delivery.address import BlockedAddress
from events.delivery.http import faults, outcomes
from events.delivery.outcome import NO_MEANS


def unconnected(number: int | None) -> aiohttp.ClientConnectorError:
    key = SimpleNamespace(host="exemplo.com", port=443, ssl=True)
    return aiohttp.ClientConnectorError(key, OSError(number, "diz o sistema"))  # type: ignore[arg-type]


def test_every_cause_has_an_outcome() -> None:
    assert faults.OUTCOMES.keys() == set(Cause)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (BlockedAddress(), outcomes.BLOCKED),
        (aiohttp.InvalidURL("x"), outcomes.BLOCKED),
        (TimeoutError(), outcomes.TIMED_OUT),
        (aiohttp.ServerDisconnectedError(), outcomes.CUT),
        (aiohttp.ClientPayloadError(), outcomes.CUT),
        (ConnectionResetError(), outcomes.CUT),
        (ssl.SSLCertVerificationError(), outcomes.BAD_TLS),
        (aiohttp.ClientError(), outcomes.BAD_HTTP),
        (unconnected(errno.ECONNREFUSED), outcomes.UNREACHABLE),
        (unconnected(errno.EMFILE), NO_MEANS),
        (unconnected(errno.ENFILE), NO_MEANS),
        (unconnected(errno.ENOBUFS), NO_MEANS),
        # of a machine without IPv6, for good, whatever address was called before
        (unconnected(errno.EADDRNOTAVAIL), outcomes.UNREACHABLE),
        # of several addresses each failed by another fault
        (unconnected(None), outcomes.UNREACHABLE),
        (ZeroDivisionError(), None),
        (KeyError("dados"), None),
    ],
)
def test_an_exception_means(error: Exception, outcome: outcomes.Outcome | None) -> None:
    assert faults.of_exception(error) == outcome
