"""What comes in place of an answer is an outcome; only a fault of our own is none."""

import ssl

import aiohttp
import pytest

from connectors.base.causes import Cause
from events.delivery.address import BlockedAddress
from events.delivery.http import faults, outcomes


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
        (ZeroDivisionError(), None),
        (KeyError("dados"), None),
    ],
)
def test_an_exception_means(error: Exception, outcome: outcomes.Outcome | None) -> None:
    assert faults.of_exception(error) == outcome
