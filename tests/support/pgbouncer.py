"""A pgbouncer in transaction mode before a PostgreSQL: each transaction runs on another connection of the server."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from support.ports import free_port, wait_until
from support.postgres import unprivileged

PROGRAM = "/usr/sbin/pgbouncer"
CONFIGURATION = """\
[databases]
* = host=127.0.0.1 port={behind} user=esteira
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_round_robin = 1
max_client_conn = 200
"""


def installed() -> bool:
    """Tell whether the program is there."""
    return Path(PROGRAM).is_file()


class PgBouncer:
    """One pooler, run by an unprivileged user as it wants it."""

    def __init__(self, behind: int) -> None:
        self._folder, self.port = Path(tempfile.mkdtemp(prefix="esteira-pgb-")), free_port()
        file = self._folder / "pgbouncer.ini"
        file.write_text(CONFIGURATION.format(behind=behind, port=self.port))
        who = unprivileged()
        if who:
            for path in (self._folder, file):
                shutil.chown(path, who["user"])
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
        self._process = subprocess.Popen([PROGRAM, "-q", str(file)], cwd=self._folder, **quiet)

    def url(self, direct: str) -> str:
        """Return the address of a database through this pooler."""
        server, _, name = direct.rpartition("/")
        return f"{server.rpartition(':')[0]}:{self.port}/{name}"

    def __enter__(self) -> "PgBouncer":
        wait_until(self._answers)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(host="127.0.0.1", port=self.port, user="esteira", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True
