"""Questions of distribution are read as the schema has them, and answers written in its order.

docs/reference/contracts/sefaz.md §2.4, §2.5, §3.8.
"""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree
from support.sefaz import CTE, EMPRESA, FILIAL, INICIO, NFE, OUTRA, pergunta

from sandbox.documentos.comum import COM_LETRAS, chave, cpf
from sandbox.sefaz.distribuicao import Pergunta, escrever, ler
from sandbox.sefaz.serie import Achado, Guardado
from sandbox.sefaz.servicos import SERVICOS

DE_NFE, DE_CTE = SERVICOS
LAST = "<distNSU><ultNSU>000000000000007</ultNSU></distNSU>"
SINGLE = "<consNSU><NSU>000000000000007</NSU></consNSU>"
KEY = chave("55", 7)
BY_KEY = f"<consChNFe><chNFe>{KEY}</chNFe></consChNFe>"
PERSON = cpf(123456780)


def read(text: str, servico: Any = DE_NFE, titular: str = EMPRESA, ambiente: str = "2") -> Pergunta | str:
    return ler(etree.fromstring(text), servico, titular, ambiente)


def of_cte(form: str = LAST, **more: str) -> str:
    return pergunta(form, ns=CTE, versao="1.00", **more)


def of_person(document: str = PERSON) -> str:
    return pergunta(LAST).replace(f"<CNPJ>{EMPRESA}</CNPJ>", f"<CPF>{document}</CPF>")


@pytest.mark.parametrize(
    ("form", "found"),
    [
        (LAST, Pergunta(EMPRESA, "distNSU", "0" * 14 + "7")),
        (SINGLE, Pergunta(EMPRESA, "consNSU", "0" * 14 + "7")),
        (BY_KEY, Pergunta(EMPRESA, "consChNFe", KEY)),
    ],
)
def test_the_three_forms_of_a_question_about_notes(form: str, found: Pergunta) -> None:
    assert read(pergunta(form)) == found


def test_a_question_about_freight_has_two_forms_and_names_its_state() -> None:
    assert read(of_cte(), DE_CTE) == Pergunta(EMPRESA, "distNSU", "0" * 14 + "7")
    assert read(of_cte(SINGLE), DE_CTE) == Pergunta(EMPRESA, "consNSU", "0" * 14 + "7")
    assert read(of_cte(BY_KEY), DE_CTE) == "215"
    assert read(of_cte(antes="<tpAmb>2</tpAmb>"), DE_CTE) == "215"


def test_a_question_about_notes_may_leave_the_state_out() -> None:
    assert read(pergunta(LAST, antes="<tpAmb>2</tpAmb>")) == Pergunta(EMPRESA, "distNSU", "0" * 14 + "7")


@pytest.mark.parametrize(
    ("who", "titular"), [(FILIAL, EMPRESA), (EMPRESA, FILIAL), (COM_LETRAS.documento, COM_LETRAS.documento)]
)
def test_a_certificate_asks_for_every_branch_of_its_company(who: str, titular: str) -> None:
    assert read(pergunta(LAST, cnpj=who), titular=titular) == Pergunta(who, "distNSU", "0" * 14 + "7")


def test_a_person_asks_by_cpf() -> None:
    assert read(of_person(), titular=PERSON) == Pergunta(PERSON, "distNSU", "0" * 14 + "7")
    assert read(of_person(), titular=EMPRESA) == "593"
    assert read(of_person(f"{PERSON[:-1]}{(int(PERSON[-1]) + 1) % 10}"), titular=PERSON) == "490"


@pytest.mark.parametrize(
    "text",
    [
        of_person(EMPRESA),
        pergunta(LAST, cnpj=PERSON),
        pergunta(LAST, cnpj=""),
        pergunta(LAST, cnpj=EMPRESA.replace("1", "a")),
        pergunta(LAST).replace("CNPJ>", "Outro>"),
        pergunta(f"<CPF>{PERSON}</CPF>{LAST}"),
        pergunta(LAST, antes=""),
        pergunta(LAST, antes="<cUFAutor>35</cUFAutor>"),
        pergunta(LAST, antes="<cUFAutor>35</cUFAutor><tpAmb>2</tpAmb>"),
        pergunta(LAST, antes="<tpAmb>2</tpAmb><cUFAutor>99</cUFAutor>"),
        pergunta(LAST, antes="<tpAmb>3</tpAmb><cUFAutor>35</cUFAutor>"),
        pergunta(LAST, antes="<tpAmb>2</tpAmb><tpAmb>2</tpAmb><cUFAutor>35</cUFAutor>"),
        pergunta(""),
        pergunta(LAST + SINGLE),
        pergunta("<distNSU/>"),
        pergunta("<outra><ultNSU>000000000000007</ultNSU></outra>"),
        pergunta("<distNSU><NSU>000000000000007</NSU></distNSU>"),
        pergunta("<distNSU><ultNSU>7</ultNSU></distNSU>"),
        pergunta("<distNSU><ultNSU>00000000000000x</ultNSU></distNSU>"),
        pergunta(f"<consChNFe><chNFe>{KEY[:-1]}</chNFe></consChNFe>"),
        pergunta(LAST.replace("<ultNSU>", '<ultNSU xmlns="urn:outro">')),
        pergunta(LAST, ns=CTE),
        pergunta(LAST).replace("distDFeInt", "outraPergunta"),
    ],
)
def test_what_is_not_of_the_schema_is_refused_as_such(text: str) -> None:
    assert read(text) == "215"


