"""A PostgreSQL cluster in a temporary folder, run by an unprivileged user (the server refuses root)."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from support import emptying
from support.ports import free_port, wait_until
from support.processes import descendants

_names = itertools.count(1)
# What a server that nobody will miss may leave out; `STRATEGY FILE_COPY` and `DROP` are quick without a sync.
THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


def binaries() -> Path | None:
    """Return the folder of the server's programs; none when they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


def unprivileged() -> dict[str, Any]:
    """Return as whom a server that refuses root is run."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


class Cluster:
    """One server on a free port of loopback; a lasting one is set as it is shipped."""

    def __init__(self, *, lasting: bool = False) -> None:
        self._lasting = lasting
        self._administrator: psycopg.Connection | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="esteira-pg-"))
        self._who = unprivileged()
        if self._who:
            shutil.chown(self._folder, self._who["user"])
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._given_back: list[str] = []
        self._models: dict[str, emptying.Model] = {}

    def __enter__(self) -> "Cluster":
        bin_folder, data = binaries(), self._folder / "data"
        assert bin_folder is not None
        common = {"cwd": self._folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **self._who}
        subprocess.run(
            [bin_folder / "initdb", "-D", data, "-A", "trust", "-U", "esteira", "-E", "UTF8", "--no-sync"],
            check=True,
            **common,
        )
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        options |= {} if self._lasting else THROWN_AWAY
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        self._server = subprocess.Popen([bin_folder / "postgres", "-D", data, "-p", str(self.port), *flags], **common)
        wait_until(self._answers)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        if self._administrator is not None:
            self._administrator.close()
        self._server.send_signal(signal.SIGINT if self._lasting else signal.SIGQUIT)
        self._server.wait(60)
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let no process of the server run: it takes connections and answers nothing."""
        assert self._server is not None
        processes = [self._server.pid, *descendants(self._server.pid)]
        for number in processes:
            os.kill(number, signal.SIGSTOP)
        try:
            yield
        finally:
            for number in processes:
                os.kill(number, signal.SIGCONT)

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://esteira@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> None:
        """Make an empty database."""
        self._administer(f'CREATE DATABASE "{name}"')

    def create_from(self, model: str) -> str:
        """Make a copy of a database; return its name."""
        name = f"teste_{next(_names)}"
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{model}"')
        return name

    def borrow(self, model: str) -> str:
        """Return the name of a database that is as its model: one that was given back, else a copy."""
        return self._given_back.pop() if self._given_back else self.create_from(model)

    def give_back(self, name: str, model: str) -> None:
        """Keep a borrowed database for the next; one that cannot be made what it was is removed."""
        if model not in self._models:
            self._models[model] = emptying.model_of(self._dsn(model))
        if emptying.emptied(self._dsn(name), self._models[model]):
            self._given_back.append(name)
        else:
            self.drop(name)

    def create_plain(self) -> str:
        """Make a database without a character encoding; return its name."""
        name = f"teste_{next(_names)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        return name

    def with_password(self, word: str) -> str:
        """Make a user who must prove a password; return its name."""
        name = f"usuario_{next(_names)}"
        self._administer(f"CREATE ROLE {name} LOGIN PASSWORD '{word}'")
        rules = self._folder / "data" / "pg_hba.conf"
        rules.write_text(f"host all {name} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        self._administer("SELECT pg_reload_conf()")
        wait_until(lambda: not self._lets_in(name))
        return name

    def _lets_in(self, name: str) -> bool:
        """Tell whether a user is let in without a password."""
        try:
            psycopg.connect(self._dsn("postgres").replace("esteira@", f"{name}@")).close()
        except psycopg.OperationalError:
            return False
        return True

    def offers(self, extension: str) -> bool:
        """Tell whether an extension is installed beside the server."""
        with psycopg.connect(self._dsn("postgres")) as connection:
            query = "SELECT count(*) FROM pg_available_extensions WHERE name = %s"
            return bool(connection.execute(query, [extension]).fetchone() != (0,))

    def _dsn(self, name: str) -> str:
        return self.url(name).replace("+psycopg", "")

    def drop(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        if self._administrator is None or self._administrator.closed:
            self._administrator = psycopg.connect(
                host="127.0.0.1", port=self.port, user="esteira", dbname="postgres", autocommit=True
            )
        self._administrator.execute(statement)

    def _answers(self) -> bool:
        try:
            self._administer("SELECT 1")
        except Exception:  # noqa: BLE001 - it is still starting
            return False
        return True
