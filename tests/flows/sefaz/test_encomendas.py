"""Consultations that are asked for: rows that wait for their turn. docs/reference/contracts/integracoes.md §4.51."""

from datetime import date

import pytest
from conftest import Configure
from sqlalchemy import update
from support.consultas import Loja, rows
from support.sefaz import EMPRESA, FILIAL

from core.errors import Conflict, UsageError
from flows.certificados import keeping
from flows.documentos.owners import Dono, recipient
from flows.empresas.managing import criar
from flows.sefaz import encomendas, varredura
from flows.sefaz.views import consultas
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from storage.models.empresas import Empresa
from storage.models.sefaz import ConsultaSEFAZ
from storage.session import transaction


@pytest.fixture
def dono(minha: Loja) -> Dono:
    return recipient("ana", EMPRESA)


def due(minha: Loja) -> list[tuple[str | None, str]]:
    return [(one.dono.cnpj, one.servico) for one in varredura.devidas(minha.lugar.clock)]


def test_what_is_asked_for_waits_and_becomes_the_consultation(minha: Loja, dono: Dono) -> None:
    minha.receber(2)
    number = encomendas.pedir(dono, "NFE", date(2026, 11, 1), date(2026, 11, 20), minha.lugar.clock)
    (waiting,) = consultas.consultas(caller=caller_of("ana"))
    assert (waiting.id, waiting.status, waiting.tipo_documento) == (number, "PENDENTE", "NFE")
    # without any automation
    assert due(minha) == [(EMPRESA, "nfe")]
    minha.passa(60)
    minha.consultar()
    (done,) = consultas.consultas(caller=caller_of("ana"))
    assert (done.id, done.status, done.total_importados) == (number, "CONCLUIDA", 2)
    assert (done.data_inicio, done.data_fim) == (date(2026, 11, 1), date(2026, 11, 20))
    assert done.data_consulta == minha.lugar.clock.now()
    assert minha.avisos[0]["data_inicio"] == "2026-11-01"
    assert due(minha) == []


def test_asking_again_while_it_waits_is_the_same_one(minha: Loja, dono: Dono) -> None:
    numbers = {encomendas.pedir(dono, "nfe", clock=minha.lugar.clock) for _ in range(3)}
    assert len(numbers) == 1
    assert encomendas.pedir(dono, "cte", clock=minha.lugar.clock) not in numbers


def test_it_waits_for_the_end_of_a_rest_and_is_then_made_whatever_the_interval(minha: Loja, dono: Dono) -> None:
    keeping.automatizar(EMPRESA, "ana", intervalo=600)
    for servico in ("nfe", "cte"):
        minha.consultar(servico)
    encomendas.pedir(dono, "nfe", clock=minha.lugar.clock)
    assert due(minha) == []
    minha.passa(3780)
    assert due(minha) == [(EMPRESA, "nfe")]


def test_one_that_waits_does_not_count_as_the_last_consultation(minha: Loja, dono: Dono) -> None:
    keeping.automatizar(EMPRESA, "ana")
    minha.consultar()
    minha.consultar("cte")
    minha.passa(3780)
    encomendas.pedir(dono, "nfe", clock=minha.lugar.clock)
    assert due(minha) == [(EMPRESA, "nfe"), (EMPRESA, "cte")]


def test_what_nobody_can_ask_for_any_more_ends(minha: Loja, dono: Dono) -> None:
    encomendas.pedir(dono, "nfe", clock=minha.lugar.clock)
    assert encomendas.desistir(minha.lugar.clock) == 0
    keeping.desativar(EMPRESA, "ana", minha.lugar.clock)
    assert encomendas.desistir(minha.lugar.clock) == 1
    (row,) = rows(ConsultaSEFAZ)
    assert (row.status, row.mensagem_erro) == ("ERRO", encomendas.GIVEN_UP)
    with pytest.raises(Conflict, match="Nenhum certificado"):
        encomendas.pedir(dono, "nfe", clock=minha.lugar.clock)


