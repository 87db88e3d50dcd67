"""How a Redis that Sentinels watch is reached: `sentinel://usuario:<senha>@no1:26379,no2:26379/mestre/0`.

The Sentinels are asked who is the master at each new connection. `sentinels://` speaks TLS to the Sentinels and to the
Redis. User and password are those of the Redis; `?sentinel_username=…&sentinel_password=…` are the Sentinels' own.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from core.nodes import bracketed, login_of, nodes_of
from core.redis_address import LOOKS_LIKE, RedisAddress, tls_options

if TYPE_CHECKING:
    import redis
    import redis.asyncio

SECURE = "sentinels"
SCHEMES = ("sentinel", SECURE)
PORT = 26379
# How long one Sentinel may take before the next is asked, in seconds.
SENTINEL_SECONDS = 1.0
OWN = {"sentinel_username": "username", "sentinel_password": "password"}  # pragma: allowlist secret


@dataclass(frozen=True)
class SentinelAddress(RedisAddress):
    """The Sentinels, the name of the master, who we are for both; `url` is as kombu takes it."""

    nodes: tuple[tuple[str, int], ...] = ()
    master: str = ""
    who: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    system = "Redis por Sentinel"

    @property
    def where(self) -> str:
        """The Sentinels and the master's name."""
        return f"{','.join(f'{host}:{port}' for host, port in self.nodes)}/{self.master}"

    @property
    def asks(self) -> dict[str, Any]:
        """What kombu has to be told besides the address."""
        from redis.retry import Retry

        return {"master_name": self.master, "sentinel_kwargs": self._sentinels(Retry)}

    def client(self, **patience: Any) -> "redis.Redis":
        """Return a client of the master."""
        from redis.retry import Retry
        from redis.sentinel import Sentinel

        return cast("redis.Redis", self._watched(Sentinel, Retry, patience))

    def listener(self, **patience: Any) -> "redis.asyncio.Redis":
        """Return a client of the master for an event loop."""
        from redis.asyncio.retry import Retry
        from redis.asyncio.sentinel import Sentinel

        return cast("redis.asyncio.Redis", self._watched(Sentinel, Retry, patience))

    def _watched(self, sentinels: Any, retry: Any, patience: dict[str, Any]) -> Any:
        told = {**self._server(patience), "sentinel_kwargs": self._sentinels(retry)}
        return sentinels(list(self.nodes), **told).master_for(self.master)

    def _sentinels(self, retry: Any) -> dict[str, Any]:
        """Return how each Sentinel is asked: once. The next is there for when it does not answer."""
        from redis.backoff import NoBackoff

        limits = {"socket_timeout": SENTINEL_SECONDS, "socket_connect_timeout": SENTINEL_SECONDS}
        return {**limits, "retry": retry(NoBackoff(), 0), **self.own, **self._secure()}

    def _server(self, patience: dict[str, Any]) -> dict[str, Any]:
        return {"db": int(self.database), **self.who, **patience, **self._secure()}

    def _secure(self) -> dict[str, Any]:
        return {"ssl": True, **self.tls} if self.tls else {}


def sentinel_address(url: str, authority: Path | None = None) -> SentinelAddress:
    """Read an address.

    Raises:
        ValueError: it is none; the text says what one looks like, and nothing of this one.
    """
    try:
        parts = urlsplit(url)
        who, nodes = nodes_of(parts.netloc, PORT)
        master, _, database = parts.path.strip("/").partition("/")
        options = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        raise ValueError(LOOKS_LIKE) from None
    if parts.scheme not in SCHEMES or not master or not (database or "0").isdecimal():
        raise ValueError(LOOKS_LIKE)
    tls, rest = tls_options(options, authority)
    if set(dict(rest)) - set(OWN) or (tls and parts.scheme != SECURE and len(rest) != len(options)):
        raise ValueError("opção desconhecida no endereço do Sentinel")
    names = {name: unquote(value) for name, value in zip(("username", "password"), who, strict=True) if value}
    login = login_of(parts.netloc)
    return SentinelAddress(
        url=";".join(f"sentinel://{login}{bracketed(host)}:{port}/{database or 0}" for host, port in nodes),
        tls=tls if parts.scheme == SECURE else {},
        nodes=nodes,
        master=unquote(master),
        who=names,
        own={OWN[name]: value for name, value in rest},
    )
