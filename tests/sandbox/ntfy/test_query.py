"""What a subscriber wants to see: how it is asked, and which messages are it."""

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from sandbox.ntfy.errors import NtfyError
from sandbox.ntfy.query import Query

NOW = 1_773_154_800


def asked(query: str = "", headers: dict[str, str] | None = None, topics: str = "loja") -> Query:
    path = f"/{topics}/json{query}"
    return Query.of(make_mocked_request("GET", path, headers=headers or {}, match_info={"topics": topics}), NOW)


def message(number: int, time: int = NOW, topic: str = "loja", **more: Any) -> dict[str, Any]:
    return {"id": f"id{number:010d}", "time": time, "expires": time + 43_200, "topic": topic, "message": "oi"} | more


def seen(query: str, *messages: dict[str, Any], topics: str = "loja", now: int = NOW) -> list[int]:
    """Return the numbers of the messages that a poll gets."""
    return [int(one["id"][2:]) for one in asked(f"?poll=1{query}", topics=topics).cached(messages, now)]


@pytest.mark.parametrize(
    ("query", "headers", "poll"),
    [
        *((f"?poll={yes}", {}, True) for yes in ("1", "yes", "TRUE")),
        *((f"?poll={no}", {}, False) for no in ("0", "no", "")),
        ("?po=1", {}, True),
        ("", {"X-Poll": "1"}, True),
        ("", {}, False),
    ],
)
def test_a_poll_means_all_that_is_kept_and_a_stream_nothing_of_it(
    query: str, headers: dict[str, str], poll: bool
) -> None:
    found = asked(query, headers)
    assert (found.poll, found.since) == (poll, "all" if poll else "none")


@pytest.mark.parametrize(
    ("since", "read"),
    [
        *((word, word) for word in ("all", "none", "latest")),
        ("10m", str(NOW - 600)),
        ("1h30m", str(NOW - 5400)),
        ("0", "0"),
        (str(NOW), str(NOW)),
        ("aB3456789012", "aB3456789012"),  # pragma: allowlist secret
    ],
)
def test_since_is_a_word_a_duration_a_time_or_an_id(since: str, read: str) -> None:
    assert asked(f"?poll=1&since={since}").since == asked("", {"X-Since": since}).since == read


@pytest.mark.parametrize("since", ["1d", "ontem", "2026-03-10", "aB345678901", "1" * 13])  # pragma: allowlist secret
def test_another_since_is_refused(since: str) -> None:
    with pytest.raises(NtfyError) as refusal:
        asked(f"?since={since}")
    assert refusal.value.code == 40008


@pytest.mark.parametrize("query", ["?desde=1", "?poll=1&Since=all", "?sequence_id=x"])
def test_a_parameter_that_nobody_knows_is_refused_by_name(query: str) -> None:
    name = query.lstrip("?").split("&")[-1].partition("=")[0]
    with pytest.raises(NtfyError, match=f": {name}$") as refusal:
        asked(query)
    assert (refusal.value.code, refusal.value.http) == (None, 400)


@pytest.mark.parametrize(("given", "read"), [("high,5", "4,5"), ("3", "3"), ("min", "1")])
def test_a_priority_is_filtered_by_word_or_figure(given: str, read: str) -> None:
    assert asked(f"?priority={given}").filters == {"priority": read}


@pytest.mark.parametrize("given", ["9", "alta", "4,"])
def test_a_priority_that_there_is_not_is_refused(given: str) -> None:
    with pytest.raises(NtfyError) as refusal:
        asked(f"?priority={given}")
    assert refusal.value.code == 40007


@pytest.mark.parametrize(
    ("query", "fields", "wanted"),
    [
        ("", {}, True),
        ("", {"topic": "outra"}, False),
        ("?message=oi", {}, True),
        ("?message=o", {}, False),
        ("?title=Loja", {"title": "Loja"}, True),
        ("?title=Loja", {}, False),
        ("?id=id0000000001", {}, True),
        ("?id=id0000000002", {}, False),
        ("?tags=a", {"tags": ["a", "b"]}, True),
        ("?tags=a,b", {"tags": ["a", "b", "c"]}, True),
        ("?tags=a,b", {"tags": ["a"]}, False),
        ("?tags=a", {}, False),
        ("?priority=3", {}, True),
        ("?priority=4,5", {"priority": 5}, True),
        ("?priority=4,5", {}, False),
        ("?tags=a&priority=5", {"tags": ["a"]}, False),
    ],
)
def test_a_message_is_wanted_that_passes_every_filter(query: str, fields: dict[str, Any], wanted: bool) -> None:
    """All the tags, and any of the priorities; one that has none has priority 3."""
    assert asked(query).wants(message(1, **fields)) is wanted


def test_several_topics_are_asked_for_at_once() -> None:
    ours = (message(1), message(2, topic="outra"), message(3, topic="terceira"))
    assert seen("", *ours, topics="loja,outra") == [1, 2]


def test_what_is_kept_comes_by_time_and_then_as_it_came() -> None:
    assert seen("", message(1, NOW - 5), message(2, NOW - 60), message(3, NOW - 5)) == [2, 1, 3]


@pytest.mark.parametrize(
    ("since", "numbers"),
    [
        ("all", [1, 2, 3]),
        ("none", []),
        ("latest", [3]),
        ("30s", [2, 3]),
        ("29s", [3]),
        (str(NOW - 30), [2, 3]),
        ("id0000000001", [2, 3]),
        ("id0000000003", []),
        ("id0000000009", [1, 2, 3]),
    ],
)
def test_a_time_is_counted_in_and_an_id_out_and_an_unknown_one_is_as_good_as_none(
    since: str, numbers: list[int]
) -> None:
    assert seen(f"&since={since}", message(1, NOW - 60), message(2, NOW - 30), message(3)) == numbers


def test_the_latest_is_looked_for_before_the_filters() -> None:
    assert seen("&since=latest&message=oi", message(1), message(2, message="outra")) == []


def test_what_is_due_later_is_shown_when_asked_for_and_then_when_it_is_due() -> None:
    later = message(1, NOW + 60)
    assert [seen("", later), seen("&scheduled=1", later), seen("&sched=yes", later)] == [[], [1], [1]]
    assert [seen("", later, now=NOW + seconds) for seconds in (59, 60)] == [[], [1]]


def test_what_has_expired_or_was_never_kept_is_not_there() -> None:
    kept = message(1)
    assert [seen("", kept, now=NOW + seconds) for seconds in (43_199, 43_200)] == [[1], []]
    del kept["expires"]
    assert seen("", kept) == []
