"""How many requests somebody may make: a window in Redis that slides, shared by all processes.

docs/reference/contracts/integracoes.md §4.3, §7.4 and §7.5. While Redis is away all pass; that is told, and counted.
Where RabbitMQ is the broker and there is no Redis, each process counts for itself.
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from api.measuring import UNLIMITED
from core.broker_address import broker_address, shared_redis
from core.logs import get_logger
from core.redis_address import client
from core.settings.api import ApiSettings

PREFIX = "esteira:limite"
PATIENCE_SECONDS, AWAY_SECONDS = 0.5, 5.0
# As many as there are threads that answer requests.
CONNECTIONS = 64
LOGIN_SECONDS, LOGINS, LOGINS_OF_ADDRESS = 60, 5, 30
UPLOADS, UPLOAD_SECONDS = 20, 60
# A provider gives one customer so many bits of addresses.
NETWORK_BITS = 64
log = get_logger(__name__)


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass; how many are left of how many, and when (Unix seconds) there are more."""

    passes: bool
    limit: int
    remaining: int
    reset: int

    def headers(self, now: float | None = None) -> dict[str, str]:
        """Return what every answer says of it."""
        said = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }
        wait = self.reset - (time.time() if now is None else now)
        return said if self.passes else said | {"Retry-After": str(max(1, math.ceil(wait)))}


class Limiter:
    """Counts in one Redis; while that is away nobody is counted."""

    def __init__(self, storage: Callable[[], Storage | None]) -> None:
        self._storage, self._away_until = storage, 0.0
        self._window: MovingWindowRateLimiter | None = None

    def hit(self, who: str, limit: int, seconds: int) -> Verdict:
        """Count a request of somebody and judge it; a refused one is not counted."""
        item, now = RateLimitItemPerSecond(limit, seconds), time.monotonic()
        try:
            window = None if now < self._away_until else self._open()
            if window is not None:
                passes = window.hit(item, who)
                stats = window.get_window_stats(item, who)
                return Verdict(passes, limit, max(0, int(stats.remaining)), math.ceil(stats.reset_time))
        except (RedisError, OSError, ValueError) as fault:
            self._away_until = now + AWAY_SECONDS
            log.warning("requests are not limited", fault=type(fault).__name__)
        UNLIMITED.inc()
        return Verdict(True, limit, limit, math.ceil(time.time()) + seconds)

    def _open(self) -> MovingWindowRateLimiter | None:
        if self._window is None and (storage := self._storage()) is not None:
            self._window = MovingWindowRateLimiter(storage)
        return self._window


@cache
def limiter() -> Limiter:
    """Return the one of this process."""
    return Limiter(_storage)


def of_person(user: int | None, address: str, own: int | None = None) -> Verdict:
    """Judge a request of a user, or of nobody known at an address."""
    settings = ApiSettings.current()
    who = f"ip:{origin(address)}" if user is None else f"usuario:{user}"
    return limiter().hit(who, own or settings.rate_limit, settings.rate_window_seconds)


def of_login(username: str, address: str) -> Verdict:
    """Judge an attempt to sign in: few for a name at an address, some more for an address."""
    where = origin(address)
    narrow = limiter().hit(f"login:{where}:{_digest(username.strip().casefold())}", LOGINS, LOGIN_SECONDS)
    if not narrow.passes:
        return narrow
    wide = limiter().hit(f"login:{where}", LOGINS_OF_ADDRESS, LOGIN_SECONDS)
    return narrow if wide.passes else wide


def of_upload(user: int) -> Verdict:
    """Judge a file that a user sends: to open one costs more than a hundred questions."""
    return limiter().hit(f"arquivo:{user}", UPLOADS, UPLOAD_SECONDS)


def origin(address: str) -> str:
    """Return who is counted for an address: of IPv6 the network that one customer has, whatever address of it asks."""
    try:
        known = ip_address(address)
    except ValueError:
        return _digest(address)
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return f"{IPv6Address(int(known) >> NETWORK_BITS << NETWORK_BITS)}/{NETWORK_BITS}"


def _digest(typed: str) -> str:
    """Return what stands in a key for a text that anybody may make as long as they like."""
    return hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()


def _storage() -> Storage | None:
    redis = shared_redis()
    if redis is None:
        return None if broker_address() is None else MemoryStorage()
    pool = client(redis, PATIENCE_SECONDS, CONNECTIONS).connection_pool
    # the pool knows the address; the library asks for one all the same
    return RedisStorage("redis://", connection_pool=pool, key_prefix=PREFIX)
