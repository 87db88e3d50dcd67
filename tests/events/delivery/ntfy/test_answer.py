"""Is it ntfy that answers, and does it say that it published?"""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.delivery.http.exchange import READ_LIMIT, Answer
from events.delivery.ntfy import answer

ID = b'{"id":"abcdefghijkl","time":1,"expires":2,"event":"message","topic":"caixas","message":"'


def of(body: bytes, status: int = 200, fault: Exception | None = None) -> Answer:
    return Answer(status, None, body, fault, None)


def test_an_answer_too_long_to_be_read_proves_by_its_beginning() -> None:
    long = (ID + b"\\u003c" * 4000)[:READ_LIMIT]
    assert answer.published(of(long), "caixas")
    assert not answer.published(of(long), "outro")
    # the same bytes in an answer that is whole are no JSON
    assert not answer.published(of(ID), "caixas")


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_nothing_but_a_message_is_a_proof(body: bytes) -> None:
    for fault in (None, TimeoutError()):
        assert not answer.published(of(body, fault=fault), "caixas")
    assert answer.code(of(body, 400)) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"code": 40014, "http": 400, "error": "x"}, 40014),
        ({"http": 400, "error": "x"}, 0),
        ({"code": 40014, "error": "x"}, None),
        ({"code": "40014", "http": 400}, None),
        ({"code": True, "http": 400}, None),
        ({"code": 99999, "http": 400}, 99999),
        ({"code": 100000, "http": 400}, None),
        ({"code": -1, "http": 400}, None),
        ({"code": 10**3000, "http": 400}, None),
        ({"code": 40014, "http": 404}, None),
    ],
)
def test_a_refusal_is_ntfy_s_own_when_it_says_the_status(said: dict[str, object], code: int | None) -> None:
    assert answer.code(of(json.dumps(said).encode(), 400)) == code


def test_a_day_ends_at_midnight_in_utc() -> None:
    assert answer.until_midnight(datetime(2026, 3, 31, 23, 59, 30, tzinfo=UTC)) == 30
    assert answer.until_midnight(datetime(2026, 3, 31, tzinfo=UTC)) == 86_400
