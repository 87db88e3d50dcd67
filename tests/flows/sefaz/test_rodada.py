"""A round consults all that is due: certificates beside each other, what one serves one after the other.

docs/reference/contracts/sefaz.md §3.3, §3.10.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from aiohttp import web
from conftest import Configure
from sqlalchemy import text, update
from support.consultas import Loja, rows
from support.sefaz import EMPRESA, FILIAL, OUTRA

from core import stopping
from flows.certificados import keeping
from flows.certificados.keeping import Arquivo, guardar
from flows.documentos.owners import recipient
from flows.empresas.managing import criar
from flows.sefaz import encomendas
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.pedidos import pedir_chaves
from flows.sefaz.rodada import Rodada, completar, rodar
from flows.usuarios.finding import caller_of
from sandbox import faults
from sandbox.faults import Fault, Usual
from storage.models.empresas import Empresa
from storage.models.sefaz import ConsultaSEFAZ, DocumentoDistribuido
from storage.session import transaction


def run(minha: Loja) -> Rodada:
    return rodar(minha.lugar.clock, minha.lugar.clock.advance)


@pytest.fixture
def sozinha(minha: Loja) -> Loja:
    """The company is consulted by itself."""
    keeping.automatizar(EMPRESA, "ana")
    return minha


@pytest.fixture
def outra(sozinha: Loja) -> Loja:
    """Another company, with a certificate of its own."""
    made = sozinha.lugar.autoridade.cliente(OUTRA)
    criar(OUTRA, uf="RJ", caller=caller_of("ana"), clock=sozinha.lugar.clock)
    guardar(Arquivo(made.pfx, made.senha, OUTRA, "ana"), sozinha.lugar.clock)
    keeping.automatizar(OUTRA, "ana")
    return Loja(sozinha.lugar, OUTRA)


def together(amount: int) -> Fault:
    """Answer as usual, once so many questions are under way at the same time."""
    barrier = asyncio.Barrier(amount)

    async def act(request: web.Request, answer: Usual) -> web.StreamResponse:
        await barrier.wait()
        return await answer()

    return act


def test_every_service_of_a_company_is_asked_on_one_connection(sozinha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana", com=["nfse"])
    sozinha.receber(60)
    found = run(sozinha)
    assert (found.certificados, found.consultas, found.paginas, found.documentos) == (1, 3, 4, 60)
    assert [one.servico for one in sozinha.server.pedidos] == ["nfe", "nfe", "cte", "nfse"]
    assert sozinha.server.apertos == 1
    assert {one.status for one in rows(ConsultaSEFAZ)} == {"CONCLUIDA"}
    assert run(sozinha) == Rodada()


def test_certificates_are_shown_beside_each_other(sozinha: Loja, outra: Loja) -> None:
    sozinha.receber(1)
    outra.receber(2)
    sozinha.server.faults.always(together(2))
    found = run(sozinha)
    assert (found.certificados, found.documentos, found.falhas) == (2, 3, 0)
    assert sozinha.server.apertos == 2


def test_head_office_and_branch_are_asked_one_after_the_other_under_one_certificate(sozinha: Loja) -> None:
    criar(FILIAL, uf="SP", caller=caller_of("ana"), clock=sozinha.lugar.clock)
    branch = Loja(sozinha.lugar, FILIAL)
    sozinha.receber(1)
    branch.receber(1)
    found = run(sozinha)
    assert (found.certificados, found.consultas, found.documentos, sozinha.server.apertos) == (1, 4, 2, 1)


def test_so_many_at_once_as_the_settings_say(sozinha: Loja, outra: Loja, configure: Configure) -> None:
    configure(sefaz__simultaneas="1")
    under_way, most = [0], [0]

    async def counted(request: web.Request, answer: Usual) -> web.StreamResponse:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.sleep(0)
        under_way[0] -= 1
        return await answer()

    sozinha.server.faults.always(counted)
    assert run(sozinha).consultas == 4
    assert most == [1]


def test_a_company_that_cannot_be_asked_for_costs_itself(sozinha: Loja, outra: Loja) -> None:
    with transaction() as db:
        db.execute(update(Empresa).where(Empresa.cnpj == OUTRA).values(uf=None))
    sozinha.receber(1)
    sozinha.server.faults.queue(faults.status(403), key="cte")
    found = run(sozinha)
    assert (found.consultas, found.documentos, found.falhas) == (2, 1, 2)


def test_what_is_owed_by_single_questions_is_asked_after_that(sozinha: Loja) -> None:
    sozinha.receber(2)
    sozinha.server.faults.queue(faults.after(faults.close_early(b"")), key="nfe")
    run(sozinha)
    assert sozinha.lacunas == [(1, 2, "consumo_indevido")]
    sozinha.passa(3780)
    found = run(sozinha)
    assert (found.perguntas, sozinha.nsus) == (2, [1, 2])
    forms = Counter(one.forma for one in sozinha.server.pedidos if one.servico == "nfe")
    assert forms["consNSU"] == 2
    assert rows(DocumentoDistribuido)[0].resultado == "novo"


def test_pages_have_their_turn_where_another_program_uses_up_the_single_questions(sozinha: Loja) -> None:
    """Each of ours is refused then, and blocks the pages with it for an hour."""
    clock = sozinha.lugar.clock
    sozinha.receber(2)
    run(sozinha)
    list(pedir_chaves(sozinha.dono, sozinha.server.notas, clock))
    for _ in range(3):
        sozinha.passa(70 * 60)
        sozinha.server.serie(EMPRESA).avulsas.extend([clock.now()] * 20)
        sozinha.receber(1)
        before = len(sozinha.server.pedidos)
        completar(clock, clock.advance)
        asked = [(one.servico, one.forma) for one in sozinha.server.pedidos[before:]]
        assert asked == [("nfe", "distNSU"), ("nfe", "consChNFe")]
    assert sozinha.chaves == set(sozinha.server.notas)


def test_what_was_cut_short_goes_on_when_the_others_had_their_turn(sozinha: Loja, configure: Configure) -> None:
    configure(sefaz__max_paginas="1")
    sozinha.receber(120)
    before = sozinha.lugar.clock.now()
    found = run(sozinha)
    assert (found.consultas, found.paginas, found.documentos) == (4, 4, 120)
    assert [one.servico for one in sozinha.server.pedidos] == ["nfe", "cte", "nfe", "nfe"]
    assert sozinha.lugar.clock.now() - before == timedelta(seconds=4)


def test_whoever_is_asked_to_stop_begins_nothing(sozinha: Loja) -> None:
    stopping.ask_to_stop()
    try:
        assert run(sozinha) == Rodada(certificados=1, restam=2)
    finally:
        stopping.reset()
    assert sozinha.server.pedidos == []


def test_after_its_time_nothing_is_begun_and_the_next_round_goes_on(sozinha: Loja) -> None:
    sozinha.receber(120)
    found = rodar(sozinha.lugar.clock, sozinha.lugar.clock.advance, longest=timedelta(seconds=3))
    assert (found.paginas, found.consultas, found.restam) == (3, 1, 1)
    assert run(sozinha).consultas == 1
    assert [one.servico for one in sozinha.server.pedidos] == ["nfe", "nfe", "nfe", "cte"]


def test_a_certificate_that_took_another_one_s_place_is_shown(sozinha: Loja) -> None:
    """Between two companies of a round."""
    newer = sozinha.lugar.autoridade.cliente(EMPRESA, fim=sozinha.lugar.clock.now() + timedelta(days=900))

    async def replaced(request: web.Request, answer: Usual) -> web.StreamResponse:
        made = await answer()
        keeping.substituir(Arquivo(newer.pfx, newer.senha, EMPRESA, "ana"), sozinha.lugar.clock)
        return made

    sozinha.server.faults.queue(replaced, key="nfe")
    assert run(sozinha).consultas == 2
    assert sozinha.server.apertos == 2


def test_what_the_limits_of_one_consultation_leave_is_asked_for_in_the_same_round(sozinha: Loja) -> None:
    configurar(Mudancas(max_documentos_por_consulta=50), caller_of("ana"))
    sozinha.receber(120)
    found = run(sozinha)
    # three of NF-e, of which the last ends in a rest, and one of CT-e, which has its turn between them
    assert (found.consultas, found.documentos) == (4, 120)
    assert [one.total_encontrados for one in rows(ConsultaSEFAZ)] == [50, 0, 50, 20]


def test_a_round_makes_what_somebody_asked_for_and_ends_what_nobody_can_ask(minha: Loja) -> None:
    asked = recipient("ana", EMPRESA)
    encomendas.pedir(asked, "nfe", clock=minha.lugar.clock)
    assert run(minha).consultas == 1
    encomendas.pedir(asked, "nfe", clock=minha.lugar.clock)
    keeping.desativar(EMPRESA, "ana", minha.lugar.clock)
    assert run(minha) == Rodada()
    assert [one.status for one in rows(ConsultaSEFAZ)] == ["CONCLUIDA", "ERRO"]


def test_what_a_database_refuses_is_logged_without_what_was_to_be_stored(
    sozinha: Loja, capsys: pytest.CaptureFixture[str]
) -> None:
    sozinha.receber(1)
    with transaction() as db:
        if db.get_bind().dialect.name == "sqlite":
            when = "BEFORE INSERT ON sefaz_documento BEGIN SELECT RAISE(ABORT, 'refused here'); END"
            db.execute(text(f"CREATE TRIGGER refuse {when}"))
        else:
            db.execute(text("ALTER TABLE sefaz_documento ADD CONSTRAINT refuse CHECK (nsu <> 1)"))
    assert run(sozinha).falhas == 1
    said = capsys.readouterr().err
    assert "consultation failed" in said
    assert "refuse" in said
    for part in ("resNFe", "Failing row", "INSERT", "parameters"):
        assert part not in said
