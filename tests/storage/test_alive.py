"""Connections that the server closed while they lay in the pool are found before anybody uses them."""

import pytest
from sqlalchemy import text

from storage import alive
from storage.session import engine, transaction


def own() -> int:
    with transaction() as db:
        return int(db.scalar(text("SELECT pg_backend_pid()")) or 0)


def end(number: int) -> None:
    """End another connection than those of the pool."""
    fresh = engine().pool._creator()  # type: ignore[attr-defined]
    fresh.execute("SELECT pg_terminate_backend(%s, 10000)", (number,))
    fresh.close()


def test_one_that_the_server_closed_is_replaced(postgres: str) -> None:
    first = own()
    assert own() == first
    end(first)
    assert own() != first


@pytest.mark.parametrize("answers", [True, False])
def test_one_that_was_silent_for_long_is_asked(
    postgres: str, monkeypatch: pytest.MonkeyPatch, *, answers: bool
) -> None:
    first = own()
    monkeypatch.setattr(alive, "SILENT_SECONDS", 0.0)
    if not answers:
        # a way that was cut without a word looks open
        end(first)
        monkeypatch.setattr(alive, "closed", lambda _driver: False)
    assert (own() == first) is answers
