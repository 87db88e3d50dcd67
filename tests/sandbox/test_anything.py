"""The server of no system in particular."""

import json
import urllib.error
import urllib.request

import pytest

from sandbox import faults
from sandbox.anything import AnythingServer


@pytest.mark.parametrize("path", ["", "/a", "/a/b?c=d"])
def test_everything_is_answered_alike(path: str) -> None:
    with AnythingServer({"lista": ["ção"]}) as server:
        with urllib.request.urlopen(f"{server.url}{path}", timeout=60) as answer:
            assert json.loads(answer.read()) == {"lista": ["ção"]}
        assert [request.path_qs for request in server.requests] == [path or "/"]
        assert server.estado() == {"pedidos": 1}


def test_a_fault_takes_the_place_of_the_answer_and_is_counted_too() -> None:
    with AnythingServer([]) as server:
        server.faults.always(faults.status(503))
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(server.url, timeout=60)
        assert len(server.requests) == 1