@pytest.mark.parametrize(
    ("text", "cstat"),
    [
        (pergunta(LAST, versao="1.00"), "239"),
        (pergunta(LAST, antes="<tpAmb>1</tpAmb><cUFAutor>35</cUFAutor>"), "252"),
        (pergunta(LAST, cnpj="11222333000180"), "489"),
        (pergunta(LAST, cnpj="00000000000000"), "489"),
        (pergunta(LAST, cnpj=OUTRA), "593"),
        (pergunta(BY_KEY.replace(KEY, "3" * 44)), "236"),
        (pergunta(LAST).replace("<CNPJ>", " <CNPJ>"), "588"),
        (f'<n:distDFeInt xmlns:n="{NFE}" versao="1.01"/>', "404"),
    ],
)
def test_what_is_of_the_schema_and_refused_says_why(text: str, cstat: str) -> None:
    assert read(text) == cstat


def test_the_environment_is_the_server_s() -> None:
    production = pergunta(LAST, antes="<tpAmb>1</tpAmb><cUFAutor>35</cUFAutor>")
    assert isinstance(read(production, ambiente="1"), Pergunta)
    assert read(pergunta(LAST), ambiente="1") == "252"


@pytest.mark.parametrize(
    ("text", "cstat"),
    [
        (pergunta(LAST, versao="9.99", cnpj=OUTRA).replace("<CNPJ>", " <CNPJ>"), "588"),
        (pergunta("", versao="9.99"), "239"),
        (pergunta(LAST, antes="<tpAmb>1</tpAmb>", cnpj="11222333000180"), "252"),
        (pergunta(BY_KEY.replace(KEY, "3" * 44), cnpj=OUTRA), "593"),
    ],
)
def test_of_several_reasons_the_first_is_told(text: str, cstat: str) -> None:
    """The message, its version, its shape, then the environment, who asks, and last the key."""
    assert read(text) == cstat


def written(found: Achado, servico: Any = DE_NFE, now: datetime = INICIO, **how: str) -> etree._Element:
    return etree.fromstring(escrever(found, servico, "2", now, **how))


def names(root: etree._Element) -> list[str]:
    return [etree.QName(one).localname for one in root]


def test_an_answer_says_its_fields_in_order_and_its_documents_last() -> None:
    root = written(Achado("138", "Achou", 7, 9, (Guardado(7, "resNFe_v1.01.xsd", b"conteudo", INICIO),)))
    assert (root.tag, root.get("versao")) == (f"{{{NFE}}}retDistDFeInt", "1.01")
    head = ["tpAmb", "verAplic", "cStat", "xMotivo", "dhResp"]
    assert names(root) == [*head, "ultNSU", "maxNSU", "loteDistDFeInt"]
    assert [one.text for one in root[:1] + root[2:4] + root[5:7]] == [
        "2",
        "138",
        "Achou",
        "0" * 14 + "7",
        "0" * 14 + "9",
    ]
    (packed,) = root[7]
    assert dict(packed.attrib) == {"NSU": "0" * 14 + "7", "schema": "resNFe_v1.01.xsd"}
    assert base64.b64decode(packed.text or "") == b"conteudo"


def test_what_there_is_not_is_no_empty_element() -> None:
    assert names(written(Achado("137", "Nada", 0, 0)))[-2:] == ["ultNSU", "maxNSU"]
    assert names(written(Achado("653", "Cancelada", None, None)))[-1] == "dhResp"


@pytest.mark.parametrize(("how", "number"), [("sempre", "0" * 14 + "7"), ("zero", "0" * 15), ("ausente", None)])
def test_a_document_that_was_asked_for_by_key_has_no_number_or_zero(how: str, number: str | None) -> None:
    found = Achado("138", "Achou", 7, 9, (Guardado(7, "resNFe_v1.01.xsd", b"x", INICIO),))
    assert written(found, nsu_do_documento=how)[-1][0].get("NSU") == number


@pytest.mark.parametrize(("servico", "text"), [(DE_NFE, "2026-03-10T12:00:00-03:00"), (DE_CTE, "2026-03-10T12:00:00")])
def test_only_the_service_of_notes_tells_its_offset(servico: Any, text: str) -> None:
    now = datetime(2026, 3, 10, 15, 0, 0, 999, tzinfo=UTC)
    root = written(Achado("137", "Nada", 0, 0), servico, now)
    assert (root.tag.partition("}")[0], root.get("versao")) == (f"{{{servico.ns}", servico.versao)
    assert root.findtext(f"{{{servico.ns}}}dhResp") == text
