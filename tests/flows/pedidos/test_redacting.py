"""Secrets are hidden by their names, at any depth; what is no JSON is not kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.pedidos import redacting


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b'{"username": "ana", "password": "x"}', {"username": "ana", "password": "***"}),  # pragma: allowlist secret
        (
            b'{"a": [{"senha_pfx": "x"}, {"Authorization": "y"}]}',
            {"a": [{"senha_pfx": "***"}, {"Authorization": "***"}]},
        ),
        (b'{"secret_key": null, "headers_customizados": {}}', {"secret_key": "***", "headers_customizados": "***"}),
        (b'{"nome": "a\\ud800"}', {"nome": "a?"}),
        (b"senha=abc", None),
        (b"{", None),
        (b"[" * 50_000, None),
        (b"\xff", None),
        (b"", None),
        (b'"' + b"x" * redacting.LONGEST + b'"', None),
    ],
)
def test_what_is_kept_of_a_body(sent: bytes, kept: object) -> None:
    found = redacting.body(sent, "application/json; charset=utf-8")
    assert (json.loads(found) if found else None) == kept


def test_what_is_not_json_by_its_type_is_not_kept() -> None:
    assert redacting.body(b'{"a": 1}', "text/plain") == ""


def test_a_long_body_is_cut_after_its_secrets_are_hidden() -> None:
    sent = json.dumps({"a": "x" * 2000, "token": "abc"}).encode()
    assert len(redacting.body(sent, "application/json")) == redacting.KEPT


@given(st.binary(max_size=60))
def test_any_query_becomes_json(raw: bytes) -> None:
    assert isinstance(json.loads(redacting.query(raw)), dict)
