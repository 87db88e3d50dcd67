"""A bell between processes, on the publish and subscribe of Redis: listeners hear it at once.

On one machine it rings without Redis (`core.near_bell`), and where there is none it rings there alone.
Ringing returns how many heard it, so a listener is also the sign that a pump is awake; the sign goes with the
listener's connection. Only speed depends on the bell.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from core import near_bell
from core.broker_address import broker_url, shared_redis
from core.redis_address import RedisAddress, client

SECONDS = 1.0
# A connection over which nothing was said for so long is asked whether it lives.
HEALTH_SECONDS = 15
_ringer: "_Ringer | None" = None


def _channel(name: str, redis: RedisAddress) -> str:
    """Return the wire's name: channels are shared by all databases of a server."""
    return f"esteira:{redis.database}:sino:{name}"


class _Ringer:
    """This process's connection to Redis for ringing, past the client, which costs three times as much."""

    def __init__(self, redis: RedisAddress) -> None:
        self.mark = (os.getpid(), redis)
        # a pool that is watched by Sentinels lives as long as its connection needs it
        self._pool: Any = client(redis, SECONDS, health_check_interval=HEALTH_SECONDS).connection_pool
        self._wire: Any = self._pool.make_connection()
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
            if not self._wire.is_connected:
                # asks Sentinels who the master is; what connects by itself while it sends does not
                self._wire.connect()
            self._wire.send_command(*words)
            return self._wire.read_response()
        except BaseException:
            # an answer that comes late is none to the next question
            self._wire.disconnect()
            raise


def _ringer_to(redis: RedisAddress) -> _Ringer:
    """Return the one of this process."""
    global _ringer
    if _ringer is None or _ringer.mark != (os.getpid(), redis):
        _ringer = _Ringer(redis)
    return _ringer


def ring(name: str, text: str) -> int:
    """Ring a bell; return how many heard it, one if somebody on this machine did.

    Raises what the driver raises when Redis is away.
    """
    if broker_url() is None:
        return 0
    if near_bell.ring(name, text):
        return 1
    redis = shared_redis()
    return int(_ringer_to(redis).say("PUBLISH", _channel(name, redis), text)) if redis else 0


def listeners(name: str) -> int:
    """Return how many listen to a bell, without Redis on this machine; raises what `ring` does."""
    if broker_url() is None:
        return 0
    redis = shared_redis()
    if redis is None:
        return int(near_bell.listens(name))
    return int(_ringer_to(redis).say("PUBSUB", "NUMSUB", _channel(name, redis))[1])


@contextlib.asynccontextmanager
async def listening(name: str, heard: Callable[[str], object], gone: Callable[[], object]) -> AsyncIterator[bool]:
    """Listen until the end of the block; yield whether there is anything to listen to.

    `heard` is called with each text, `gone` once when nothing will be heard any more.
    """
    redis = shared_redis()
    if redis is None:
        async with _near(name, heard) as hears:
            yield hears
        return
    from redis.exceptions import RedisError

    client = redis.listener(socket_connect_timeout=SECONDS, health_check_interval=HEALTH_SECONDS)
    bell: Any = client.pubsub(ignore_subscribe_messages=True)
    try:
        await bell.subscribe(_channel(name, redis))
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


@contextlib.asynccontextmanager
async def _near(name: str, heard: Callable[[str], object]) -> AsyncIterator[bool]:
    """Listen on this machine alone, if there is a broker at all: without one nobody rings."""
    if broker_url() is None:
        yield False
        return
    with near_bell.listening(name, heard) as hears:
        yield hears


async def _read(bell: Any, heard: Callable[[str], object], gone: Callable[[], object]) -> None:
    from redis.exceptions import RedisError

    try:
        while True:
            message = await bell.get_message(timeout=None)
            if message is not None:
                heard(message["data"].decode())
    except (RedisError, OSError):
        gone()