def test_what_could_never_be_made_is_refused_at_once(minha: Loja, dono: Dono) -> None:
    with transaction() as db:
        db.execute(update(Empresa).values(uf=None))
    with pytest.raises(Conflict, match="Falta o estado"):
        encomendas.pedir(dono, "nfe", clock=minha.lugar.clock)
    assert rows(ConsultaSEFAZ) == []


def test_what_waits_for_a_user_who_is_turned_off_ends(minha: Loja, dono: Dono) -> None:
    encomendas.pedir(dono, "nfe", clock=minha.lugar.clock)
    usuarios.desativar("ana")
    assert encomendas.desistir(minha.lugar.clock) == 1


def test_one_whose_process_died_is_owed_until_it_is_made(minha: Loja, dono: Dono) -> None:
    encomendas.pedir(dono, "nfe", clock=minha.lugar.clock)
    with transaction() as db:
        db.execute(update(ConsultaSEFAZ).values(status="PROCESSANDO"))
    assert due(minha) == [(EMPRESA, "nfe")]
    minha.consultar()
    assert [one.status for one in rows(ConsultaSEFAZ)] == ["ERRO", "CONCLUIDA"]
    assert "foi interrompida" in (rows(ConsultaSEFAZ)[0].mensagem_erro or "")
    assert due(minha) == []


def test_a_branch_is_asked_for_with_the_head_office_s_certificate(minha: Loja) -> None:
    criar(FILIAL, uf="SP", caller=caller_of("ana"))
    minha.server.comecar(FILIAL)
    minha.server.emitir(FILIAL)
    encomendas.pedir(recipient("ana", FILIAL), "nfe", clock=minha.lugar.clock)
    assert due(minha) == [(FILIAL, "nfe")]
    branch = Loja(minha.lugar, FILIAL)
    assert branch.consultar().total_importados == 1
    assert {one.titular for one in minha.server.pedidos} == {EMPRESA}
    assert [(one.empresa, one.certificado) for one in consultas.consultas()] == [("11.222.333/0002-62", "Matriz")]


@pytest.mark.parametrize(
    ("servico", "inicio", "fim", "said"),
    [
        ("NFCE", None, None, "não distribui NFC-e"),
        ("MDFE", None, None, "Não há serviço"),
        ("", None, None, "Não há serviço"),
        ("NFE", date(2026, 11, 2), date(2026, 11, 1), "termina antes de começar"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    minha: Loja, dono: Dono, servico: str, inicio: date | None, fim: date | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        encomendas.pedir(dono, servico, inicio, fim, minha.lugar.clock)
    assert rows(ConsultaSEFAZ) == []


def test_in_the_first_days_of_the_calendar_there_is_no_week_before(minha: Loja, dono: Dono) -> None:
    encomendas.pedir(dono, "nfe", None, date(1, 1, 3), minha.lugar.clock)
    assert [(one.data_inicio, one.data_fim) for one in rows(ConsultaSEFAZ)] == [(date.min, date(1, 1, 3))]


def test_a_user_s_limits_end_a_consultation_early_and_the_next_goes_on(minha: Loja, configure: Configure) -> None:
    from flows.sefaz.configuracao import Mudancas, configurar

    ana = caller_of("ana")
    minha.receber(170)
    configurar(Mudancas(max_documentos_por_consulta=100), ana)
    assert (minha.consultar().total_encontrados, minha.consultar().total_encontrados) == (100, 70)
    minha.passa(3780)
    minha.receber(120)
    configurar(Mudancas(max_documentos_por_consulta=20), ana)
    # a page is a page
    assert minha.consultar().total_encontrados == 50
    configurar(Mudancas(max_documentos_por_consulta=1000, timeout_consulta=60), ana)
    minha.server.serie(EMPRESA).paginas.extend([1] * 60)
    assert minha.consultar().paginas == 31
    assert minha.consultar().paginas == 30
