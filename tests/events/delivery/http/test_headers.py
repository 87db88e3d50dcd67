import json

import pytest

from core.errors import UsageError
from events.delivery.http import headers


@pytest.mark.parametrize(
    "name",
    "Host content-type Content-Length WEBHOOK-ID X-Webhook-Event User-Agent Transfer-Encoding Expect".split(),
)
def test_what_the_wire_needs_for_itself_may_not_be_replaced(name: str) -> None:
    with pytest.raises(UsageError, match="reservado"):
        headers.checked({name: "x"})
    assert headers.stored(json.dumps({name: "x", "X-A": "b"})) == {"X-A": "b"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"com espaço": "x"}, "nome de um cabeçalho"),
        ({"": "x"}, "nome de um cabeçalho"),
        ({"X:": "x"}, "nome de um cabeçalho"),
        ({"X-A": "segredo\r\nHost: y"}, "valor do cabeçalho X-A"),
        ({"X-A": "\x00"}, "valor do cabeçalho X-A"),
        ({"X-A": " "}, "valor do cabeçalho X-A"),
        ({"X-A": "x" * 4001}, "valor do cabeçalho X-A"),
        ({"X-A": "1", "x-a": "2"}, "duas vezes"),
        ({f"X-{n}": "x" for n in range(21)}, "no máximo 20"),
    ],
)
def test_a_mistake_is_told_without_the_value(given: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        headers.checked(given)
    assert "segredo" not in str(caught.value)


def test_headers_are_kept_as_given() -> None:
    given = {"X-Token": "a b", "Authorization": "Bearer ç"}
    assert headers.stored(headers.checked(given)) == given
    assert headers.checked({}) is None
