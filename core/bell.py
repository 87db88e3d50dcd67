"""A bell between processes, on the broker's publish and subscribe: listeners hear it at once.

On one machine it rings without the broker (`core.near_bell`).
Ringing returns how many heard it, so a listener is also the sign that a pump is awake; the sign goes with the
listener's connection. Only speed depends on the bell.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from core import near_bell
from core.broker_address import broker_url

SECONDS = 1.0
# A connection over which nothing was said for so long is asked whether it lives.
HEALTH_SECONDS = 15
_ringer: "_Ringer | None" = None


def _channel(name: str, url: str) -> str:
    """Return the wire's name: channels are shared by all databases of a server."""
    return f"esteira:{urlsplit(url).path.strip('/') or '0'}:sino:{name}"


class _Ringer:
    """This process's connection to the broker for ringing, past the client, which costs three times as much."""

    def __init__(self, url: str) -> None:
        import redis

        limits = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "health_check_interval": HEALTH_SECONDS}
        self.mark = (os.getpid(), url)
        self._wire: Any = redis.ConnectionPool.from_url(url, **limits).make_connection()
        self._one = threading.Lock()

    def say(self, *words: str) -> Any:
        """Return the answer to a command; what was said on a connection that is gone is said once more on another."""
        from redis.exceptions import ConnectionError as Gone

        with self._one:
            was_open = self._wire.is_connected
            try:
                return self._answer(words)
            except Gone:
                if not was_open:
                    raise
                return self._answer(words)

    def _answer(self, words: Sequence[str]) -> Any:
        try:
            self._wire.send_command(*words)
            return self._wire.read_response()
        except BaseException:
            # an answer that comes late is none to the next question
            self._wire.disconnect()
            raise


def _ringer_to(url: str) -> _Ringer:
    """Return the one of this process."""
    global _ringer
    if _ringer is None or _ringer.mark != (os.getpid(), url):
        _ringer = _Ringer(url)
    return _ringer


def ring(name: str, text: str) -> int:
    """Ring a bell; return how many heard it, one if somebody on this machine did.

    Raises what the driver raises when there is no broker.
    """
    url = broker_url()
    if url and near_bell.ring(name, text):
        return 1
    return int(_ringer_to(url).say("PUBLISH", _channel(name, url), text)) if url else 0


def listeners(name: str) -> int:
    """Return how many listen to a bell. Raises what the driver raises when there is no broker."""
    url = broker_url()
    return int(_ringer_to(url).say("PUBSUB", "NUMSUB", _channel(name, url))[1]) if url else 0


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
        with near_bell.listening(name, heard):
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
