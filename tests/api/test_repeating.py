"""A request that comes twice with one key is done once, and is answered the second time as the first."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from api.repeating import answered
from core.errors import Conflict, UsageError
from flows.usuarios import managing


@dataclass(frozen=True)
class Feito:
    """What a route returns."""

    numero: int
    valor: Decimal


class Doing:
    """Does something, and knows how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, _: object) -> Feito:
        self.times += 1
        return Feito(self.times, Decimal("1.50"))


def body(answer: Any) -> Any:
    return json.loads(bytes(answer.body))


@pytest.fixture
def users(sqlite: str) -> tuple[int, int]:
    """Two users."""
    return managing.criar("ana").id, managing.criar("bia").id


def test_without_a_key_it_is_done_each_time(sqlite: str) -> None:
    do = Doing()
    assert [body(answered(None, 1, "notas", {}, do))["numero"] for _ in range(2)] == [1, 2]


def test_with_a_key_it_is_done_once_and_answered_alike(users: tuple[int, int]) -> None:
    do = Doing()
    first, second = (answered("k", users[0], "notas", {"a": 1, "b": 2}, do, 201) for _ in range(2))
    third = answered("k", users[0], "notas", {"b": 2, "a": 1}, do, 201)
    assert do.times == 1
    assert {(one.status_code, bytes(one.body), one.media_type) for one in (first, second, third)} == {
        (201, b'{"numero":1,"valor":"1.50"}', "application/json")
    }


def test_a_key_is_one_user_s_and_one_route_s(users: tuple[int, int]) -> None:
    do = Doing()
    ana, bia = users
    for who, route in ((ana, "notas"), (bia, "notas"), (ana, "cte")):
        answered("k", who, route, {}, do)
    assert do.times == 3


def test_another_request_with_the_same_key_is_refused(users: tuple[int, int]) -> None:
    do = Doing()
    answered("k", users[0], "notas", {"a": 1}, do)
    with pytest.raises(Conflict):
        answered("k", users[0], "notas", {"a": 2}, do)
    assert do.times == 1


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_refused_before_anything_is_done(key: str) -> None:
    do = Doing()
    with pytest.raises(UsageError):
        answered(key, 1, "notas", {}, do)
    assert do.times == 0


def test_what_failed_is_done_again_with_its_key(users: tuple[int, int]) -> None:
    def fails(_: object) -> Feito:
        raise Conflict("agora não")

    with pytest.raises(Conflict, match="agora não"):
        answered("k", users[0], "notas", {}, fails)
    do = Doing()
    assert body(answered("k", users[0], "notas", {}, do))["numero"] == 1
