"""What is known of a document before its text: by a summary, or by a protocol alone."""

import pytest
from lxml import etree

from core.documentos.conteudo import Especie, Papel, Resumo
from core.documentos.espacos import CTE, NFE
from core.documentos.parser.grupo import Contexto
from core.documentos.parser.recusa import Recusado
from core.documentos.parser.resumos import protocolo_avulso, resumo
from sandbox.documentos import notas
from sandbox.documentos.comum import EMITENTE, Pessoa, chave, cpf, protocolo

NOTE = notas.nota(7)
SUMMARY = notas.resumo(NOTE).decode()
WRONG = NOTE.chave[:43] + str((int(NOTE.chave[43]) + 1) % 10)


def summary(text: str) -> Resumo:
    return resumo(etree.fromstring(text.encode()), Contexto(NFE))


def proof(key: str, status: str = "100", field: str = "chNFe", ambiente: int = 1, stated: str | None = None) -> Resumo:
    space, name = (CTE, "protCTe") if field == "chCTe" else (NFE, "protNFe")
    text = protocolo(name, field, key, status, ambiente=ambiente).replace(f"<{name} ", f'<{name} xmlns="{space}" ')
    named = text if stated is None else text.replace(key, stated)
    return protocolo_avulso(etree.fromstring(named.encode()), Contexto(space))


@pytest.mark.parametrize(
    ("situacao", "status", "motivo"),
    [
        ("1", "100", None),
        ("2", "110", "Uso denegado"),
        ("3", "101", "Cancelamento homologado"),
        ("4", None, None),
        ("", None, None),
        ("11", None, None),
    ],
)
def test_a_summary_says_how_a_note_stands_as_its_protocol_would(
    situacao: str, status: str | None, motivo: str | None
) -> None:
    found = summary(SUMMARY.replace("<cSitNFe>1", f"<cSitNFe>{situacao}"))
    assert (found.status, found.motivo) == (status, motivo)


def test_what_a_summary_does_not_say_is_read_in_its_key() -> None:
    found = summary(f'<resNFe xmlns="{NFE}"><chNFe>{NOTE.chave}</chNFe></resNFe>')
    assert (found.especie, found.modelo, found.serie, found.numero) == (Especie.NFE, "55", 1, 7)
    assert (found.emit_cnpj, found.emit_uf) == (EMITENTE.documento, "SP")
    assert found.papeis == ((Papel.EMITENTE, EMITENTE.documento),)
    assert (found.data_emissao, found.valor_total, found.protocolo, found.digest) == (None, None, None, None)
    assert found.avisos == ()


def test_a_person_that_issues_is_in_the_key_behind_zeros() -> None:
    person = cpf(111444777)
    key = chave("55", 7, emitente=person)
    assert summary(f'<resNFe xmlns="{NFE}"><chNFe>{key}</chNFe></resNFe>').emit_cnpj == person
    assert proof(key).papeis == ((Papel.EMITENTE, person),)


def test_who_a_summary_names_goes_before_its_key() -> None:
    other = Pessoa("44555666000100")
    found = summary(SUMMARY.replace(EMITENTE.numero, other.numero))
    assert (found.emit_cnpj, found.papeis) == (other.documento, ((Papel.EMITENTE, other.documento),))


@pytest.mark.parametrize(
    ("modelo", "field", "especie"),
    [
        ("55", "chNFe", Especie.NFE),
        ("65", "chNFe", Especie.NFCE),
        ("57", "chCTe", Especie.CTE),
        ("67", "chCTe", Especie.CTE_OS),
        ("64", "chCTe", Especie.GTVE),
    ],
)
def test_a_protocol_is_of_the_kind_in_its_key(modelo: str, field: str, especie: Especie) -> None:
    found = proof(chave(modelo, 7), field=field)
    assert (found.especie, found.modelo, found.status, found.ambiente) == (especie, modelo, "100", 1)


def test_a_protocol_of_the_test_environment_is_of_it() -> None:
    assert proof(NOTE.chave, ambiente=2).ambiente == 2


@pytest.mark.parametrize("modelo", ["59", "58", "62"])
def test_of_other_models_there_are_no_summaries(modelo: str) -> None:
    key = chave(modelo, 7)
    for read in (lambda: summary(SUMMARY.replace(NOTE.chave, key)), lambda: proof(key)):
        with pytest.raises(Recusado, match=f"a chave é do modelo {modelo}") as caught:
            read()
        assert (caught.value.motivo, caught.value.chave) == ("chave_divergente", key)


@pytest.mark.parametrize("stated", ["", "123", NOTE.chave[:-1], "x" * 60])
def test_what_does_not_name_its_document_is_refused(stated: str) -> None:
    for read in (lambda: summary(SUMMARY.replace(NOTE.chave, stated)), lambda: proof(NOTE.chave, stated=stated)):
        with pytest.raises(Recusado, match="não diz de que documento é"):
            read()


def test_a_wrong_check_digit_is_told() -> None:
    found = summary(SUMMARY.replace(NOTE.chave, WRONG))
    assert (found.chave, found.avisos) == (WRONG, (f"o dígito verificador da chave está errado: {WRONG}",))


@pytest.mark.parametrize("status", ["", "ok", "10", "10000"])
def test_a_protocol_that_does_not_say_what_was_answered_is_refused(status: str) -> None:
    with pytest.raises(Recusado) as caught:
        proof(NOTE.chave, status)
    assert caught.value.motivo == "protocolo_ilegivel"


@pytest.mark.parametrize("status", ["100", "204", "539"])
def test_a_rejection_is_a_summary_too(status: str) -> None:
    assert proof(NOTE.chave, status).status == status
