"""Bodies hold the text unchanged; answers of every shape are read into records or not understood."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.questor import Documento, wire
from core.settings.questor import DEFAULT_METHODS
from sandbox.questor.documentos import documento

ONE = documento("nfe", 1)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_a_text_survives_the_body(text: str, wrapped: bool) -> None:
    body = wire.body("importarxmlnfeeventarray" if wrapped else "importarxmlnfearray", [Documento("x", text)] * 2)
    content = json.loads(body)
    items = content["data"] if wrapped else content
    assert items == [{"Xml": text.removeprefix("\ufeff"), "Format": True}] * 2
    assert len(body) <= 2 * Documento("x", text).size + len('{"data":[]}')


def test_only_events_are_wrapped() -> None:
    assert [
        kind
        for kind, method in DEFAULT_METHODS.items()
        if wire.body(method, [Documento(ONE.identidade, ONE.texto)]).startswith(b'{"data":[')
    ] == [*("nfe_evento", "cte_evento", "cteos_evento", "cfe_cancelamento")]


@given(st.binary(max_size=300))
def test_bytes_that_are_no_json_are_a_value_error(raw: bytes) -> None:
    with contextlib.suppress(ValueError):
        wire.decode(raw)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b"9" * 100_000, b"\xef\xbb\xbf[", b"", b"\xff"])
def test_hostile_json_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json says why in its own words
        wire.decode(raw)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ([], []),
        ({"data": []}, []),
        ({"data": [], "Erros": []}, []),
        ({"Erros": [], "data": [{"Key": "NFe" + ONE.chave}]}, [ONE.chave]),
        ({"data": [{"Key": ONE.chave}], "metaData": {"Total": 0}}, [ONE.chave]),
        ({"Erros": ["x"], "data": []}, None),
        ({}, None),
        (None, None),
        ([{"Id": 1}], None),
        ([{"Key": 1}], None),
        ("x", None),
    ],
)
def test_a_page_of_a_query_is_a_list_of_keys_or_not_understood(content: Any, wanted: list[str] | None) -> None:
    assert wire.listing(content) == wanted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([ONE.chave, "True", "Success"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["Key", "Success", "Sucess", "Message", "data", "Erros", "NfeImportadas"]) | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_answer_breaks_a_listing(content: Any) -> None:
    found = wire.listing(content)
    assert found is None or [type(key) for key in found] == [str] * len(found)
