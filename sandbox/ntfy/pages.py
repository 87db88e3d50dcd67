"""What an ntfy server has beside publishing and subscribing: health, figures, and the shell of its web pages."""

from collections.abc import Iterable

from aiohttp import web

from sandbox.ntfy.message import RESERVED

TOPIC_PATH = r"/{topic:[-_A-Za-z0-9]{1,64}}"
# A topic of another server, by its name: the page shows it.
ELSEWHERE = r"/{server:[^/]+\.[^/]+}/{topic:[-_A-Za-z0-9]{1,64}}"


async def health(request: web.Request) -> web.Response:
    """Say that the server is well."""
    return web.json_response({"healthy": True})


async def allowed(request: web.Request) -> web.Response:
    """Say that a topic may be read; callers without access are refused before."""
    return web.json_response({"success": True})


async def page(request: web.Request) -> web.Response:
    """Answer with a page, whose program is not imitated."""
    topic = request.match_info.get("topic")
    if topic in RESERVED and "server" not in request.match_info:
        return missing()
    return web.Response(text="<!doctype html><title>ntfy</title>", content_type="text/html")


async def options(request: web.Request) -> web.Response:
    """Let a browser ask what it may do."""
    return web.Response()


def missing() -> web.Response:
    """Answer 404 as the server of its files does."""
    return web.Response(status=404, text="404 page not found\n")


def routes() -> Iterable[web.AbstractRouteDef]:
    """The addresses of the pages."""
    yield web.get("/v1/health", health)
    yield web.get(TOPIC_PATH + "/auth", allowed)
    yield web.get("/", page)
    yield web.get(ELSEWHERE, page)
    yield web.get(TOPIC_PATH, page)
    yield web.options("/{tail:.*}", options)
