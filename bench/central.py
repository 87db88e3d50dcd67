"""The machine that holds the truth and the messages: PostgreSQL and Redis, reached over its network."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import redis

from bench import installation  # noqa: F401 - it lets the test support be found
from bench.rede import Machine, Network

USER, POSTGRES_PORT, REDIS_PORT = "postgres", 5432, 6379
DATABASES = (OURS, ERP) = ("esteira", "erp")
PATIENCE_SECONDS = 60.0


class Central:
    """Where the servers of a machine listen."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.redis_url = f"redis://{machine.address}:{REDIS_PORT}/0"

    def database(self, name: str = OURS) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://esteira@{self.machine.address}:{POSTGRES_PORT}/{name}"

    def dsn(self, name: str = OURS) -> str:
        """Return it as libpq takes it."""
        return self.database(name).replace("+psycopg", "")


@contextmanager
def serving(machine: Machine, network: Network) -> Iterator[Central]:
    """Run both on a machine until the end of the block, as they are shipped: every commit is on the disk."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder.chmod(0o755)
        central = Central(machine)
        stack.enter_context(_running(machine.words(_redis(machine, folder))))
        stack.enter_context(_running(machine.words(_postgres(machine, network, folder), USER)))
        _until(lambda: bool(redis.from_url(central.redis_url).ping()), redis.RedisError)
        _until(lambda: _create(central), psycopg.Error)
        yield central


def _redis(machine: Machine, folder: Path) -> Sequence[str]:
    where = ("--bind", machine.address, "--port", str(REDIS_PORT), "--protected-mode", "no", "--dir", str(folder))
    return ("redis-server", *where, "--save", "", "--appendonly", "yes")


def _postgres(machine: Machine, network: Network, folder: Path) -> Sequence[str]:
    from support.postgres import binaries

    programs = binaries()
    if programs is None:
        raise SystemExit("faltam os programas do servidor PostgreSQL.")
    data = folder / "pg"
    data.mkdir()
    subprocess.run(("chown", USER, data), check=True)
    make: list[str | Path] = [programs / "initdb", "-D", data, "-A", "trust", "-U", "esteira", "-E", "UTF8"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, user=USER, group=USER, extra_groups=[], cwd=folder)
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {network.net} trust\n")
    options = (f"listen_addresses={machine.address}", "unix_socket_directories=", "max_connections=200")
    flags = [word for option in options for word in ("-c", option)]
    return (str(programs / "postgres"), "-D", str(data), "-p", str(POSTGRES_PORT), *flags)


def _create(central: Central) -> bool:
    with psycopg.connect(central.dsn("postgres"), autocommit=True, connect_timeout=2) as connection:
        for name in DATABASES:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return True


@contextmanager
def _running(words: Sequence[str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            yield
        finally:
            process.terminate()


def _until(true: Callable[[], bool], fault: type[Exception]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if true():
                return
        except fault:
            if time.monotonic() > ends:
                raise
        time.sleep(0.1)
