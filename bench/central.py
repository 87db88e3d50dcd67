"""The machine that holds the truth and the messages: PostgreSQL, and Redis or RabbitMQ, reached over its network."""

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from bench import installation  # noqa: F401 - it lets the test support be found
from bench.rede import Machine, Network

USER, POSTGRES_PORT, REDIS_PORT, AMQP_PORT = "postgres", 5432, 6379, 5672
BROKERS = (REDIS, RABBITMQ) = ("redis", "rabbitmq")
# How the supervised programs are told to end; to PostgreSQL it says: wait for nobody.
END = signal.SIGINT
CONFIGURATION = "listeners.tcp.1 = {address}:{port}\nloopback_users.guest = false\ndisk_free_limit.absolute = 1MB\n"
DATABASES = (OURS, ERP) = ("esteira", "erp")
PATIENCE_SECONDS, END_SECONDS = 60.0, 10.0


class Central:
    """Where the servers of a machine listen."""

    def __init__(self, machine: Machine, broker: str) -> None:
        self.machine, self.broker = machine, broker

    def settings(self) -> dict[str, str]:
        """Return the settings that lead to both."""
        address = self.machine.address
        rabbit = f"amqp://guest:guest@{address}:{AMQP_PORT}/%2F"  # pragma: allowlist secret
        urls = {
            REDIS: {"ESTEIRA_CORE__REDIS_URL": f"redis://{address}:{REDIS_PORT}/0"},
            RABBITMQ: {"ESTEIRA_CORE__BROKER_URL": rabbit},
        }
        return {"ESTEIRA_CORE__DATABASE_URL": self.database(), **urls[self.broker]}

    def answers(self) -> bool:
        """Tell whether the broker takes connections."""
        port = REDIS_PORT if self.broker == REDIS else AMQP_PORT
        with socket.create_connection((self.machine.address, port), 2.0):
            return True

    def database(self, name: str = OURS) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://esteira@{self.machine.address}:{POSTGRES_PORT}/{name}"

    def dsn(self, name: str = OURS) -> str:
        """Return it as libpq takes it."""
        return self.database(name).replace("+psycopg", "")


@contextmanager
def serving(machine: Machine, network: Network, broker: str = REDIS) -> Iterator[Central]:
    """Run both on a machine until the end of the block, as they are shipped: every commit is on the disk."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        folder.chmod(0o755)
        central = Central(machine, broker)
        if broker == RABBITMQ:
            # RabbitMQ would start one that outlives it
            stack.enter_context(_running(machine.words(("epmd", "-address", "127.0.0.1"))))
        program = _redis(machine, folder) if broker == REDIS else _rabbitmq(machine, folder)
        stack.enter_context(_running(machine.words(program)))
        stack.enter_context(_running(machine.words(_postgres(machine, network, folder), USER)))
        _until(central.answers, OSError)
        _until(lambda: _create(central), psycopg.Error)
        yield central


def _redis(machine: Machine, folder: Path) -> Sequence[str]:
    where = ("--bind", machine.address, "--port", str(REDIS_PORT), "--protected-mode", "no", "--dir", str(folder))
    return ("redis-server", *where, "--save", "", "--appendonly", "yes")


def _rabbitmq(machine: Machine, folder: Path) -> Sequence[str]:
    from support.rabbitmq import SERVER, installed

    if not installed():
        raise SystemExit("falta o programa do RabbitMQ (pacote rabbitmq-server).")
    place = folder / "rabbitmq"
    place.mkdir()
    (place / "rabbitmq.conf").write_text(CONFIGURATION.format(address=machine.address, port=AMQP_PORT))
    (place / "enabled_plugins").write_text("[].")
    files = {"MNESIA_BASE": "mnesia", "LOG_BASE": "log", "ENABLED_PLUGINS_FILE": "enabled_plugins"}
    files |= {"CONFIG_FILE": "rabbitmq.conf", "CONF_ENV_FILE": "env.conf", "ADVANCED_CONFIG_FILE": "advanced.config"}
    values = {"HOME": str(place), "RABBITMQ_NODENAME": "esteira@localhost", "ERL_EPMD_ADDRESS": "127.0.0.1"}
    values |= {f"RABBITMQ_{name}": str(place / file) for name, file in files.items()}
    return ("env", *(f"{name}={value}" for name, value in values.items()), str(SERVER))


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
            process.send_signal(END)
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


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
