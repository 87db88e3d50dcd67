"""Transactions that stay open are found on a server, whoever began them; a file has none to show."""

from sqlalchemy import text

from storage import transactions
from storage.session import engine, transaction


def test_a_transaction_that_stays_open_is_found_by_those_beside_it(postgres: str) -> None:
    assert transactions.long_open(engine(), 0.0) == []
    with transaction() as db:
        pid = db.scalar(text("SELECT pg_backend_pid()"))
        (found,) = transactions.long_open(engine(), 0.0)
        assert (found.pid, found.state) == (pid, "idle in transaction")
        assert found.seconds >= 0
        assert transactions.long_open(engine()) == []
    assert transactions.long_open(engine(), 0.0) == []


def test_a_file_shows_none(sqlite: str) -> None:
    with transaction():
        assert transactions.long_open(engine(), 0.0) == []
