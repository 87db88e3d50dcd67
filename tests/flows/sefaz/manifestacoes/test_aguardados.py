"""Notes of which only the summary is here. docs/reference/contracts/sefaz.md §4.1, §4.6."""

from datetime import timedelta

import pytest
from conftest import Configure
from support.consultas import Loja, rows
from support.manifestar import mandar, numero, pedir
from support.sefaz import EMPRESA, INICIO

from flows.sefaz.manifestacoes import aguardados
from flows.sefaz.manifestacoes.aguardados import AguardadoView
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox.documentos.comum import Pessoa
from storage.models.documentos import Documento
from storage.session import reading

DAY = timedelta(days=1)
DAY_SECONDS, REST = 86_400.0, 3780.0


def listed(minha: Loja, *, todos: bool = False) -> list[AguardadoView]:
    return list(aguardados.listar(todos=todos, clock=minha.lugar.clock))


def state(minha: Loja, chave: str) -> tuple[str, str]:
    (one,) = [one for one in listed(minha, todos=True) if one.chave_acesso == chave]
    return one.xml, one.conclusao


def counted(minha: Loja) -> int:
    with reading() as db:
        return aguardados.contar(db, [numero(minha)], minha.lugar.clock.now()).get(numero(minha), 0)


def test_a_summary_says_since_when_and_until_when(com_notas: Loja, chaves: list[str]) -> None:
    found = listed(com_notas)
    assert sorted(one.chave_acesso for one in found) == chaves
    one = found[0]
    assert (one.empresa, one.usuario, one.xml, one.conclusao) == (
        "11.222.333/0001-81",
        "ana",
        "sem_ciencia",
        "pendente",
    )
    assert (one.desde, one.ciencia_ate, one.conclusao_ate) == (
        INICIO,
        INICIO + 10 * DAY,
        INICIO + 90 * DAY,
    )
    assert one.emitente == "55.666.777/0001-55" or one.emit_nome
    assert counted(com_notas) == 3


@pytest.mark.parametrize("tipo", ["ciencia", "confirmacao", "nao-realizada"])
def test_after_an_event_that_brings_it_it_is_waited_for(com_notas: Loja, chaves: list[str], tipo: str) -> None:
    com_notas.server.demora = timedelta(days=1)
    com_notas.passa(60)
    pedir(com_notas, chaves[0], tipo=tipo)
    mandar(com_notas)
    (one,) = [one for one in listed(com_notas) if one.chave_acesso == chaves[0]]
    assert (one.xml, one.desde) == ("aguardado", com_notas.lugar.clock.now())
    com_notas.passa(DAY_SECONDS + REST)
    com_notas.consultar()
    assert sorted(one.chave_acesso for one in listed(com_notas)) == chaves[1:]
    (note,) = [one for one in rows(Documento) if one.chave == chaves[0]]
    assert note.completo


def test_after_a_denial_nothing_is_waited_for(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0], tipo="desconhecimento")
    mandar(com_notas)
    assert sorted(one.chave_acesso for one in listed(com_notas)) == chaves[1:]
    assert state(com_notas, chaves[0]) == ("desconhecida", "desconhecida")
    assert counted(com_notas) == 2
    pedir(com_notas, chaves[0], tipo="nao-realizada")
    mandar(com_notas)
    assert state(com_notas, chaves[0]) == ("aguardado", "nao_realizada")
    assert counted(com_notas) == 3


def test_what_nobody_asked_for_in_time_is_waited_for_no_more(com_notas: Loja, chaves: list[str]) -> None:
    com_notas.server.demora = timedelta(days=200)
    com_notas.passa(60)
    pedir(com_notas, chaves[0], tipo="ciencia")
    mandar(com_notas)
    com_notas.passa(89 * DAY_SECONDS)
    assert counted(com_notas) == 3
    com_notas.passa(2 * DAY_SECONDS)
    assert [one.chave_acesso for one in listed(com_notas)] == [chaves[0]]
    assert counted(com_notas) == 1
    assert state(com_notas, chaves[1]) == ("confirmada_tacitamente", "confirmada_tacitamente")


def test_what_is_never_distributed_ends_in_a_state_of_its_own(com_notas: Loja, chaves: list[str]) -> None:
    com_notas.server.cancelar(com_notas.server.notas[chaves[0]])
    own = com_notas.server.emitir(EMPRESA, emitente=Pessoa(EMPRESA))
    denied = com_notas.server.emitir(EMPRESA, situacao="2")
    com_notas.passa(REST)
    com_notas.consultar()
    assert state(com_notas, own.chave) == ("propria", "nao_cabe")
    assert state(com_notas, chaves[0]) == ("cancelada", "nao_cabe")
    assert state(com_notas, denied.chave) == ("denegada", "nao_cabe")
    assert sorted(one.chave_acesso for one in listed(com_notas)) == chaves[1:]
    assert counted(com_notas) == 2


def test_time_runs_from_the_authorisation_and_not_from_the_issue(minha: Loja, configure: Configure) -> None:
    minha.server.comecar(EMPRESA)
    nota = minha.server.emitir(EMPRESA, emitida_em=INICIO - 24 * DAY)
    minha.consultar()
    for days, expected in ((10, "sem_ciencia"), (11, "sem_ciencia_no_prazo"), (89, "sem_ciencia_no_prazo")):
        minha.lugar.clock.instant = INICIO + days * DAY
        assert state(minha, nota.chave) == (expected, "pendente")
    minha.lugar.clock.instant = INICIO + 91 * DAY
    assert state(minha, nota.chave) == ("confirmada_tacitamente", "confirmada_tacitamente")
    configure(sefaz__dias_conclusao="180")
    assert state(minha, nota.chave) == ("sem_ciencia_no_prazo", "pendente")


def test_pages_and_companies(com_notas: Loja, chaves: list[str]) -> None:
    clock = com_notas.lugar.clock
    first = aguardados.listar(EMPRESA, "ana", limite=2, clock=clock)
    rest = aguardados.listar(limite=2, depois=first.depois, clock=clock)
    assert sorted(one.chave_acesso for one in (*first, *rest)) == chaves
    usuarios.criar("bia")
    assert list(aguardados.listar(caller=caller_of("bia"), clock=clock)) == []
    assert len(list(aguardados.listar(caller=caller_of("ana"), clock=clock))) == 3
