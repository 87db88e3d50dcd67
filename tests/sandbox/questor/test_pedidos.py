"""What a request to Questor must look like: each method has its body, and anything else is refused with its reason.

docs/reference/contracts/questor.md §2, §4.
"""

import json
from typing import Any

import pytest

from sandbox.questor.pedidos import DOCUMENTOS, EVENTOS, TAMBEM_EMBRULHADOS, Pedido, consulta, itens

ITEM = {"Xml": "<a/>", "Format": True}
SEARCH = {
    "Client": ["11222333000181"],
    "DateEmissionStart": "01/01/2026",
    "DateEmissionEnd": "31/01/2026",
    "Type": 2,
    "Take": 100,
    "Skip": 0,
    "Json": True,
}


def read(content: Any, method: str = "importarxmlnfearray", kind: str = "application/json") -> list[Pedido]:
    return itens(kind, method, content if isinstance(content, bytes) else json.dumps(content).encode())


def asked(**changes: Any) -> dict[str, Any]:
    return consulta(json.dumps({"search": SEARCH | changes}).encode())


@pytest.mark.parametrize("method", DOCUMENTOS)
def test_documents_come_in_a_bare_list(method: str) -> None:
    assert read([ITEM, ITEM | {"Format": False}], method) == [Pedido("<a/>", True), Pedido("<a/>", False)]


@pytest.mark.parametrize("method", EVENTOS)
def test_events_come_wrapped_and_in_no_other_way(method: str) -> None:
    assert read({"data": [ITEM]}, method) == [Pedido("<a/>", True)]
    with pytest.raises(ValueError, match="não tem a forma deste método"):
        read([ITEM], method)


@pytest.mark.parametrize("method", DOCUMENTOS)
def test_the_wrapper_is_taken_for_documents_only_where_it_was_seen(method: str) -> None:
    if method in ("importarxmlcteosarray", "importarxmlcfearray"):
        assert read({"data": [ITEM]}, method) == [Pedido("<a/>", True)]
    else:
        with pytest.raises(ValueError, match="não tem a forma deste método"):
            read({"data": [ITEM]}, method)
    assert set(DOCUMENTOS) > TAMBEM_EMBRULHADOS


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "não é JSON"),
        (b"nada", "não é JSON"),
        (b"\xff[]", "não é JSON"),
        ([], "ao menos um documento"),
        ({}, "ao menos um documento"),
        ("<a/>", "ao menos um documento"),
        ({"data": [ITEM], "outro": 1}, "ao menos um documento"),
        (["<a/>"], "Xml e Format"),
        ([{"Xml": "<a/>"}], "Xml e Format"),
        ([ITEM, ITEM | {"Extra": 1}], "Xml e Format"),
        ([{"xml": "<a/>", "format": True}], "Xml e Format"),
        ([ITEM | {"Format": "true"}], "Format booleano"),
        ([ITEM | {"Format": 1}], "Format booleano"),
        ([ITEM | {"Xml": None}], "Xml deve ser texto"),
    ],
)
def test_what_no_import_may_send(content: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(content)


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_json_may_be_called_plain_text(kind: str) -> None:
    assert read([ITEM], kind=kind) == [Pedido("<a/>", True)]


@pytest.mark.parametrize("kind", ["application/xml", "text/html", "application/octet-stream", ""])
def test_another_type_of_content_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="Content-Type"):
        read([ITEM], kind=kind)


def test_a_query_is_read_as_it_is() -> None:
    assert asked() == SEARCH
    assert [asked(Type=number)["Type"] for number in (0, 1, 2)] == [0, 1, 2]


@pytest.mark.parametrize("content", [b"", b"nada", b"[]", b"{}", b'{"search": []}', json.dumps(SEARCH).encode()])
def test_a_query_stands_in_search(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|deve ter search"):
        consulta(content)


def test_a_query_has_nothing_beside_search() -> None:
    with pytest.raises(ValueError, match="deve ter search"):
        consulta(json.dumps({"search": SEARCH, "outro": 1}).encode())


@pytest.mark.parametrize("name", SEARCH)
def test_a_query_has_all_its_fields_and_no_other(name: str) -> None:
    without = {other: value for other, value in SEARCH.items() if other != name}
    for search in (without, without | {name.lower(): SEARCH[name]}, SEARCH | {f"{name}s": 1}):
        with pytest.raises(ValueError, match="com todos os campos e nenhum outro"):
            consulta(json.dumps({"search": search}).encode())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Client": "11222333000181"}, "Client tem o tipo errado"),
        ({"Client": [11222333000181]}, "Client deve ter textos"),
        ({"Client": [{"Cnpj": "11222333000181"}]}, "Client deve ter textos"),
        ({"Type": "2"}, "Type tem o tipo errado"),
        ({"Type": True}, "Type tem o tipo errado"),
        ({"Take": 1.0}, "Take tem o tipo errado"),
        ({"Json": 1}, "Json tem o tipo errado"),
        ({"DateEmissionStart": None}, "DateEmissionStart tem o tipo errado"),
        *(
            ({"DateEmissionEnd": date}, "DateEmissionEnd não é dd/mm/aaaa")
            for date in ("2026-01-31", "31/01/26", "1/1/2026", "31/02/2026", "01/13/2026", "31/01", "", "٣١/01/2026")
        ),
        ({"Take": 0}, "fora dos limites"),
        ({"Skip": -1}, "fora dos limites"),
        ({"Type": 3}, "fora dos limites"),
        ({"Type": -1}, "fora dos limites"),
    ],
)
def test_what_no_query_may_ask(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        asked(**changes)
