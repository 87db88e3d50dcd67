"""What a document is found by: however it is typed, and nothing beyond."""

from typing import Any

import pytest

from core.documentos.busca import LONGEST_QUERY, folded, searchable, wanted
from core.documentos.conteudo import Conhecimento, Especie, NotaFiscal

CHAVE = "35261012345678000195550010000001231000000015"
NOTA: dict[str, Any] = {
    "especie": Especie.NFE,
    "chave": CHAVE,
    "modelo": "55",
    "numero": 123,
    "emit_nome": "PADARIA  SÃO JOÃO\nLTDA",
    "emit_cnpj": "12345678000195",
    "dest_nome": "Açougue 100% Bom_Preço",
    "dest_cnpj_cpf": "12ABC34501DE35",  # pragma: allowlist secret
}


def found(query: str, **changes: Any) -> bool:
    """Tell whether a note is found, as a database would look."""
    stored = searchable(NotaFiscal(**{**NOTA, **changes}))
    return any(one in stored for one in wanted(query))


@pytest.mark.parametrize(
    "query",
    [
        "123",
        "padaria sao joao ltda",
        "PÃDARÍA",
        "são  joão",
        "acougue",
        "100%",
        "bom_preco",
        "12.345.678/0001-95",
        "12.345.678",
        "12.ABC.345/01DE-35",
        "12.abc.345/01de-35",
        CHAVE,
        f"NFe{CHAVE}",
        "3526 1012 3456 7800 0195 5500 1000 0001 2310 0000 0015",
        "3526 1012 3456",
        "0001231000",
        " 123 ",
    ],
)
def test_a_note_is_found_however_it_is_typed(query: str) -> None:
    assert found(query)


@pytest.mark.parametrize("query", ["124", "p%a", "10_", "1 00%", "bom preco", "ltda 3526", "ltda\n3526", "xyz", "a.o"])
def test_a_note_is_not_found_by_what_it_does_not_say(query: str) -> None:
    assert not found(query)


@pytest.mark.parametrize("query", ["", "  ", "\x00", "\n"])
def test_a_blank_query_looks_for_nothing(query: str) -> None:
    assert wanted(query) == ()


def test_words_with_points_are_no_code() -> None:
    assert wanted("S.A. do Brasil") == ("s.a. do brasil",)
    assert wanted("a.o.b.c") == ("a.o.b.c",)


def test_a_query_is_cut_to_a_length() -> None:
    assert all(len(one) <= LONGEST_QUERY for one in wanted("a" * 10_000))


def test_every_party_of_a_conhecimento_is_found() -> None:
    stored = searchable(
        Conhecimento(especie=Especie.CTE, chave=CHAVE, modelo="57", rem_nome="Órgão", tomador_cnpj_cpf="11144477735")
    )
    assert "orgao" in stored
    assert "11144477735" in stored
    assert stored.startswith("\n")


def test_letters_of_many_forms_become_one() -> None:
    assert folded("Straße ＦＵＬＬ ﬁm İ") == "strasse full fim i"
