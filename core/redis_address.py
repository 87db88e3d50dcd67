"""How Redis is reached, in one place for all who reach it: the broker's clients, the bell, Flower, the checks.

`rediss://` verifies the certificate, against the authorities of the system and that of `core.redis_ca`. Options in the
address (`?ssl_cert_reqs=none`, `ssl_check_hostname=false`, `ssl_ca_certs=…`) mean the same for each of them: left to
themselves the libraries differ, and one would send the password to anybody.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from core.text import os_fault

if TYPE_CHECKING:
    import redis
    import redis.asyncio

SECURE = "rediss"
SCHEMES = ("redis", SECURE)
PORT = 6379
LOOKS_LIKE = (
    "não é um endereço de Redis: use redis://servidor:6379/0, rediss:// ou sentinel://no1:26379,no2:26379/mestre"
)
REQUIREMENTS = {"required": ssl.CERT_REQUIRED, "optional": ssl.CERT_OPTIONAL, "none": ssl.CERT_NONE}
READERS: dict[str, Callable[[str], Any]] = {
    "ssl_cert_reqs": lambda text: REQUIREMENTS[text.lower().removeprefix("cert_")],
    "ssl_check_hostname": lambda text: text.lower() not in ("false", "0", "no"),
}


@dataclass(frozen=True)
class RedisAddress:
    """An address without options of TLS, and these options as the libraries take them; none without TLS."""

    url: str
    tls: dict[str, Any] = field(default_factory=dict)
    system = "Redis"

    @property
    def where(self) -> str:
        """Host and port, without user and password."""
        return host_and_port(self.url, PORT)

    @property
    def database(self) -> str:
        """The number of the database."""
        return urlsplit(self.url.partition(";")[0]).path.strip("/") or "0"

    @property
    def asks(self) -> dict[str, Any]:
        """What kombu has to be told besides the address."""
        return {}

    def client(self, **patience: Any) -> "redis.Redis":
        """Return a client."""
        import redis

        return redis.Redis.from_url(self.url, **patience, **self.tls)

    def listener(self, **patience: Any) -> "redis.asyncio.Redis":
        """Return a client of an event loop."""
        import redis.asyncio

        return redis.asyncio.Redis.from_url(self.url, **patience, **self.tls)


def host_and_port(url: str, usual: int) -> str:
    """Return host and port of an address, without user and password."""
    parts = urlsplit(url)
    try:
        return f"{parts.hostname or 'localhost'}:{parts.port or usual}"
    except ValueError:
        return parts.hostname or "localhost"


def redis_address(url: str, authority: Path | None = None) -> RedisAddress:
    """Part an address from its options of TLS.

    Raises:
        ValueError: it is no address of a Redis.
    """
    parts = urlsplit(url)
    if parts.scheme != SECURE:
        return RedisAddress(url)
    given, kept = tls_options(parse_qsl(parts.query, keep_blank_values=True), authority)
    return RedisAddress(urlunsplit(parts._replace(query=urlencode(kept))), given)


def tls_options(options: list[tuple[str, str]], authority: Path | None) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return what the options of an address say of TLS, and the other options.

    Raises:
        ValueError: an option asks for what there is not.
    """
    given = {name: _read(name, value) for name, value in options if name.startswith("ssl_")}
    authorities = {"ssl_ca_certs": str(authority)} if authority else {}
    tls = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, **authorities, **given}
    if tls["ssl_cert_reqs"] == ssl.CERT_NONE:
        tls["ssl_check_hostname"] = False
    return tls, [(name, value) for name, value in options if not name.startswith("ssl_")]


def judge(url: str) -> None:
    """Look at an address as it is written, without a connection.

    Raises:
        ValueError: it is no address of a Redis; the text says what one looks like, and nothing of this one.
    """
    try:
        parts = urlsplit(url)
        ours = parts.scheme in SCHEMES and parts.port != 0
        database = parts.path.strip("/")
    except ValueError:
        raise ValueError(LOOKS_LIKE) from None
    if not ours or (database and not database.isdecimal()):
        raise ValueError(LOOKS_LIKE)
    redis_address(url)


def _read(name: str, value: str) -> Any:
    try:
        return READERS.get(name, str)(value)
    except KeyError:
        raise ValueError(f"{name}: {', '.join(REQUIREMENTS)}") from None


def client(address: RedisAddress, seconds: float, connections: int = 1, **more: Any) -> "redis.Redis":
    """Return a client that asks once and waits so long for each answer, over so many connections at most.

    Raises:
        ValueError: it is no address of a Redis.
    """
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    patience = {"socket_timeout": seconds, "socket_connect_timeout": seconds, "retry": Retry(NoBackoff(), 0)}
    asked = address.client(**patience, **more, max_connections=connections)
    try:
        # made with the first question otherwise; it is the only one that knows its options
        asked.connection_pool.connection_class(**asked.connection_pool.connection_kwargs)
    except TypeError:
        raise ValueError("opção desconhecida no endereço do Redis") from None
    return asked


def authority_fault(tls: dict[str, Any], system: str) -> str | None:
    """Return what is wrong with the file of authorities that an address is verified against, if one is named."""
    path = tls.get("ssl_ca_certs") or tls.get("ca_certs")
    if path is None:
        return None
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        return f"o arquivo da autoridade do {system}, {path}, não tem certificado em PEM"
    except OSError as error:
        return f"o arquivo da autoridade do {system}, {path}: {os_fault(error)}"
    return None


def certificate_refused(error: BaseException | None) -> bool:
    """Tell whether a client's fault comes from a certificate that cannot be verified."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
