"""The bytes of an event: the same on every attempt, JSON that anybody reads, and never too many."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from core.errors import UsageError
from events import body
from events.body import serialise

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def made(dados: Any) -> bytes:
    return serialise("teste", "msg_1", NOW, dados)


def test_an_event_says_what_when_and_by_which_number_in_one_order() -> None:
    assert made({"b": "ção", "a": None}) == (
        '{"evento":"teste","timestamp":"2026-11-20T12:00:00+00:00","dados":{"b":"ção","a":null},"id":"msg_1"}'.encode()
    )


def test_an_instant_keeps_its_offset() -> None:
    local = NOW.astimezone(timezone(timedelta(hours=-3)))
    assert json.loads(serialise("teste", "m", local, {}))["timestamp"] == "2026-11-20T09:00:00-03:00"


@pytest.mark.parametrize("dados", [None, [], [("a", 1)], "texto", 7])
def test_data_that_are_no_object_are_refused(dados: object) -> None:
    with pytest.raises(UsageError, match="devem ser um objeto JSON"):
        made(dados)


def endless() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["a"] = found
    return found


def deep() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(100_000):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    "dados",
    [
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": Decimal("1.00")},
        {"a": NOW},
        {"a": {1, 2}},
        {"a": b"bytes"},
        {("a", 1): "b"},
        endless(),
        deep(),
    ],
    ids=["nan", "infinity", "decimal", "instant", "set", "bytes", "key", "endless", "deep"],
)
def test_what_json_does_not_know_is_refused_by_the_events_name(dados: dict[Any, Any]) -> None:
    with pytest.raises(UsageError, match="Os dados do evento teste não cabem em JSON"):
        made(dados)


def test_half_of_a_character_breaks_nobody_who_reads() -> None:
    assert json.loads(made({"a": "x\ud800y"}))["dados"] == {"a": "x?y"}


def test_an_event_has_as_many_bytes_as_it_may_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made({"a": "ção"})
    monkeypatch.setattr(body, "LIMIT", len(whole))
    assert made({"a": "ção"}) == whole
    with pytest.raises(UsageError, match="passam de 1 MiB"):
        made({"a": "çãox"})


def test_any_mapping_is_an_object() -> None:
    class Row(dict[str, Any]):
        """As a database hands them over."""

    assert json.loads(made(Row(a=1)))["dados"] == {"a": 1}
