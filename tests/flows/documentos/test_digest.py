"""A protocol that came apart from its document may be about another text of the same key: the digests tell."""

import json

import pytest
from support.fiscal import documents, told, user

from core.documentos.espacos import NFE
from core.documentos.situacao import Situacao
from flows.documentos.entries import Resultado
from flows.documentos.logs import Linha
from flows.documentos.receiving import importar_bytes
from sandbox.documentos.comum import protocolo
from sandbox.documentos.notas import nota, resumo

pytestmark = pytest.mark.usefixtures("banco")
ANOTHER = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
SAID = "o resumo (digVal) do protocolo não é o da assinatura deste texto: o que foi autorizado é outro"
DRAFT, WHOLE = nota(status=None), nota()


def prot(digest: str) -> bytes:
    """Return a protocol of the note, by itself."""
    text = protocolo("protNFe", "chNFe", DRAFT.chave, "100", digest=digest)
    return text.replace("<protNFe", f'<protNFe xmlns="{NFE}"').encode()


SIGNED = DRAFT.texto.partition("<DigestValue>")[2].partition("<")[0]
FOREIGN, SUMMARY = prot(ANOTHER), resumo(DRAFT).replace(SIGNED.encode(), ANOTHER.encode())


def imported(content: bytes, usuario: int) -> Linha:
    """Import a file."""
    (line,) = importar_bytes("arquivo.xml", content, usuario)
    return line


def warnings() -> list[str]:
    """Return what is odd in the only document."""
    (head,) = documents()
    return json.loads(head.avisos or "[]")


@pytest.mark.parametrize("proof", [FOREIGN, SUMMARY])
@pytest.mark.parametrize("proof_first", [False, True])
def test_a_protocol_of_another_text_is_told_and_proves_nothing_of_this_one(proof: bytes, proof_first: bool) -> None:
    usuario = user("ana")
    files = [DRAFT.xml, proof]
    lines = [imported(one, usuario) for one in (reversed(files) if proof_first else files)]
    (head,) = documents()
    assert SAID in lines[-1].mensagem
    assert (warnings(), head.comprovado, head.situacao) == ([SAID], False, Situacao.AUTORIZADA)
    changed, events = head.atualizado_em, told()
    again = [imported(one, usuario).resultado for one in files]
    assert (again, documents()[0].atualizado_em, told()) == ([Resultado.REPETIDO] * 2, changed, events)
    # the text that was authorised takes the place, and nothing is odd any more
    imported(WHOLE.xml, usuario)
    assert (warnings(), documents()[0].comprovado) == ([], True)


@pytest.mark.parametrize("proof", [prot(SIGNED), prot("").replace(b"<digVal></digVal>", b""), resumo(DRAFT)])
@pytest.mark.parametrize("proof_first", [False, True])
def test_a_protocol_of_the_same_text_or_of_no_digest_is_not_odd(proof: bytes, proof_first: bool) -> None:
    usuario = user("ana")
    files = [DRAFT.xml, proof]
    for one in reversed(files) if proof_first else files:
        imported(one, usuario)
    assert (warnings(), documents()[0].situacao) == ([], Situacao.AUTORIZADA)


def test_what_was_odd_before_stays_told() -> None:
    usuario = user("ana")
    odd = DRAFT.texto.replace("<nNF>1</nNF>", "<nNF>2</nNF>").encode()
    imported(odd, usuario)
    before = warnings()
    imported(FOREIGN, usuario)
    assert (len(before), warnings()) == (1, [*before, SAID])


def test_a_text_with_a_protocol_of_another_gives_way_to_the_one_that_was_authorised() -> None:
    usuario = user("ana")
    wrong = WHOLE.texto.replace(f"<digVal>{SIGNED}", f"<digVal>{ANOTHER}").encode()
    imported(wrong, usuario)
    assert (len(warnings()), documents()[0].comprovado) == (1, False)
    assert imported(wrong, usuario).resultado is Resultado.REPETIDO
    assert imported(WHOLE.xml, usuario).resultado is Resultado.ATUALIZADO
    assert (warnings(), documents()[0].comprovado) == ([], True)
