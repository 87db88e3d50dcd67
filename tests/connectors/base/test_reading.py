"""Words and contents as other systems write them."""

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base.reading import Reply, header_text, inflated, nothing_said, one_line, said_in_json


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "Campo inválido"}, "Campo inválido"),
        ({"error": {"code": 1, "message": "The query is bad"}}, "The query is bad"),
        ({"Message": "Authorization denied"}, "Authorization denied"),
        ({"detail": ["um", "dois"]}, ["um", "dois"]),
        ({"error": {"code": 1}}, {"code": 1}),
        ("Cliente já existe", "Cliente já existe"),
        ({"outro": "x"}, ""),
        ([1, 2], ""),
        (None, ""),
        (17, ""),
    ],
)
def test_a_reason_is_found_where_apis_put_it(body: object, said: object) -> None:
    assert said_in_json(Reply(400, content=json.dumps(body).encode())) == said
    assert nothing_said(Reply(400, content=json.dumps(body).encode())) == ""


@pytest.mark.parametrize("raw", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_a_page_says_nothing(raw: bytes) -> None:
    assert said_in_json(Reply(502, content=raw)) == ""


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_for_a_reason_or_a_header(raw: bytes) -> None:
    one_line(said_in_json(Reply(500, content=raw)))
    assert one_line(header_text(raw)).isprintable()


def test_a_header_is_utf_8_or_latin_1() -> None:
    assert header_text("ação".encode()) == header_text("ação".encode("latin-1")) == "ação"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " x-gzip ", "deflate"])
def test_what_is_packed_is_unpacked_within_its_limit(encoding: str) -> None:
    packed = zlib.compress(b"x" * 1000) if encoding == "deflate" else gzip.compress(b"x" * 1000)
    assert inflated(packed, encoding, 1000) == b"x" * 1000
    assert inflated(packed, encoding, 999) == packed
    assert inflated(packed, "br", 1000) == packed
    assert inflated(b"x" * 10, encoding, 1000) == b"x" * 10


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("a\r\n\tb", "a b"),
        ("<b>Erro</b> <br/>grave", "Erro grave"),
        ("\x1b[31mx\x00", "[31mx"),
        ("x" * 600, "x" * 499 + "…"),
        ({"Erro": "á"}, '{"Erro": "á"}'),
        (None, ""),
    ],
)
def test_words_are_one_printable_line(given_: Any, wanted: str) -> None:
    assert one_line(given_) == wanted
