"""Made-up events: with their answer or alone, of notes and of freight, in the layout of each.

docs/reference/contracts/sefaz.md §4.2, §8.6.
"""

import pytest
from lxml import etree

from core.documentos.espacos import CTE, NFE
from sandbox.documentos.comum import EMITENTE, QUANDO, Pessoa, chave, cpf, numero_protocolo
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.eventos import (
    CANCELAMENTO,
    CORRECAO,
    cancelamento_antigo,
    consulta,
    evento,
    resumo_de_evento,
)
from sandbox.documentos.notas import nota

NOTE, BILL = nota(7), conhecimento(9)


def texts(root: etree._Element) -> dict[str, str | None]:
    return {etree.QName(one).localname: one.text for one in root.iter() if not len(one)}


@pytest.mark.parametrize(
    ("key", "space", "root", "identity"),
    [
        (NOTE.chave, NFE, "procEventoNFe", f"ID110111{NOTE.chave}02"),
        (chave("65", 1), NFE, "procEventoNFe", f"ID110111{chave('65', 1)}02"),
        (BILL.chave, CTE, "procEventoCTe", f"ID110111{BILL.chave}002"),
        (chave("67", 1), CTE, "procEventoCTe", f"ID110111{chave('67', 1)}002"),
        (chave("64", 1), CTE, "procEventoCTe", f"ID110111{chave('64', 1)}002"),
    ],
)
def test_the_model_of_the_key_says_whose_event_it_is(key: str, space: str, root: str, identity: str) -> None:
    """The sequence has two figures in a note's, three in a freight's."""
    made = etree.fromstring(evento(key, sequencia=2))
    assert made.tag == f"{{{space}}}{root}"
    assert made.find(f".//{{{space}}}infEvento").get("Id") == identity
    said = texts(made)
    assert (said["tpEvento"], said["nSeqEvento"], said["cStat"]) == (CANCELAMENTO, "2", "135")


@pytest.mark.parametrize(
    ("made", "name"),
    [(evento(NOTE, status=None), f"{{{NFE}}}evento"), (evento(BILL, status=None), f"{{{CTE}}}eventoCTe")],
)
def test_without_a_status_nobody_has_answered(made: bytes, name: str) -> None:
    root = etree.fromstring(made)
    assert root.tag == name
    assert "cStat" not in texts(root)


@pytest.mark.parametrize(
    ("tipo", "more", "said"),
    [
        (CANCELAMENTO, {}, {"descEvento": "Cancelamento", "xJust": "Cancelado a pedido do cliente"}),
        (CORRECAO, {}, {"descEvento": "Carta de Correcao", "xCorrecao": "Corrige o endereço de entrega"}),
        (CORRECAO, {"correcao": "Corrige o bairro"}, {"xCorrecao": "Corrige o bairro"}),
        ("110112", {}, {"descEvento": "Cancelamento por substituicao"}),
        ("110001", {"alvo": "135260000000001"}, {"nProtEvento": "135260000000001"}),
        ("211150", {}, {"descEvento": "Evento de exemplo"}),
    ],
)
def test_each_kind_says_what_it_does(tipo: str, more: dict[str, str], said: dict[str, str]) -> None:
    found = texts(etree.fromstring(evento(NOTE, tipo, **more)))  # type: ignore[arg-type]
    assert found | said == found
    assert ("xCondUso" in found, "nProtEvento" in found) == (tipo == CORRECAO, "alvo" in more)


@pytest.mark.parametrize(("tipo", "group"), [(CANCELAMENTO, "evCancCTe"), (CORRECAO, "evOutroCTe")])
def test_a_freight_s_event_has_a_group_of_its_kind(tipo: str, group: str) -> None:
    root = etree.fromstring(evento(BILL, tipo))
    detail = root.find(f".//{{{CTE}}}detEvento")
    assert ([etree.QName(one).localname for one in detail], dict(detail.attrib)) == ([group], {"versaoEvento": "4.00"})
    assert "verEvento" not in texts(root)


def test_the_author_may_be_a_person_and_the_environment_that_of_tests() -> None:
    found = texts(etree.fromstring(evento(NOTE, autor=Pessoa(cpf(5)), ambiente=2)))
    assert (found["CPF"], found["tpAmb"], "CNPJ" in found) == (cpf(5), "2", False)


def test_a_summary_of_an_event_says_whose_when_and_what() -> None:
    root = etree.fromstring(resumo_de_evento(NOTE.chave, CORRECAO, 3))
    names = "cOrgao CNPJ chNFe dhEvento tpEvento nSeqEvento xEvento dhRecbto nProt".split()
    assert [etree.QName(one).localname for one in root] == names
    found = texts(root)
    assert (found["CNPJ"], found["chNFe"], found["dhEvento"]) == (EMITENTE.documento, NOTE.chave, QUANDO.isoformat())
    assert (found["tpEvento"], found["nSeqEvento"], found["xEvento"]) == (CORRECAO, "3", "Carta de Correcao")
    assert resumo_de_evento(NOTE) == resumo_de_evento(NOTE.chave)


def test_the_answer_to_an_event_has_another_number_than_the_note() -> None:
    found = texts(etree.fromstring(evento(NOTE)))
    assert found["nProt"] != numero_protocolo(NOTE.chave)
    assert len(found["nProt"] or "") == 15


@pytest.mark.parametrize("status", ["101", "151", "999"])
def test_an_old_cancellation_has_its_answer_beside_it(status: str) -> None:
    root = etree.fromstring(cancelamento_antigo(NOTE, status=status))
    asked, answer = (one[0] for one in root)
    assert (etree.QName(root).localname, asked.get("Id")) == ("procCancNFe", f"ID{NOTE.chave}")
    assert (texts(asked)["chNFe"], texts(answer)["chNFe"], texts(answer)["cStat"]) == (NOTE.chave, NOTE.chave, status)


def test_an_answer_about_a_note_holds_its_protocol_and_its_events() -> None:
    root = etree.fromstring(consulta(NOTE, evento(NOTE), evento(NOTE, CORRECAO), status="101"))
    names = [etree.QName(one).localname for one in root]
    assert names == ["tpAmb", "cStat", "chNFe", "protNFe", "procEventoNFe", "procEventoNFe"]
    assert root.findtext(f"{{{NFE}}}cStat") == "101"
    assert root.findtext(f".//{{{NFE}}}infProt/{{{NFE}}}cStat") == "100"
