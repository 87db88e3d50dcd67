"""Names in an export: whatever somebody wrote into a document, they are folders and files of letters and digits."""

from typing import Any

import pytest

from flows.documentos.escopo import Saida
from flows.documentos.export_nomes import event_name, folder, folder_of, month, safe
from sandbox.documentos.comum import COM_LETRAS, DESTINATARIO, EMITENTE, QUANDO, Pessoa, chave
from sandbox.documentos.servicos import chave_de_servico

KEY = chave("55", 7)


def out(**said: Any) -> Saida:
    fields: dict[str, Any] = dict.fromkeys(Saida.__dataclass_fields__)
    return Saida(
        **fields | {"id": 1, "especie": "nfe", "chave": KEY, "situacao": "autorizada", "completo": True} | said
    )


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"empresa": DESTINATARIO.documento, "emit_cnpj": EMITENTE.documento}, DESTINATARIO.documento),
        ({"emit_cnpj": EMITENTE.documento}, EMITENTE.documento),
        ({"emit_cnpj": COM_LETRAS.documento}, COM_LETRAS.documento),
        ({}, "sem-cnpj"),
        ({"emit_cnpj": "../../etc"}, "etc"),
        ({"emit_cnpj": "../.."}, "sem-cnpj"),
    ],
)
def test_a_document_lies_with_its_company_else_with_its_issuer(said: dict[str, str], place: str) -> None:
    assert folder_of(out(mes="2026-11", **said)) == f"{place}/2026/11"


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"mes": "2026-11"}, "2026/11"),
        ({}, "2026/01"),
        ({"chave": chave_de_servico(7, prestador=Pessoa(EMITENTE.documento), quando=QUANDO)}, "2026/01"),
        ({"chave": KEY[:2] + "2613" + KEY[6:]}, "sem-data"),
        ({"chave": ""}, "sem-data"),
    ],
)
def test_a_document_lies_in_its_own_month_else_in_that_of_its_key(said: dict[str, str], place: str) -> None:
    assert folder_of(out(emit_cnpj="1", **said)) == f"1/{place}"


@pytest.mark.parametrize(("cnpj", "name"), [("12", "12"), ("", "sem-cnpj"), (None, "sem-cnpj"), ("/.-", "sem-cnpj")])
def test_a_folder_has_a_name(cnpj: str | None, name: str) -> None:
    assert folder(cnpj) == name


@pytest.mark.parametrize(
    ("text", "left"),
    [("abcXYZ019", "abcXYZ019"), ("../a\\b:c d\n", "abcd"), ("ção", "o"), ("٣a", "a"), ("a_b-c", "abc"), ("\0", "")],
)
def test_only_letters_and_digits_of_a_text_are_left(text: str, left: str) -> None:
    assert safe(text) == left


@pytest.mark.parametrize(("mes", "place"), [("2026-11", "2026/11"), ("", "sem-data"), (None, "sem-data")])
def test_a_month_is_two_folders(mes: str | None, place: str) -> None:
    assert month(mes) == place


@pytest.mark.parametrize(
    ("kind", "sequence", "name"),
    [
        ("110111", 1, "base-110111-01-evento.xml"),
        ("110110", 12, "base-110110-12-evento.xml"),
        ("110110", 120, "base-110110-120-evento.xml"),
        ("../x", 1, "base-x-01-evento.xml"),
    ],
)
def test_an_event_is_named_after_its_document(kind: str, sequence: int, name: str) -> None:
    assert event_name("base", kind, sequence) == name
