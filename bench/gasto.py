"""What a piece of work took of each part: our processes, the database with its transactions and its log, the broker."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import text

from bench.cpu import tree

# The server counts transactions of a session that rests for a second.
COUNTED_SECONDS = 1.5
COUNTERS = (
    "SELECT (SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()), "
    "pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
)


@dataclass(frozen=True)
class Spent:
    """CPU in milliseconds; transactions; KiB of the database's log; commands to the broker."""

    workers_ms: float
    banco_ms: float
    transacoes: float
    log_kib: float
    broker_ms: float
    broker_comandos: float

    def per(self, units: float) -> "Spent":
        """Return it for one of so many units."""
        return Spent(*(getattr(self, one.name) / units for one in fields(self)))


def _called(pid: int) -> str:
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
    return {"postgres": "banco", "redis-server": "broker"}.get(name, "workers")


class Account:
    """Counts from when it was made, for the installation of this process. `apart` plays the outside."""

    def __init__(self, apart: Iterable[int] = (), *, own: bool = True) -> None:
        self._apart, self._own = tuple(apart), own
        self._began = self._now()
        self.began = time.monotonic()

    def _now(self) -> dict[str, float]:
        from core import redis_address
        from core.broker_link import broker
        from storage.session import engine

        with engine().connect() as db:
            transactions, log = db.execute(text(COUNTERS)).one()
        commands = redis_address.client(redis_address.redis_address(broker().url), 5.0).info("stats")[
            "total_commands_processed"
        ]
        found = {"workers": 0.0, "banco": 0.0, "broker": 0.0}
        outside = tree(self._apart)
        for pid, seconds in tree([os.getpid()]).items():
            if pid not in outside and (self._own or pid != os.getpid()):
                found[_called(pid) or "workers"] += seconds
        return {**found, "transacoes": float(transactions), "log": float(log), "comandos": float(commands)}

    def spent(self) -> Spent:
        """Return what was spent until now."""
        time.sleep(COUNTED_SECONDS)
        now = self._now()
        new = {name: value - self._began[name] for name, value in now.items()}
        return Spent(
            new["workers"] * 1000, new["banco"] * 1000, new["transacoes"], new["log"] / 1024, new["broker"] * 1000,
            new["comandos"],
        )  # fmt: skip
