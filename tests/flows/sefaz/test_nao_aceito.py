"""A server that does not accept a certificate, which may be for a moment: nothing is turned off, and it rests a day.

docs/reference/contracts/sefaz.md §3.8, §3.9, §3.10b.
"""

from collections.abc import Callable

import pytest
from aiohttp import web
from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from flows.certificados import keeping, receiving
from flows.sefaz.pedidos import pedir_chaves
from flows.sefaz.regras import Situacao
from flows.sefaz.rodada import Rodada, rodar
from sandbox import faults
from storage.models.certificados import CertificadoDigital

DAY = 86_400.0


@pytest.fixture
def recusada(minha: Loja) -> Loja:
    """A company that is consulted by itself, whose certificate was not accepted just now, with three notes waiting."""
    keeping.automatizar(EMPRESA, "ana", clock=minha.lugar.clock)
    minha.receber(3)
    minha.server.faults.queue(faults.status(403, "<h2>403 - Forbidden</h2>"), key="nfe")
    assert minha.consultar().situacao is Situacao.CERTIFICADO
    return minha


def run(minha: Loja) -> Rodada:
    return rodar(minha.lugar.clock, minha.lugar.clock.advance)


def asked(minha: Loja) -> int:
    return sum(one.servico == "nfe" for one in minha.server.pedidos)


def test_one_403_costs_a_day_and_turns_nothing_off(recusada: Loja) -> None:
    (row,) = rows(CertificadoDigital)
    assert (row.consulta_automatica, row.desligado_por) == (True, None)
    before = asked(recusada)
    for _ in range(23):
        recusada.passa(3600)
        run(recusada)
    assert (asked(recusada), recusada.chaves) == (before, set())
    recusada.passa(3700)
    run(recusada)
    assert recusada.chaves == set(recusada.server.notas)


def test_who_waits_is_told_why(recusada: Loja) -> None:
    found = recusada.consultar()
    assert (found.situacao, "não aceitou o certificado" in found.mensagem) == (Situacao.DESCANSANDO, True)
    assert (recusada.serie.ultimo_cstat, recusada.serie.falhas) == ("nao_aceito", 1)


def newer(minha: Loja) -> None:
    lugar = minha.lugar
    made = lugar.autoridade.cliente(EMPRESA, fim=minha.server.clock.now().replace(year=2029))
    keeping.substituir(keeping.Arquivo(made.pfx, made.senha, EMPRESA, "ana"), lugar.clock)


def again(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana", clock=minha.lugar.clock)


def by_api(minha: Loja) -> None:
    (row,) = rows(CertificadoDigital)
    receiving.alterar(row.id, receiving.Mudanca(consulta_automatica=True), clock=minha.lugar.clock)


@pytest.mark.parametrize("act", [newer, again, by_api])
def test_a_person_who_acts_ends_the_rest(recusada: Loja, act: Callable[[Loja], None]) -> None:
    act(recusada)
    assert recusada.consultar().total_importados == 3
    assert recusada.serie.ultimo_cstat == "138"


def test_a_certificate_that_took_the_place_of_the_refused_one_meanwhile_does_not_rest(minha: Loja) -> None:
    minha.receber(1)

    async def replaced(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        newer(minha)
        return web.Response(status=403)

    minha.server.faults.queue(replaced, key="nfe")
    assert minha.consultar().situacao is Situacao.CERTIFICADO
    assert minha.serie.ultimo_cstat is None
    minha.passa(400)
    assert minha.consultar().total_importados == 1


def test_the_same_file_again_ends_no_rest(recusada: Loja) -> None:
    keeping.substituir(keeping.Arquivo(recusada.lugar.pfx, recusada.lugar.senha, EMPRESA, "ana"), recusada.lugar.clock)
    assert recusada.consultar().situacao is Situacao.DESCANSANDO


def test_a_403_to_a_single_question_turns_nothing_off(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana", clock=minha.lugar.clock)
    minha.receber(1)
    list(pedir_chaves(minha.dono, minha.server.notas, minha.lugar.clock))
    minha.server.faults.queue(faults.status(403), key="nfe")
    assert minha.completar().situacao is Situacao.CERTIFICADO
    assert rows(CertificadoDigital)[0].consulta_automatica
    minha.passa(DAY + 600)
    assert minha.completar().encontrados == 1


@pytest.fixture
def pedida(minha: Loja) -> Loja:
    """A company of which a note is asked for by its key."""
    keeping.automatizar(EMPRESA, "ana", clock=minha.lugar.clock)
    minha.receber(1)
    list(pedir_chaves(minha.dono, minha.server.notas, minha.lugar.clock))
    return minha


@pytest.mark.parametrize("act", [newer, again, by_api])
@pytest.mark.parametrize("cstat", ["280", None])
def test_a_person_who_acts_ends_the_rest_of_single_questions(
    pedida: Loja, cstat: str | None, act: Callable[[Loja], None]
) -> None:
    if cstat:
        pedida.server.serie(EMPRESA).forcados.append(cstat)
    else:
        pedida.server.faults.queue(faults.status(403), key="nfe")
    assert pedida.completar().situacao is Situacao.CERTIFICADO
    assert pedida.completar().situacao is Situacao.DESCANSANDO
    act(pedida)
    assert pedida.completar().encontrados == 1


@pytest.mark.parametrize("act", [newer, again, by_api])
@pytest.mark.parametrize("cstat", ["280", "286", "593"])
def test_a_person_who_acts_ends_the_rest_after_a_refusal_of_the_certificate(
    minha: Loja, cstat: str, act: Callable[[Loja], None]
) -> None:
    minha.receber(3)
    minha.server.serie(EMPRESA).forcados.append(cstat)
    assert minha.consultar().situacao is Situacao.CERTIFICADO
    assert minha.consultar().situacao is Situacao.DESCANSANDO
    act(minha)
    assert minha.consultar().total_importados == 3


@pytest.mark.parametrize("cstat", ["137", "656", "999"])
def test_what_was_not_the_certificate_s_fault_rests_on_with_another(minha: Loja, cstat: str) -> None:
    minha.server.serie(EMPRESA).forcados.append(cstat)
    minha.consultar()
    newer(minha)
    assert minha.consultar().situacao in (Situacao.DESCANSANDO, Situacao.BLOQUEADA)


def test_a_block_after_a_single_question_stays_with_another_certificate(pedida: Loja) -> None:
    pedida.server.serie(EMPRESA).forcados.append("656")
    assert pedida.completar().situacao is Situacao.BLOQUEADA
    newer(pedida)
    assert pedida.completar().situacao is Situacao.BLOQUEADA
    assert pedida.consultar().situacao is Situacao.BLOQUEADA
