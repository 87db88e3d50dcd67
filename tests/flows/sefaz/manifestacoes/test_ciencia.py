"""Ciência by itself: off unless a company wants it, and only of what waits and is in time.

docs/reference/contracts/sefaz.md §4.7.
"""

from datetime import timedelta

import pytest
from conftest import Configure
from support.consultas import Loja, rows
from support.manifestar import estados, mandar, pedir
from support.sefaz import EMPRESA, FILIAL, INICIO

from core.documentos.leitor import ler_documentos
from core.errors import Conflict, NotFound
from flows.documentos.entries import Entrada
from flows.documentos.storing import store
from flows.empresas import managing as empresas
from flows.sefaz.manifestacoes import ciencia
from flows.usuarios.finding import caller_of
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.notas import nota, resumo
from storage.models.documentos import Documento
from storage.models.manifestacoes import ManifestacaoSEFAZ
from storage.session import transaction

DAY = 86_400.0


def devidas(minha: Loja) -> list[str]:
    return [one.chave for one in ciencia.devidas(minha.lugar.clock.now())]


def test_it_is_off_unless_it_is_turned_on(com_notas: Loja, chaves: list[str]) -> None:
    clock = com_notas.lugar.clock
    assert ciencia.ver(EMPRESA, "ana").ligada is False
    assert ciencia.dever(clock) == 0
    one = ciencia.ligar(EMPRESA, "ana", clock)
    assert (one.empresa, one.ligada, one.ligada_em) == ("11.222.333/0001-81", True, clock.now())
    assert ciencia.ligar(EMPRESA, "ana", clock) == one
    assert ciencia.dever(clock) == 3
    assert {one.automatica for one in rows(ManifestacaoSEFAZ)} == {True}
    assert ciencia.desligar(EMPRESA, "ana").ligada is False


def test_each_note_is_said_of_once_and_then_its_document_comes(com_notas: Loja, chaves: list[str]) -> None:
    clock = com_notas.lugar.clock
    ciencia.ligar(EMPRESA, "ana", clock)
    assert ciencia.dever(clock) == 3
    assert ciencia.dever(clock) == 0
    assert mandar(com_notas).registradas == 3
    assert ciencia.dever(clock) == 0
    com_notas.passa(3780)
    com_notas.consultar()
    assert [one.completo for one in rows(Documento)] == [True] * 3
    assert ciencia.dever(clock) == 0


def test_only_within_ten_days_of_the_authorisation(minha: Loja) -> None:
    minha.server.comecar(EMPRESA)
    minha.server.emitir(EMPRESA, emitida_em=INICIO - timedelta(days=24))
    minha.passa(9 * DAY)
    young = minha.server.emitir(EMPRESA)
    minha.consultar()
    ciencia.ligar(EMPRESA, "ana", minha.lugar.clock)
    assert len(devidas(minha)) == 2
    minha.passa(1.1 * DAY)
    assert devidas(minha) == [young.chave]


@pytest.mark.parametrize("tipo", ["ciencia", "confirmacao", "desconhecimento", "nao-realizada"])
def test_what_was_said_or_asked_for_already_is_left_alone(com_notas: Loja, chaves: list[str], tipo: str) -> None:
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    pedir(com_notas, chaves[0], tipo=tipo)
    assert chaves[0] not in devidas(com_notas)
    mandar(com_notas)
    assert sorted(devidas(com_notas)) == chaves[1:]


def test_one_that_was_refused_is_not_asked_for_again_and_again(com_notas: Loja, chaves: list[str]) -> None:
    com_notas.server.notas[chaves[0]].situacao = "3"
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    ciencia.dever(com_notas.lugar.clock)
    mandar(com_notas)
    assert sorted(estados(com_notas)) == ["recusado", "registrado", "registrado"]
    assert ciencia.dever(com_notas.lugar.clock) == 0


def test_a_cancelled_note_and_ones_own_are_left_alone(com_notas: Loja, chaves: list[str]) -> None:
    com_notas.server.cancelar(com_notas.server.notas[chaves[0]])
    own = com_notas.server.emitir(EMPRESA, emitente=Pessoa(EMPRESA))
    com_notas.passa(3780)
    com_notas.consultar()
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    assert sorted(devidas(com_notas)) == chaves[1:]
    assert own.chave in {one.chave for one in rows(Documento)}


def test_a_summary_that_somebody_imported_is_left_alone(com_notas: Loja) -> None:
    """It proves nothing about who the note is for."""
    made = nota(77, emitente=Pessoa("55666777000100"), quando=com_notas.lugar.clock.now())
    (part,) = ler_documentos(resumo(made, quando=com_notas.lugar.clock.now()))
    company = rows(Documento)[0].empresa_id
    with transaction() as db:
        store(db, [Entrada(part, "resumo.xml", None, company)], com_notas.lugar.clock)
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    assert made.chave in {one.chave for one in rows(Documento)}
    assert made.chave not in devidas(com_notas)


def test_the_other_environment_and_other_companies_are_left_alone(
    com_notas: Loja, chaves: list[str], configure: Configure
) -> None:
    empresas.criar(FILIAL, uf="SP", caller=caller_of("ana"), clock=com_notas.lugar.clock)
    ciencia.ligar(FILIAL, "ana", com_notas.lugar.clock)
    assert devidas(com_notas) == []
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    assert len(devidas(com_notas)) == 3
    configure(sefaz__ambiente="1")
    assert devidas(com_notas) == []


def test_a_company_that_is_off_says_nothing(com_notas: Loja) -> None:
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    empresas.desativar(EMPRESA, caller_of("ana"))
    assert devidas(com_notas) == []
    with pytest.raises(Conflict):
        ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    assert ciencia.desligar(EMPRESA, "ana").ligada is False


def test_a_company_that_is_none_is_told(banco: str) -> None:
    with pytest.raises(NotFound):
        ciencia.ligar(EMPRESA)


def test_turned_off_it_takes_back_what_has_not_left(com_notas: Loja, chaves: list[str]) -> None:
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    ciencia.dever(com_notas.lugar.clock)
    pedir(com_notas, chaves[0], tipo="confirmacao")
    ciencia.desligar(EMPRESA, "ana")
    assert [(one.tipo, one.automatica) for one in rows(ManifestacaoSEFAZ)] == [("210200", False)]


def test_what_a_person_asks_for_too_is_the_persons(com_notas: Loja, chaves: list[str]) -> None:
    ciencia.ligar(EMPRESA, "ana", com_notas.lugar.clock)
    ciencia.dever(com_notas.lugar.clock)
    pedir(com_notas, chaves[0])
    ciencia.desligar(EMPRESA, "ana")
    assert [(one.chave, one.automatica) for one in rows(ManifestacaoSEFAZ)] == [(chaves[0], False)]
