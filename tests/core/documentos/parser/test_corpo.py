"""What the readers of all kinds share: the one body of a document, who is what in it, and its head."""

import pytest
from lxml import etree

from core.documentos.abertura import local_name
from core.documentos.conteudo import Papel
from core.documentos.espacos import NFE
from core.documentos.parser.corpo import cabeca, corpo, e_resposta, papeis
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.recusa import Recusado
from sandbox.documentos.comum import EMITENTE, QUANDO
from sandbox.documentos.notas import nota

NOTE = nota(7)


def body(text: str) -> tuple[Grupo, Contexto]:
    root = etree.fromstring(text)
    contexto = Contexto(local_name(root)[0])
    return corpo(root, "inf", contexto), contexto


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a><b><inf><x>1</x></inf></b></a>", ()),
        ('<a xmlns="urn:x"><inf><x>1</x></inf></a>', ()),
        ("<inf><x>1</x></inf>", ()),
        ('<a xmlns="urn:x"><inf xmlns=""><x>1</x></inf></a>', ("inf não está no namespace da raiz",)),
        ('<a><inf xmlns="urn:x"><x>1</x></inf></a>', ("inf não está no namespace da raiz",)),
        # of two it is the one of the root's namespace
        ('<a xmlns="urn:x"><inf xmlns="urn:y"/><inf><x>1</x></inf></a>', ()),
    ],
)
def test_the_body_is_found_wherever_it_stands(text: str, said: tuple[str, ...]) -> None:
    found, contexto = body(text)
    assert found.texto("x", 9) == "1"
    assert [one for one in contexto.avisos if one.startswith("inf ")] == list(said)


@pytest.mark.parametrize(
    ("text", "motivo", "said"),
    [
        ("<a/>", "sem_conteudo", "a não traz inf"),
        ("<a><info/></a>", "sem_conteudo", "a não traz inf"),
        ("<a><inf/><b><inf/></b></a>", "varios_documentos", "há 2 documentos em um só (inf)"),
        ('<a xmlns="urn:x"><inf xmlns=""/><inf xmlns="urn:y"/></a>', "varios_documentos", "há 2 documentos"),
    ],
)
def test_none_and_several_are_refused(text: str, motivo: str, said: str) -> None:
    with pytest.raises(Recusado) as caught:
        body(text)
    assert caught.value.motivo == motivo
    assert said in caught.value.mensagem


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("<retEvento><inf/></retEvento>", True),
        ('<x xmlns="urn:x"><RETinutNFe><inf/></RETinutNFe></x>', True),
        ("<evento><inf/></evento>", False),
        ("<ret><x><inf/></x></ret>", False),
        ("<inf/>", False),
    ],
)
def test_an_answer_stands_right_below_what_is_called_one(text: str, answers: bool) -> None:
    element = next(etree.fromstring(text).iter("{*}inf"))
    assert e_resposta(Grupo(element, Contexto(""))) is answers


def test_what_is_not_there_is_no_answer() -> None:
    assert not e_resposta(Contexto("").vazio)


def test_who_is_what_is_said_once_and_of_nobody_unknown() -> None:
    one, other = "1" * 14, "2" * 14
    first, second, third = (Papel.TOMADOR, one), (Papel.EMITENTE, one), (Papel.TOMADOR, other)
    assert papeis(first, (Papel.EMITENTE, None), first, second, third) == (first, second, third)
    assert papeis() == ()


def head(text: str) -> tuple[dict[str, object], tuple[str, ...]]:
    root = etree.fromstring(text.encode())
    contexto = Contexto(NFE)
    info = corpo(root, "infNFe", contexto)
    return cabeca(root, info, NOTE.chave, "nNF", "chNFe", contexto), contexto.avisos


def test_the_head_has_what_the_document_and_its_protocol_say() -> None:
    said, told = head(NOTE.texto)
    assert told == ()
    assert said == {
        "chave": NOTE.chave, "modelo": "55", "serie": 1, "numero": 7, "data_emissao": QUANDO, "ambiente": 1,
        "emit_cnpj": EMITENTE.documento, "emit_nome": EMITENTE.nome, "emit_uf": "SP", "conferida": True,
        "protocolo": "135260000000007", "status": "100", "motivo": "Autorizado o uso da NF-e", "recebido_em": QUANDO,
    }  # fmt: skip


def test_without_an_address_the_issuer_is_of_the_state_in_the_key() -> None:
    assert head(NOTE.texto.replace("<UF>SP", "<UF>"))[0]["emit_uf"] == "SP"
    assert head(NOTE.texto.replace("<UF>SP", "<UF>RJ"))[0]["emit_uf"] == "RJ"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<serie>1", "<serie>2", "a chave é da série 001, número 000000007; o documento diz 2 e 7"),
        ("<mod>55", "<mod>65", "a chave é do modelo 55, o documento diz 65"),
        ("<cDV>", "<tpAmb>2</tpAmb><cDV>", "é do ambiente de homologação, sem valor fiscal"),
        ("<DigestValue>5", "<DigestValue>6", "o resumo (digVal) do protocolo não é o da assinatura do documento"),
        (f"<chNFe>{NOTE.chave[:-1]}", "<chNFe>x", "não é a do documento: não prova nada sobre ele"),
    ],
)
def test_what_does_not_fit_together_is_told(old: str, new: str, said: str) -> None:
    told = head(NOTE.texto.replace(old, new, 1))[1]
    assert any(said in one for one in told), told


def test_a_document_whose_digest_was_not_answered_is_not_the_one_that_was_authorised() -> None:
    assert head(NOTE.texto.replace("<DigestValue>5", "<DigestValue>6"))[0]["conferida"] is False


def test_without_a_protocol_the_head_has_none() -> None:
    said, told = head(nota(7, status=None).texto)
    assert told == ()
    assert (said["protocolo"], said["status"], said["recebido_em"], said["conferida"]) == (None, None, None, True)
