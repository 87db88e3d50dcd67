"""One verdict for each document: by its key, by its place only when nothing speaks against it, else unknown."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.questor import Documento, Verdict, wire
from connectors.questor.verdict import judge
from core.settings.questor import QuestorMessages
from sandbox.questor.documentos import documento

ONE, TWO, THREE = (documento("nfe", n) for n in (1, 2, 3))
MESSAGES = QuestorMessages()
# the published sample, with made-up values
SAMPLE = {
    "Key": ONE.chave,
    "CnpjClient": ONE.cnpj,
    "Type": 0,
    "Success": True,
    "Message": "",
    "DataEmissao": "15/01/2026",
    "ClientId": 1,
}


def sent(*documents: Any) -> list[Documento]:
    return [Documento(one.identidade, one.texto) for one in documents]


def states(content: Any, *documents: Any) -> list[str]:
    found = judge(sent(*documents), wire.answer(wire.decode(json.dumps(content).encode())), MESSAGES)
    return [one.estado if one.motivo is None else f"{one.estado} {one.motivo}" for one in found]


def record(one: Any, success: Any = True, message: Any = "", **more: Any) -> dict[str, Any]:
    return {"Key": one.chave, "Success": success, "Message": message, **more}


UNKNOWN, LOST = "desconhecido resposta_ininteligivel", "desconhecido sem_veredito"
REFUSED = "recusado recusado_pelo_questor"


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ([SAMPLE], "enviado"),
        ({"data": [SAMPLE]}, "enviado"),
        ({"a": {"b": {"c": [SAMPLE]}}}, "enviado"),
        (SAMPLE, "enviado"),
        (json.dumps([SAMPLE]), "enviado"),
        ([record(ONE, "True")], "enviado"),
        ([record(ONE, " true ")], "enviado"),
        ([record(ONE, "False")], REFUSED),
        ([record(ONE, 0)], REFUSED),
        ([{"Key": ONE.chave, "Sucess": True}], "enviado"),
        ([{"key": "NFe" + ONE.chave, "success": "true"}], "enviado"),
        ([{"Success": True}], "enviado"),
        ([{"Success": True}, {"Success": True}], LOST),
        ([record(TWO)], LOST),
        ([record(ONE), record(ONE, False)], "desconhecido veredito_contraditorio"),
        ([record(ONE), record(ONE)], "enviado"),
        ([record(ONE, None)], UNKNOWN),
        ([record(ONE, "talvez")], UNKNOWN),
        ([record(ONE, {"a": 1})], UNKNOWN),
        ([], UNKNOWN),
        ({}, UNKNOWN),
        (None, UNKNOWN),
        (7, UNKNOWN),
        ("7", UNKNOWN),
        ([[SAMPLE]], UNKNOWN),
        ([ONE.chave], UNKNOWN),
        ([SAMPLE, "x"], UNKNOWN),
        ({"Message": "ok"}, UNKNOWN),
        ({"Erros": [], "CfeImportadas": [ONE.chave]}, "enviado"),
        ({"Erros": [], "NfeImportadas": [17]}, "enviado"),
        ({"Erros": [], "NfeImportadas": [TWO.chave]}, LOST),
        ({"Erros": [], "NfeImportadas": []}, LOST),
        ({"Erros": ["não serve"], "NfeImportadas": []}, REFUSED),
        ({"Erros": [f"{ONE.chave} não serve"], "NfeImportadas": []}, REFUSED),
        ({"Erros": [f"{ONE.chave} não serve"], "NfeImportadas": [ONE.chave]}, "desconhecido veredito_contraditorio"),
        ({"Erros": "x", "NfeImportadas": []}, UNKNOWN),
        ({"Erros": ["x"] * 5, "NfeImportadas": [ONE.chave]}, UNKNOWN),
        ({"Erros": []}, UNKNOWN),
    ],
)
def test_answers_for_one_document(content: Any, wanted: str) -> None:
    assert states(content, ONE) == [wanted]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ([record(TWO, False), record(ONE)], ["enviado", REFUSED]),
        ([{"Success": True}, {"Success": False}], ["enviado", REFUSED]),
        ([{"Success": True}], [LOST, LOST]),
        ([record(TWO)], [LOST, "enviado"]),
        ([record(ONE), {"Key": "", "Success": False}], ["enviado", REFUSED]),
        ([{"Key": "", "Success": False}, record(ONE)], ["enviado", REFUSED]),
        ([record(ONE), {"Success": False}, {"Success": False}], ["enviado", LOST]),
        ({"Erros": [], "NfeImportadas": [1, 2]}, ["enviado", "enviado"]),
        ({"Erros": ["x"], "NfeImportadas": [1]}, [LOST, LOST]),
        ({"Erros": [f"x {TWO.chave}"], "NfeImportadas": [ONE.chave]}, ["enviado", REFUSED]),
    ],
)
def test_answers_for_two_documents(content: Any, wanted: list[str]) -> None:
    assert states(content, ONE, TWO) == wanted


def test_records_without_a_key_that_differ_need_the_others_in_their_places() -> None:
    nameless = [{"Success": True}, {"Success": False}]
    assert states([record(ONE), *nameless], ONE, TWO, THREE) == ["enviado", "enviado", REFUSED]
    assert states([*nameless, record(ONE)], ONE, TWO, THREE) == ["enviado", LOST, LOST]


def test_events_of_one_document_are_told_apart_or_unknown() -> None:
    first, second = (Documento(f"{ONE.chave}:110110:{n}", "<x/>") for n in (1, 2))
    ids = [f"ID110110{ONE.chave}{n:02d}" for n in (2, 1)]

    def found(*records: dict[str, Any]) -> list[str]:
        content = wire.answer([*records])
        return [one.estado for one in judge([first, second], content, MESSAGES)]

    assert found(*({"Key": key, "Success": "01" in key[-2:]} for key in ids)) == ["enviado", "recusado"]
    assert found(record(ONE), record(ONE)) == ["enviado", "enviado"]
    assert found(record(ONE)) == ["desconhecido", "desconhecido"]
    assert found(record(ONE), record(ONE, False)) == ["desconhecido", "desconhecido"]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("Documento já importado.", "enviado ja_existia"),
        ("NOTA JA FOI IMPORTADA", "enviado ja_existia"),
        ("Não importado: já importado com erro", REFUSED),
        ("Cliente 123 não cadastrado", "recusado cliente_nao_cadastrado"),
        ("XML inválido na linha 3", "recusado xml_invalido"),
        ("Qualquer outra coisa", REFUSED),
        ("", REFUSED),
        (None, REFUSED),
        (["a", "b"], REFUSED),
        (7, REFUSED),
    ],
)
def test_a_refusal_is_classified_by_its_message(message: Any, wanted: str) -> None:
    assert states([record(ONE, False, message)], ONE) == [wanted]


def test_patterns_are_configuration() -> None:
    own = QuestorMessages(already_imported=("duplicad",), client_missing=(), invalid_xml=())
    content = wire.answer([record(ONE, False, "Chave DUPLICADA"), record(TWO, False, "Cliente 1 não cadastrado")])
    assert [one.motivo for one in judge(sent(ONE, TWO), content, own)] == ["ja_existia", "recusado_pelo_questor"]


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
def test_no_answer_breaks_the_reader_and_each_document_has_one_verdict(content: Any) -> None:
    found = judge(sent(ONE, TWO), wire.answer(content), MESSAGES)
    assert [type(one) for one in found] == [Verdict, Verdict]
    assert {one.estado for one in found} <= {"enviado", "recusado", "desconhecido"}
