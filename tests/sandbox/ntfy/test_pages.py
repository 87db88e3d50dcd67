"""What an ntfy server has beside messages: health, rights, and pages, which no reserved name has."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from sandbox.ntfy import pages
from sandbox.ntfy.message import RESERVED


def answered(work: Callable[[web.Request], Awaitable[web.Response]], **where: str) -> web.Response:
    async def ask() -> web.Response:
        return await work(make_mocked_request("GET", "/", match_info=where))

    return asyncio.run(ask())


@pytest.mark.parametrize("where", [{}, {"topic": "loja"}, {"server": "ntfy.example", "topic": "docs"}])
def test_the_root_a_topic_and_any_topic_elsewhere_have_a_page(where: dict[str, str]) -> None:
    answer = answered(pages.page, **where)
    assert (answer.status, answer.content_type) == (200, "text/html")


@pytest.mark.parametrize("topic", sorted(RESERVED))
def test_a_reserved_name_has_none_and_says_so_in_plain_text(topic: str) -> None:
    answer = answered(pages.page, topic=topic)
    assert (answer.status, answer.content_type, answer.text) == (404, "text/plain", "404 page not found\n")


def test_health_and_rights_are_said_in_json() -> None:
    assert json.loads(answered(pages.health).text or "") == {"healthy": True}
    assert json.loads(answered(pages.allowed, topic="loja").text or "") == {"success": True}


def test_a_browser_may_ask_what_it_may_do() -> None:
    answer = answered(pages.options)
    assert (answer.status, answer.body) == (200, None)
