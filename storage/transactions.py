"""Transactions that stay open: while one does, a server keeps every dead row that is newer, and hot tables grow."""

from dataclasses import dataclass

from sqlalchemy import Engine, text

LONG_SECONDS = 60.0
# What others do is shown to members of pg_monitor alone; the times are everybody's.
_OPEN = text(
    "SELECT pid, coalesce(nullif(application_name, ''), usename, '?'), coalesce(state, '?'),"
    " extract(epoch FROM now() - xact_start)"
    " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND now() - xact_start >= make_interval(secs => :seconds)"
    " ORDER BY xact_start"
)


@dataclass(frozen=True)
class OpenTransaction:
    """A transaction that somebody began `seconds` ago."""

    pid: int
    who: str
    state: str
    seconds: float


def long_open(engine: Engine, seconds: float | None = None) -> list[OpenTransaction]:
    """Return the transactions of this database that are open for so long, the oldest first; only a server knows any."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        values = {"seconds": LONG_SECONDS if seconds is None else seconds}
        found = connection.execute(_OPEN, values).all()
    return [OpenTransaction(pid, who, state, float(age)) for pid, who, state, age in found]
