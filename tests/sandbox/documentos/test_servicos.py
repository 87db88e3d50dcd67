"""Made-up national NFS-e: their key of fifty characters, and the event that cancels one.

docs/reference/contracts/sefaz.md §1.3.
"""

import pytest
from lxml import etree

from core.documentos.espacos import NFSE
from sandbox.documentos.comum import COM_LETRAS, DESTINATARIO, EMITENTE, QUANDO, Pessoa, cpf
from sandbox.documentos.servicos import cancelamento_de_servico, chave_de_servico, nota_de_servico

S = {"s": NFSE}
PERSON = Pessoa(cpf(5), "Fulana")
WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9)


@pytest.mark.parametrize(("who", "kind"), [(EMITENTE, "2"), (COM_LETRAS, "2"), (PERSON, "1")])
def test_a_key_has_town_issuer_number_and_month(who: Pessoa, kind: str) -> None:
    key = chave_de_servico(7, prestador=who, quando=QUANDO.replace(month=11))
    assert len(key) == 50
    assert (key[:7], key[8], key[9:23]) == (who.codigo_municipio, kind, who.documento.zfill(14))
    assert (key[23:36], key[36:40]) == ("0000000000007", "2611")


@pytest.mark.parametrize("number", range(1, 60))
def test_its_last_figure_is_modulo_eleven_of_the_others(number: int) -> None:
    """Among so many there are those whose remainder is 0 or 1."""
    key = chave_de_servico(number, prestador=COM_LETRAS)
    total = sum((ord(sign) - 48) * WEIGHTS[place % 8] for place, sign in enumerate(reversed(key[:-1])))
    assert int(key[-1]) == {0: 0, 1: 0}.get(total % 11, 11 - total % 11)


def test_a_note_says_who_did_what_for_whom() -> None:
    made = nota_de_servico(7, prestador=PERSON, tomador=DESTINATARIO, ambiente=2)
    root = etree.fromstring(made.xml)
    assert root.find("s:infNFSe", S).get("Id") == f"NFS{made.chave}"
    said = [root.findtext(f".//s:{path}", None, S) for path in ("emit/s:CPF", "prest/s:CPF", "toma/s:CNPJ", "tpAmb")]
    assert said == [PERSON.documento, PERSON.documento, DESTINATARIO.documento, "2"]
    assert root.findtext(".//s:nNFSe", None, S) == root.findtext(".//s:nDPS", None, S) == "7"


@pytest.mark.parametrize(("who", "field"), [(EMITENTE, "CNPJAutor"), (PERSON, "CPFAutor")])
def test_a_cancellation_is_named_by_an_element_and_names_its_author(who: Pessoa, field: str) -> None:
    note = nota_de_servico(7, prestador=who)
    made = cancelamento_de_servico(note, autor=who)
    root = etree.fromstring(made.xml)
    asked = root.find(".//s:infPedReg", S)
    assert (made.chave, asked.findtext("s:chNFSe", None, S)) == (note.chave, note.chave)
    assert asked.findtext(f"s:{field}", None, S) == who.documento
    assert asked.find("s:e101101", S) is not None
    assert [one.get("Id") for one in (root[0], asked)] == [f"EVT{note.chave}101101001", f"PRE{note.chave}101101"]
