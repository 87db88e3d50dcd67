"""When an account may be sent to, by the clock of São Paulo, and which address is this machine's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.settings.questor import ContaQuestor
from flows.questor import window


def conta(**more: Any) -> ContaQuestor:
    return ContaQuestor.model_validate({"base_url": "https://x", "token": "chave", **more})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# 23/11/2026 is a Monday.
@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        ("2026-11-23T19:59-03:00", "2026-11-23T20:00-03:00", None),
        ("2026-11-23T20:00-03:00", None, "2026-11-24T06:00-03:00"),
        ("2026-11-24T05:59-03:00", None, "2026-11-24T06:00-03:00"),
        ("2026-11-24T06:00-03:00", "2026-11-24T20:00-03:00", None),
        ("2026-11-27T22:00-03:00", None, "2026-11-30T00:00-03:00"),
    ],
    ids=["before", "at its beginning", "before its end", "at its end", "over the weekend"],
)
def test_an_account_is_sent_to_at_night_and_at_the_weekend(now: str, opens: str | None, closes: str | None) -> None:
    wanted = opens and at(opens), closes and at(closes)
    assert (window.opens_at(conta(), at(now)), window.closes_at(conta(), at(now))) == wanted


def test_a_window_that_never_closes_has_no_end_and_no_beginning() -> None:
    always, now = conta(window="sempre"), at("2026-11-23T12:00-03:00")
    assert (window.opens_at(always, now), window.closes_at(always, now)) == (None, None)


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("http://127.0.0.1:9", True),
        ("http://127.9.8.7", True),
        ("http://[::1]:9", True),
        ("https://localhost:443", True),
        ("https://LOCALHOST", True),
        ("http://10.0.0.1", False),
        ("http://[::2]", False),
        ("https://localhost.exemplo.com", False),
        ("https://escritorio.exemplo.com", False),
        ("", False),
    ],
)
def test_this_machine_is_told_from_every_other(address: str, ours: bool) -> None:
    assert window.is_loopback(address) == ours
