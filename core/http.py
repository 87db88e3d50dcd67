"""HTTP hygiene for every asynchronous call: no redirects, no proxies from the environment, no cookies, no inflation."""

from aiohttp import BaseConnector, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TraceConfig

NO_TIMEOUT = ClientTimeout(total=None)


def open_session(connector: BaseConnector | None = None, trace: TraceConfig | None = None) -> ClientSession:
    """Return a session that keeps nothing between requests; the caller sets each request's own deadline."""
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=NO_TIMEOUT,
        skip_auto_headers=("User-Agent",),
        trace_configs=[trace] if trace else None,
    )


async def read_capped(response: ClientResponse, limit: int) -> bytes:
    """Read at most `limit` bytes; an answer with more is cut and its connection dropped."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            response.close()
            return bytes(body[:limit])
    return bytes(body)
