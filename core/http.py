"""HTTP hygiene for every asynchronous call: no redirects, no proxies from the environment, no cookies, no inflation."""

import asyncio
from functools import partial
from typing import Any

from aiohttp import (
    BaseConnector,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

from core.one_answer import FIELD_LIMIT, MOST_FIELDS, OneAnswer
from core.proxy import Proxy

NO_TIMEOUT = ClientTimeout(total=None)


def open_session(connector: BaseConnector | None = None) -> ClientSession:
    """Return a session that keeps nothing between requests; the caller sets each request's own deadline."""
    connector = connector or TCPConnector()
    # no public way to choose it (docs/decisions/0013-one-base-for-connectors.md); tests/core/test_http.py keeps watch
    connector._factory = partial(OneAnswer, loop=asyncio.get_running_loop())  # type: ignore[assignment]
    session = ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=NO_TIMEOUT,
        skip_auto_headers=("User-Agent",),
        max_line_size=FIELD_LIMIT,
        max_field_size=FIELD_LIMIT,
        max_headers=MOST_FIELDS,
    )
    # aiohttp makes a GET again by itself; whether a request is made twice is decided by whoever makes it
    session._retry_connection = False
    return session


def through(proxy: Proxy | None) -> dict[str, Any]:
    """Return what sends a request through a proxy, and nothing without one."""
    if proxy is None:
        return {}
    return {"proxy": proxy.url, "proxy_headers": proxy.headers or None}


def arrived(response: ClientResponse, limit: int) -> bytes | None:
    """Return at most `limit` bytes of a body that came whole, as it mostly does: then nobody needs to wait for it."""
    content = response.content
    if not content.is_eof() or content.exception() is not None:
        return None
    return content.read_nowait(limit)


async def read_into(body: bytearray, response: ClientResponse, limit: int) -> bool:
    """Read at most `limit` bytes and tell whether that is all; an answer with more is cut, its connection dropped.

    After a fault `body` holds what came before it.
    """
    try:
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > limit:
                break
    except ClientError:
        _add_the_rest(body, response)
        raise
    if (fault := response.content.exception()) is not None:
        _add_the_rest(body, response)
        raise fault
    whole = len(body) <= limit
    if not whole:
        del body[limit:]
        response.close()
    return whole


def _add_the_rest(body: bytearray, response: ClientResponse) -> None:
    """Add what had come and was not read yet: aiohttp keeps it to itself once there is a fault behind it."""
    body += b"".join(response.content._buffer)
