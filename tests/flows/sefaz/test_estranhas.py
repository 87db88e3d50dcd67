"""Answers that no rule foresees: each costs a question at most, and the numbering stays where it can go on from.

docs/reference/contracts/sefaz.md §2.5, §3.3 to §3.8.
"""

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from conftest import Configure
from support.consultas import Loja, loja, rows
from support.sefaz import EMPRESA, FILIAL, Lugar

from core.errors import Conflict
from core.fiscal import digitos_cnpj
from flows.certificados import keeping
from flows.empresas import managing as empresas
from flows.sefaz import pendentes, varredura
from flows.sefaz.orcamento import RESERVA
from flows.sefaz.pedidos import Pedido, pedir_chaves, pedir_nsu
from flows.sefaz.regras import Situacao
from flows.sefaz.reprocesso import ilegiveis, reprocessar
from flows.sefaz.series import contribuinte, serie
from flows.usuarios.finding import caller_of
from sandbox import faults
from sandbox.documentos.comum import chave
from sandbox.sefaz.textos import FORNECEDOR, comprimido
from storage.models.certificados import CertificadoDigital
from storage.models.documentos import Documento
from storage.models.sefaz import BuscaSEFAZ, ChamadaSEFAZ, DocumentoDistribuido, LacunaNSU
from storage.session import transaction

REST, POR_HORA = 3780.0, 20
NFE, SOAP = "http://www.portalfiscal.inf.br/nfe", "http://www.w3.org/2003/05/soap-envelope"


def said(
    cstat: str,
    ult: object = None,
    most: object = None,
    *documents: tuple[object, bytes],
    ambiente: int = 2,
    em: str = "2026-11-26T09:00:00-03:00",
) -> faults.Fault:
    """Return an answer with these numbers, as they are written, and these documents."""
    numbers = "".join(
        f"<{name}>{value}</{name}>" for name, value in (("ultNSU", ult), ("maxNSU", most)) if value is not None
    )
    packed = "".join(
        f'<docZip NSU="{nsu}" schema="resNFe_v1.01.xsd">{base64.b64encode(comprimido(xml)).decode()}</docZip>'
        for nsu, xml in documents
    )
    lot = f"<loteDistDFeInt>{packed}</loteDistDFeInt>"
    return faults.status(
        200,
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><retDistDFeInt versao="1.01" xmlns="{NFE}"><tpAmb>{ambiente}</tpAmb>'
        f"<verAplic>1</verAplic><cStat>{cstat}</cStat><xMotivo>dito</xMotivo><dhResp>{em}</dhResp>{numbers}{lot}"
        "</retDistDFeInt></s:Body></s:Envelope>",
        {"Content-Type": "application/soap+xml; charset=utf-8"},
    )


def summaries(minha: Loja, count: int) -> Sequence[bytes]:
    minha.receber(count)
    return [one.resumo() for one in minha.server.notas.values()]


def test_documents_out_of_order_and_twice_are_stored_once(minha: Loja) -> None:
    one, two, three = summaries(minha, 3)
    minha.server.faults.queue(said("138", 3, 3, (3, three), (1, one), (2, two), (1, one)))
    found = minha.consultar()
    assert (found.situacao, minha.serie.ult_nsu, minha.lacunas) == (Situacao.CONCLUIDA, 3, [])
    assert sorted(one or 0 for one in minha.nsus) == [1, 2, 3]
    assert len(rows(Documento)) == 3


def test_blanks_around_what_is_said_change_nothing(minha: Loja) -> None:
    (one,) = summaries(minha, 1)
    minha.server.faults.queue(said(" 138 ", " 000000000000001 ", "\n1\n", (" 1 ", one)))
    assert minha.consultar().situacao is Situacao.CONCLUIDA
    assert (minha.nsus, minha.serie.max_nsu) == ([1], 1)


@pytest.mark.parametrize("em", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "ontem", ""])
def test_an_absurd_hour_is_no_fault(minha: Loja, em: str) -> None:
    minha.server.faults.queue(said("137", 0, 0, em=em))
    assert minha.consultar().situacao is Situacao.CONCLUIDA


def test_documents_announced_and_not_given_move_nothing(minha: Loja) -> None:
    minha.receber(2)
    minha.server.faults.queue(said("138", 2, 2))
    found = minha.consultar()
    assert (found.situacao, minha.nsus) == (Situacao.CONCLUIDA, [1, 2])


def test_a_greatest_number_below_the_last_one_is_an_end(minha: Loja) -> None:
    one, two = summaries(minha, 2)
    minha.server.faults.queue(said("138", 2, 1, (1, one), (2, two)))
    found = minha.consultar()
    assert (found.situacao, found.paginas, minha.serie.ult_nsu) == (Situacao.CONCLUIDA, 1, 2)


