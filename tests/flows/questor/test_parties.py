"""Who is named in a document, as far as its text can be had now."""

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

from core.documentos.files import Gone, NotRead
from core.errors import Transient
from flows.questor.parties import parties
from flows.questor.rows import Arquivo
from flows.questor.texts import Texts
from sandbox.documentos.comum import DESTINATARIO, EMITENTE, TRANSPORTADORA, Pessoa, cpf
from sandbox.documentos.cupons import cupom
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import nota

PERSON = Pessoa(cpf(123456789), "Fulano de Exemplo")


@dataclass
class Held:
    """One text, or why there is none."""

    content_or_fault: bytes | Exception

    def content(self, caminho: str, *, codificado: bool) -> bytes:
        if isinstance(self.content_or_fault, Exception):
            raise self.content_or_fault
        return self.content_or_fault

    def walk(self) -> Any:
        return iter(())

    def close(self) -> None:
        """Have nothing to close."""


def asked(held: bytes | Exception, scanned: bytes = b"") -> frozenset[str] | None:
    """Ask for the parties of a text that was `scanned`: the same one, if nothing else is said."""
    bytes_then = scanned or (held if isinstance(held, bytes) else b"")
    place = ("a.xml", False, 0, hashlib.sha256(bytes_then).hexdigest(), "nfe", "chave")
    row = Arquivo(1, *place, motivo=None, http=None, mensagem=None, tentativas=1, repeticoes=0, erros=0)
    return parties(Texts(Held(held)), row)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (nota(1).xml, {EMITENTE.documento, DESTINATARIO.documento}),
        (nota(1, destinatario=PERSON).xml, {EMITENTE.documento, PERSON.documento}),
        (
            nota(1, transportador=TRANSPORTADORA).xml,
            {EMITENTE.documento, DESTINATARIO.documento, TRANSPORTADORA.documento},
        ),
        (nota(1, destinatario=None).xml, {EMITENTE.documento}),
        (cupom(1).xml, {EMITENTE.documento}),
    ],
    ids=["note", "to a person", "with a carrier", "to nobody", "coupon"],
)
def test_everybody_who_is_named_is_told(text: bytes, named: set[str]) -> None:
    assert asked(text) == named


def test_a_text_in_any_encoding_is_read_as_it_is_sent() -> None:
    latin = nota(1).texto.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1")
    assert asked(latin) == {EMITENTE.documento, DESTINATARIO.documento}


@pytest.mark.parametrize(
    "held",
    [
        evento(nota(1)),
        b"<nada/>",
        b"",
        Gone("sumiu"),
        NotRead("ilegivel"),
        NotRead("grande_demais"),
        Transient("A pasta não está acessível agora."),
    ],
    ids=["event", "no document", "nothing", "gone", "not now", "too large", "folder away"],
)
def test_where_nobody_is_named_or_no_text_is_to_be_had_nothing_is_claimed(held: bytes | Exception) -> None:
    assert asked(held) is None


def test_a_text_that_is_another_one_by_now_names_nobody() -> None:
    assert asked(nota(1).xml, scanned=nota(2).xml) is None
