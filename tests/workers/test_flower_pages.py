"""The two pages that Flower leaves open ask for the password, too; the others are left as they are."""

from types import SimpleNamespace
from typing import Any

import pytest
from flower import urls
from flower.views.monitor import Healthcheck, Metrics
from tornado.web import HTTPError, RequestHandler

from workers.flower_pages import OPEN, protect


class Other(RequestHandler):
    """A page of an address that somebody else gave it."""


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Flower's pages, as they are before anybody protects them."""
    found: list[Any] = [("/", Other), (r"/metrics", Metrics), (r"/healthcheck", Healthcheck), (r"/metrics", Other)]
    monkeypatch.setattr(urls, "handlers", found)
    return found


def asked(page: Any) -> int:
    """Return what a page answers to nobody, who does not come from a browser."""
    with pytest.raises(HTTPError) as told:
        page.get(SimpleNamespace(current_user=None, request=SimpleNamespace(method="POST")))
    return told.value.status_code


def test_who_has_not_said_the_password_is_refused_by_both(handlers: list[Any]) -> None:
    protect()
    assert [(pattern, page.__name__) for pattern, page in handlers] == [
        ("/", "Other"),
        ("/metrics", "Metrics"),
        ("/healthcheck", "Healthcheck"),
        ("/metrics", "Other"),
    ]
    for place, open_page in ((1, Metrics), (2, Healthcheck)):
        assert issubclass(handlers[place][1], open_page)
        assert asked(handlers[place][1]) == 403


def test_the_others_are_left_and_to_protect_twice_changes_nothing_more(handlers: list[Any]) -> None:
    protect()
    once = list(handlers)
    protect()
    assert handlers == once
    assert [handlers[place][1] for place in (0, 3)] == [Other, Other]


def test_flower_has_these_pages_where_they_are_looked_for() -> None:
    """Another version that calls them otherwise would leave them open."""
    served = {one[0]: one[1] for one in urls.handlers if isinstance(one, tuple)}
    assert all(issubclass(served[pattern], page) for pattern, page in OPEN.items())