@pytest.mark.parametrize("nsu", ["999999999999999", "9" * 16, "-1", "dez"])
def test_a_document_with_an_absurd_number_makes_no_gap_beyond_its_page(minha: Loja, nsu: str) -> None:
    one, two, three = summaries(minha, 3)
    minha.server.faults.queue(said("138", 3, 3, (1, one), (2, two), (nsu, three)))
    assert minha.consultar().situacao is Situacao.CONCLUIDA
    assert (minha.serie.ult_nsu, len(rows(Documento)), minha.lacunas) == (3, 3, [])


def test_a_number_that_runs_away_comes_back_and_leaves_no_endless_gap(minha: Loja) -> None:
    """A refusal that names a number of another world: the next answer says where the numbering is."""
    minha.receber(2)
    minha.consultar()
    minha.passa(REST)
    minha.server.faults.queue(said("656", 999_999_999_999_999, 0))
    assert minha.consultar().situacao is Situacao.BLOQUEADA
    minha.passa(REST)
    minha.receber(3)
    assert (minha.consultar().situacao, minha.serie.ult_nsu) == (Situacao.RECUSADA, 5)
    for _ in range(2):
        minha.passa(REST)
        minha.completar()
        minha.consultar()
    assert [one.nsu for one in rows(DocumentoDistribuido)] == [1, 2, 3, 4, 5]
    assert [one.proxima for one in rows(LacunaNSU) if one.fechada_em is None] == []


@pytest.mark.parametrize("cstat", ["138", "137", "656"])
def test_an_answer_of_the_other_environment_moves_nothing(minha: Loja, cstat: str) -> None:
    (one,) = summaries(minha, 1)
    minha.server.faults.queue(said(cstat, 700, 900, (700, one), ambiente=1))
    found = minha.consultar()
    assert (found.situacao, minha.serie.ult_nsu, minha.serie.max_nsu) == (Situacao.RECUSADA, 0, 0)
    assert (minha.nsus, minha.lacunas) == ([], [])
    assert "ambiente" in found.mensagem


def test_a_number_beyond_the_greatest_is_told_to_who_asked_for_it(minha: Loja) -> None:
    minha.receber(1)
    minha.consultar()
    assert pedir_nsu(minha.dono, "nfe", 50, minha.lugar.clock) is Pedido.ANOTADO
    assert minha.completar().indisponiveis == 1
    (gap,) = rows(LacunaNSU)
    assert (gap.desfecho, str(gap.resposta)[:4]) == ("respondida", "589:")


def test_an_answer_by_key_with_another_note_is_kept_and_is_no_answer(minha: Loja) -> None:
    _, other = summaries(minha, 2)
    wanted, _ = minha.server.notas
    list(pedir_chaves(minha.dono, [wanted], minha.lugar.clock))
    minha.server.faults.queue(said("138", 0, 0, ("000000000000000", other)))
    minha.completar()
    (asked,) = rows(BuscaSEFAZ)
    assert (asked.estado, asked.tentativas, len(minha.server.pedidos)) == ("encontrada", 1, 1)
    assert minha.chaves == set(minha.server.notas)


def test_a_clock_that_was_far_ahead_holds_up_nobody_once_it_is_right(minha: Loja) -> None:
    """What it wrote would forbid every question until then, and after sixty days a numbering stops."""
    keeping.automatizar(EMPRESA, "ana", clock=minha.lugar.clock)
    ahead, clock = 100 * 86_400.0, minha.lugar.clock
    minha.receber(2)
    clock.advance(ahead)
    minha.consultar()
    list(pedir_chaves(minha.dono, minha.server.notas, clock))
    minha.completar()
    clock.advance(-ahead)
    right = minha.server.serie(EMPRESA)
    right.descansa_ate, right.avulsas = None, type(right.avulsas)()
    minha.passa(REST)
    minha.receber(2)
    assert "nfe" in [one.servico for one in varredura.devidas(clock)]
    assert (minha.consultar().situacao, minha.serie.ult_nsu) == (Situacao.CONCLUIDA, 4)


def test_single_questions_of_a_clock_that_was_far_ahead_do_not_use_up_the_hour(minha: Loja) -> None:
    ahead, clock = 100 * 86_400.0, minha.lugar.clock
    minha.receber(2)
    clock.advance(ahead)
    with transaction() as db:
        of = contribuinte(db, minha.dono.empresa_id or 0, EMPRESA, 2, clock.now())
        one = serie(db, of, "nfe")
        one.proxima_avulsa = one.bloqueado_ate = clock.now()
        db.add_all(ChamadaSEFAZ(serie_id=one.id, forma="nsu", nsu=1, em=clock.now(), cstat="137") for _ in range(20))
    clock.advance(-ahead)
    list(pedir_chaves(minha.dono, minha.server.notas, clock))
    assert [one.servico for one in pendentes.devidas(clock)] == ["nfe"]
    assert minha.completar().encontrados == 2


