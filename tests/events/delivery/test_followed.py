"""Who follows an attempt is told of it once, with what began it; nobody else pays for that."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from core import logs
from events.delivery.followed import followed
from events.delivery.kind import Made
from events.delivery.outcome import DELIVERED
from events.delivery.rows import Owed

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORIGIN, SPAN = "ab" * 16, "cd" * 8
MADE = Made(DELIVERED, NOW, 37, 204)


def owed(origem: str | None) -> Owed:
    return Owed(5, 7, 2, NOW, NOW, "msg_1", "alerta_aberto", b"{}", origem)


async def attempt(made: Made | Exception) -> Made:
    if isinstance(made, Exception):
        raise made
    return made


@pytest.fixture
def told() -> Iterator[None]:
    """Lines of the level info are written."""
    logs.configure(level=logging.INFO)
    yield
    logs.configure()


@pytest.mark.parametrize(("carried", "origin"), [(f"{ORIGIN}-{SPAN}", ORIGIN), (ORIGIN, ORIGIN), (None, None)])
def test_an_attempt_is_one_line_with_what_began_it(told: None, carried: str | None, origin: str | None) -> None:
    with capture_logs() as said:
        assert asyncio.run(followed(owed(carried), attempt(MADE))) is MADE
    (line,) = said
    assert {name: line[name] for name in ("event", "log_level", "origin", "evento")} == {
        "event": "attempt",
        "log_level": "info",
        "origin": origin,
        "evento": "alerta_aberto",
    }
    about = ("event_id", "delivery_id", "destino", "number", "outcome", "status", "milliseconds")
    assert [line[name] for name in about] == ["msg_1", 5, 7, 3, "entregue", 204, 37]


def test_where_nobody_follows_nothing_is_said() -> None:
    with capture_logs() as said:
        assert asyncio.run(followed(owed(ORIGIN), attempt(MADE))) is MADE
    assert said == []


def test_a_bug_in_an_attempt_is_raised_and_is_no_attempt(told: None) -> None:
    with capture_logs() as said, pytest.raises(KeyError):
        asyncio.run(followed(owed(ORIGIN), attempt(KeyError("bug"))))
    assert said == []
