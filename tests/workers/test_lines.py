"""What processes print, cut into lines that are safe to show."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.lines import CUT, LIMIT, Lines, as_json, shown


def lines(*chunks: bytes) -> list[str]:
    reader = Lines()
    found = [line for chunk in chunks for line in reader.feed(chunk)]
    return found + list(reader.finish())


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"um\ndois\n"], ["um", "dois"]),
        ([b"u", b"m\nd", b"ois"], ["um", "dois"]),
        ([b"um\r\n\n  \ndois\n"], ["um", "dois"]),
        (["ç".encode()[:1], "ç".encode()[1:] + b"\n"], ["ç"]),
        ([b"\xff\n"], ["�"]),
        ([b"a" * LIMIT + b"\n"], ["a" * LIMIT]),
        ([b"a" * (LIMIT + 1) + b"\nb\n"], ["a" * LIMIT + CUT, "b"]),
        ([b"a" * LIMIT, b"a" * LIMIT, b"\nb\n"], ["a" * LIMIT + CUT, "b"]),
        ([], []),
    ],
)
def test_bytes_become_lines(chunks: list[bytes], expected: list[str]) -> None:
    assert lines(*chunks) == expected


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_how_bytes_arrive_does_not_matter(chunks: list[bytes]) -> None:
    assert lines(*chunks) == lines(b"".join(chunks))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis://:abc123@127.0.0.1:1/0", "redis://***@127.0.0.1:1/0"),
        ("senha=abc", "senha=***"),
        ("\x1b[2Jlimpo\ttab", "�[2Jlimpo\ttab"),
    ],
)
def test_secrets_and_terminal_codes_are_not_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("texto puro de ana@x.io", {"level": "info", "service": "api", "message": "texto puro de ***@x.io"}),
        ('{"level": "error", "token": null, "b": [1]}', {"level": "error", "token": None, "b": [1]}),
        ('{"level": "error", "cut', {"level": "info", "service": "api", "message": '{"level": "error", "cut'}),
        ("[1, 2]", {"level": "info", "service": "api", "message": "[1, 2]"}),
    ],
)
def test_for_machines_each_line_is_one_object(said: str, told: dict[str, object]) -> None:
    written = json.loads(as_json("api", said))
    written.pop("timestamp", None)
    assert written == told


@pytest.mark.parametrize("said", ["[" * (LIMIT - 1), '{"a":' * 1600, "1" * 5000, '{"v": NaN}'])
def test_a_hostile_line_is_an_object_all_the_same(said: str) -> None:
    assert isinstance(json.loads(as_json("api", said), parse_constant=pytest.fail), dict)