@pytest.mark.parametrize("back", [timedelta(minutes=30), timedelta(hours=2)])
def test_a_clock_that_goes_back_only_makes_us_wait_longer(minha: Loja, back: timedelta) -> None:
    minha.receber(1)
    minha.consultar()
    minha.passa(-back.total_seconds())
    assert minha.consultar().situacao is Situacao.DESCANSANDO
    minha.passa(back.total_seconds() + REST)
    assert minha.consultar().situacao is Situacao.CONCLUIDA
    assert [one.valor for one in minha.server.pedidos] == [f"{0:015d}", f"{1:015d}"]


def test_a_refusal_of_the_certificate_before_does_not_turn_off_the_one_that_took_its_place(minha: Loja) -> None:
    lugar = minha.lugar
    keeping.automatizar(EMPRESA, "ana", clock=lugar.clock)
    newer = lugar.autoridade.cliente(EMPRESA, fim=lugar.clock.now() + timedelta(days=900))

    async def replaced(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        keeping.substituir(keeping.Arquivo(newer.pfx, newer.senha, EMPRESA, "ana"), lugar.clock)
        minha.server.serie(EMPRESA).forcados.append("282")
        return await answer()

    minha.server.faults.queue(replaced)
    assert minha.consultar().situacao is Situacao.CERTIFICADO
    (row,) = rows(CertificadoDigital)
    assert (row.consulta_automatica, row.desligado_por) == (True, None)


def test_a_company_that_is_turned_off_in_mid_series_keeps_what_came(minha: Loja) -> None:
    minha.receber(60)

    async def off(request: web.Request, answer: faults.Usual) -> web.StreamResponse:
        made = await answer()
        empresas.desativar(EMPRESA, caller_of("ana"))
        return made

    minha.server.faults.queue(off)
    minha.consultar()
    assert (minha.chaves, minha.serie.ult_nsu) == (set(), 60)
    minha.passa(REST)
    with pytest.raises(Conflict):
        minha.consultar()
    empresas.ativar(EMPRESA, caller_of("ana"))
    for one in ilegiveis(caller_of("ana")):
        reprocessar(one, minha.lugar.clock)
    assert len(minha.chaves) == 60


def test_a_base_of_letters_is_consulted_like_any_other(lugar: Lugar, banco: str, configure: Configure) -> None:
    head, branch = "GH345WXY0001", "GH345WXY0002"
    cnpj, filial = (f"{one}{digitos_cnpj(one)}" for one in (head, branch))
    where = replace(lugar, cliente=lugar.autoridade.cliente(cnpj))
    ours = loja(where, configure, cnpj)
    ours.receber(2)
    assert (ours.consultar().total_importados, ours.serie.ult_nsu) == (2, 2)
    empresas.criar(filial, uf="SP", caller=caller_of("ana"), clock=lugar.clock)
    assert Loja(where, filial).consultar().situacao is Situacao.CONCLUIDA


def test_where_the_head_office_s_certificate_has_ended_a_branch_is_told_so(minha: Loja) -> None:
    empresas.criar(FILIAL, uf="SP", caller=caller_of("ana"), clock=minha.lugar.clock)
    (row,) = rows(CertificadoDigital)
    minha.passa((row.validade_fim - minha.lugar.clock.now()).total_seconds() + 1)
    found = Loja(minha.lugar, FILIAL).consultar()
    assert (found.situacao, minha.server.pedidos) == (Situacao.CERTIFICADO, [])


def test_a_gap_of_a_million_is_worked_off_within_the_hour_s_count(minha: Loja) -> None:
    minha.receber(1)
    minha.consultar()
    minha.passa(REST)
    other = minha.server.serie(EMPRESA)
    other.pular(1_000_000)
    minha.receber(1)
    other.ult_nsu = other.max_nsu
    assert minha.consultar().situacao is Situacao.BLOQUEADA
    assert minha.lacunas == [(2, 1_000_002, "consumo_indevido")]
    minha.passa(REST)
    assert minha.completar().perguntas == POR_HORA - RESERVA
    minha.passa(REST)
    assert pedir_nsu(minha.dono, "nfe", 1_000_002, minha.lugar.clock) is Pedido.ANOTADO
    assert minha.completar().encontrados == 1


def test_a_long_list_of_keys_is_taken_line_by_line(minha: Loja) -> None:
    minha.receber(1)
    (good,) = minha.server.notas
    wrong = f"{good[:-1]}{(int(good[-1]) + 1) % 10}"
    keys = [chave("55", number, emitente=FORNECEDOR.documento) for number in range(1000, 4000)]
    lines = [*keys, good, good, wrong, *keys, "", "não é chave", *keys]
    found = Counter(one.resultado for one in pedir_chaves(minha.dono, lines, minha.lugar.clock))
    assert found == {Pedido.ANOTADO: 3001, Pedido.JA_PEDIDO: 6001, Pedido.RECUSADO: 2}
    assert len(rows(BuscaSEFAZ)) == 3001
