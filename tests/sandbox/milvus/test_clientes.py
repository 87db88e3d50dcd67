"""The clients of the desk: which a search finds, how lists are cut, and what a new one looks like.

docs/reference/contracts/milvus.md §2.
"""

import re
from typing import Any

import pytest

from sandbox.milvus.clientes import ClientQuirks, bare, found, row_of, token_of
from sandbox.milvus.fields import BadBody

COMPANY, PERSON = "11222333000181", "11144477735"
FORMATTED = "11.222.333/0001-81"


def client(number: int, name: str = "Padaria", document: str = COMPANY, *, active: bool = True) -> dict[str, Any]:
    block = {"nome_fantasia": name, "razao_social": f"{name} Ltda"}
    body = {"cliente_documento": document, "cliente_ativo": active, "cliente_pessoa_juridica": block}
    return row_of(number, body)


def ids(rows: list[dict[str, Any]], quirks: ClientQuirks | None = None, **query: str) -> list[int]:
    return [row["id"] for row in found(rows, query, quirks or ClientQuirks())]


ROWS = [client(1), client(2, "Mercado", active=False), client(3, "PADARIA Dois", PERSON)]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [1, 3]),
        ({"status": "1"}, [1, 3]),
        ({"status": "2"}, [2]),
        ({"status": "3"}, [1, 2, 3]),
        ({"nome_fantasia": "padaria"}, [1, 3]),
        ({"nome_fantasia": "DOIS"}, [3]),
        ({"nome_fantasia": ""}, [1, 3]),
        ({"documento": COMPANY}, [1]),
        ({"documento": COMPANY, "status": "3"}, [1, 2]),
        ({"documento": COMPANY, "nome_fantasia": "mercado", "status": "3"}, [2]),
        ({"documento": FORMATTED, "status": "3"}, []),
        ({"documento": ""}, []),
    ],
)
def test_a_blocked_client_is_hidden_unless_it_is_asked_for(query: dict[str, str], numbers: list[int]) -> None:
    assert ids(ROWS, **query) == numbers


@pytest.mark.parametrize("stored", [COMPANY, FORMATTED])
@pytest.mark.parametrize("asked", [COMPANY, FORMATTED])
def test_a_document_is_found_as_it_is_stored_or_in_any_form(stored: str, asked: str) -> None:
    rows = [client(1, document=stored)]
    assert ids(rows, documento=asked) == ([1] if stored == asked else [])
    assert ids(rows, ClientQuirks(spelling="any"), documento=asked) == [1]


@pytest.mark.parametrize("query", [{"nome": "x"}, {"cliente_id": "1"}, {"status": "4"}, {"status": ""}])
def test_what_a_search_does_not_know_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadBody):
        found(ROWS, query, ClientQuirks())


def test_a_list_is_cut_without_a_word() -> None:
    rows = [client(number) for number in range(1, 8)]
    assert ids(rows, ClientQuirks(cap=7)) == ids(rows, ClientQuirks(cap=8)) == list(range(1, 8))
    assert ids(rows, ClientQuirks(cap=3)) == [1, 2, 3]
    assert len(ids([client(number) for number in range(1001)])) == 1000


@pytest.mark.parametrize(("pages", "read"), [("ok", [[1, 2, 3], [4, 5, 6], [7], []]), ("ignored", [[1, 2, 3]] * 4)])
def test_a_page_is_another_one_or_always_the_first(pages: str, read: list[list[int]]) -> None:
    rows, quirks = [client(number) for number in range(1, 8)], ClientQuirks(cap=3, pages=pages)
    assert [ids(rows, quirks, pagina=str(page), total_registros="3") for page in (1, 2, 3, 4)] == read


@pytest.mark.parametrize("name", ["pagina", "total_registros"])
def test_a_page_may_be_what_nobody_knows(name: str) -> None:
    with pytest.raises(BadBody, match=f"Parâmetro desconhecido: {name}"):
        found(ROWS, {name: "1"}, ClientQuirks(pages="refused"))


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1.5"])
def test_a_page_that_is_no_number_from_one_on_is_refused(page: str) -> None:
    with pytest.raises(BadBody, match="Número inválido"):
        found(ROWS, {"pagina": page}, ClientQuirks())


def test_what_is_not_shown_yet_is_in_no_answer_and_takes_no_room() -> None:
    rows, quirks = [client(number) for number in range(1, 6)], ClientQuirks(cap=2)
    assert [row["id"] for row in found(rows, {}, quirks, lambda row: row["id"] > 2)] == [3, 4]


def test_an_old_account_tells_little() -> None:
    (row,) = found(ROWS[:1], {}, ClientQuirks(old=True))
    assert set(row) == {"id", "nome_fantasia", "razao_social", "cnpj_cpf", "token", "equipes"}


@pytest.mark.parametrize(
    ("body", "row"),
    [
        (
            {"cliente_pessoa_juridica": {"nome_fantasia": "Padaria", "inscricao_estadual": "ISENTO"}},
            {"nome_fantasia": "Padaria", "razao_social": "Padaria", "inscricao_estadual": "ISENTO", "is_fisica": False},
        ),
        (
            {"cliente_pessoa_juridica": {"nome_fantasia": "Padaria", "razao_social": "Pães Ltda"}},
            {"nome_fantasia": "Padaria", "razao_social": "Pães Ltda", "inscricao_estadual": "", "is_fisica": False},
        ),
        (
            {"cliente_pessoa_fisica": {"nome": "Fulana"}, "cliente_observacao": "nova", "cliente_ativo": False},
            {"nome_fantasia": "Fulana", "is_fisica": True, "observacao": "nova", "is_ativo": False},
        ),
    ],
)
def test_a_new_client_is_a_company_or_a_person(body: dict[str, Any], row: dict[str, Any]) -> None:
    made = row_of(7, {"cliente_documento": COMPANY, **body})
    assert made | row == made
    assert (made["id"], made["cnpj_cpf"], made["token"]) == (7, COMPANY, token_of(7))


def test_a_row_has_no_date_and_no_address() -> None:
    assert not [name for name in client(1) if "data" in name or "endereco" in name or "contato" in name]


def test_a_token_is_six_letters_and_every_client_has_its_own() -> None:
    tokens = {token_of(number) for number in (0, 1, 25, 26, 27, 675, 676, 26**6 - 1)}
    assert len(tokens) == 8
    assert all(re.fullmatch("[A-Z]{6}", token) for token in tokens)


# pragma: allowlist nextline secret
@pytest.mark.parametrize("text", ["12.ABC.345/01DE-35", "12abc34501de35", " 12ABC345/01DE 35 "])
def test_a_bare_document_has_its_letters_and_figures(text: str) -> None:
    assert bare(text) == "12ABC34501DE35"  # pragma: allowlist secret
