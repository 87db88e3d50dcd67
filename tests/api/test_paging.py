"""Pages of the API: each knows the way to the one after and before it, with all else that was asked."""

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.requests import Request

from api.paging import Lista
from core.page import Counted
from flows.documentos.listagem import Pagina


def asking(query: str) -> Request:
    address = {"type": "http", "scheme": "https", "server": ("exemplo.com.br", 443), "path": "/api/nfe/"}
    return Request({**address, "method": "GET", "headers": [], "query_string": query.encode()})


def said(address: str | None) -> dict[str, list[str]] | None:
    """Return what an address asks for; none where there is no address."""
    if address is None:
        return None
    assert address.startswith("https://exemplo.com.br/api/nfe/?")
    return parse_qs(urlsplit(address).query, keep_blank_values=True)


@pytest.mark.parametrize(
    ("query", "page", "depois", "after", "before"),
    [
        ("", 1, None, None, None),
        ("", 1, "k1", {"page": ["2"], "depois": ["k1"]}, None),
        ("page=3&depois=k2", 3, "k3", {"page": ["4"], "depois": ["k3"]}, {"page": ["2"]}),
        ("page=3", 3, None, None, {"page": ["2"]}),
        (
            "page=2&search=a%26b",
            2,
            7,
            {"page": ["3"], "depois": ["7"], "search": ["a&b"]},
            {"page": ["1"], "search": ["a&b"]},
        ),
        # a key may be a number, and zero is one
        ("", 1, 0, {"page": ["2"], "depois": ["0"]}, None),
    ],
)
def test_a_page_says_where_the_next_and_the_one_before_are(
    query: str,
    page: int,
    depois: str | int | None,
    after: dict[str, list[str]] | None,
    before: dict[str, list[str]] | None,
) -> None:
    found = Lista[int].of(asking(query), Counted((1, 2), depois, 45), Pagina(page=page))
    assert (said(found.next), said(found.previous)) == (after, before)
    assert (found.count, found.results) == (45, [1, 2])


@pytest.mark.parametrize(("exact", "told"), [(True, None), (False, False)])
def test_only_an_estimate_is_told_as_such(exact: bool, told: bool | None) -> None:
    found = Lista[int].of(asking(""), Counted((), None, 12_000, exact), Pagina())
    assert found.model_dump().get("count_exact") is told
