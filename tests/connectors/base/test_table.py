"""Rows, and how a connector changes them."""

import pytest

from connectors.base.causes import Cause
from connectors.base.faults import (
    Blocked,
    Fault,
    OutOfMeans,
    Overloaded,
    RateLimited,
    Refused,
    TooLarge,
    Unintelligible,
    UnknownOutcome,
    Unreachable,
)
from connectors.base.table import DEFAULT, Row
from connectors.base.teller import Teller
from core.errors import Misconfigured, Rejected, Transient


@pytest.mark.parametrize(
    ("status", "kind", "stored"),
    [
        (204, Unintelligible, True),
        (302, Blocked, False),
        (400, Refused, False),
        (401, Blocked, False),
        (403, Blocked, False),
        (404, Refused, False),
        (408, Overloaded, True),
        (413, TooLarge, False),
        (422, Refused, False),
        (425, Overloaded, False),
        (429, RateLimited, False),
        (500, Overloaded, True),
        (501, Refused, False),
        (502, Overloaded, True),
        (503, Overloaded, True),
        (504, Overloaded, True),
        (599, Overloaded, True),
        (600, UnknownOutcome, True),
        (100, UnknownOutcome, True),
    ],
)
def test_what_a_status_means(status: int, kind: type[Fault], stored: bool) -> None:
    found = Teller("Conta").of_status(status)
    assert (type(found), found.may_be_stored, found.status) == (kind, stored, status)
    assert isinstance(found, Transient | Rejected | Misconfigured)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_row_and_nothing_is_stored_without_a_connection(cause: Cause) -> None:
    assert DEFAULT.of_cause(cause).may_be_stored is cause.left
    away = Teller("Conta").of_cause(cause, connected=False)
    assert away.may_be_stored is False


def test_whoever_waited_for_a_connection_sent_nothing() -> None:
    assert isinstance(Teller("Conta").of_cause(Cause.TIMEOUT, connected=False), Unreachable)
    assert isinstance(Teller("Conta").of_cause(Cause.NO_TLS, connected=True), UnknownOutcome)
    assert isinstance(Teller("Conta").of_cause(Cause.NO_MEANS, connected=False), OutOfMeans)
    refused = Teller("Conta").of_cause(Cause.CERTIFICATE_REFUSED, connected=True)
    assert isinstance(refused, Blocked)
    assert not refused.may_be_stored


def test_a_row_takes_the_place_of_one_and_a_range_that_of_all_within() -> None:
    one, all_of_them = Row(Overloaded, "um"), Row(Refused, "todos")
    table = DEFAULT.changed({404: one, range(500, 600): all_of_them, Cause.CUT: one})
    assert table.of_status(404) == one
    assert table.of_status(401) == DEFAULT.of_status(401)
    assert {table.of_status(status) for status in range(500, 600)} == {all_of_them}
    assert table.of_cause(Cause.CUT) == one
    assert DEFAULT.of_status(404) != one
    narrow = DEFAULT.changed({range(505, 600): all_of_them})
    assert narrow.of_status(503) == DEFAULT.of_status(503)
    assert narrow.of_status(550) == all_of_them
