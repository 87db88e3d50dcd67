"""A bell between processes, on the broker's publish and subscribe: listeners hear it at once.

Ringing returns how many heard it, so a listener is also the sign that a pump is awake; the sign goes with the
listener's connection. Only speed depends on the bell.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

from core.broker_address import broker_url

SECONDS = 1.0
# A connection over which nothing was said for so long is asked whether it lives.
HEALTH_SECONDS = 15
_ringer: tuple[str, Any] | None = None


def _channel(name: str, url: str) -> str:
    """Return the wire's name: channels are shared by all databases of a server."""
    return f"esteira:{urlsplit(url).path.strip('/') or '0'}:sino:{name}"


def _client(url: str) -> Any:
    """Return this process's connection to the broker for ringing."""
    global _ringer
    if _ringer is None or _ringer[0] != url:
        import redis

        limits = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "health_check_interval": HEALTH_SECONDS}
        _ringer = (url, redis.Redis.from_url(url, **limits))
    return _ringer[1]


def ring(name: str, text: str) -> int:
    """Ring a bell; return how many heard it. Raises what the driver raises when there is no broker."""
    url = broker_url()
    return int(_client(url).publish(_channel(name, url), text)) if url else 0


def listeners(name: str) -> int:
    """Return how many listen to a bell. Raises what the driver raises when there is no broker."""
    url = broker_url()
    return int(_client(url).pubsub_numsub(_channel(name, url))[0][1]) if url else 0


@contextlib.asynccontextmanager
async def listening(name: str, heard: Callable[[str], object], gone: Callable[[], object]) -> AsyncIterator[bool]:
    """Listen until the end of the block; yield whether there is a broker to listen to.

    `heard` is called with each text, `gone` once when nothing will be heard any more.
    """
    url = broker_url()
    if url is None:
        yield False
        return
    import redis.asyncio
    from redis.exceptions import RedisError

    client = redis.asyncio.Redis.from_url(url, socket_connect_timeout=SECONDS, health_check_interval=HEALTH_SECONDS)
    bell: Any = client.pubsub(ignore_subscribe_messages=True)
    try:
        await bell.subscribe(_channel(name, url))
        reading = asyncio.ensure_future(_read(bell, heard, gone))
    except (RedisError, OSError):
        await client.aclose()
        yield False
        return
    try:
        yield True
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, RedisError, OSError):
            await reading
        with contextlib.suppress(RedisError, OSError):
            await bell.aclose()
        await client.aclose()


async def _read(bell: Any, heard: Callable[[str], object], gone: Callable[[], object]) -> None:
    from redis.exceptions import RedisError

    try:
        while True:
            message = await bell.get_message(timeout=None)
            if message is not None:
                heard(message["data"].decode())
    except (RedisError, OSError):
        gone()
