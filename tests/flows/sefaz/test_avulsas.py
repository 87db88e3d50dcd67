"""Single questions against the local SEFAZ: gaps and keys within the hour's count.

docs/reference/contracts/sefaz.md §3.6.
"""

from collections import Counter
from datetime import timedelta

import pytest
import redis
from conftest import Configure
from support.consultas import Loja, loja, rows
from support.ports import free_port
from support.sefaz import EMPRESA, FILIAL, Lugar

from core.settings.sefaz import SefazSettings
from flows.certificados import keeping
from flows.empresas.managing import criar
from flows.sefaz import lacunas, pendentes, upkeep
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.orcamento import JANELA, RESERVA
from flows.sefaz.pedidos import Pedido, pedir_chaves, pedir_nsu
from flows.sefaz.regras import MARGEM, Falta, Situacao
from flows.sefaz.varredura import Devida
from flows.usuarios.finding import caller_of
from sandbox import faults
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.sefaz.textos import FORNECEDOR
from storage.models.certificados import CertificadoDigital
from storage.models.sefaz import NAO_FEITA, BuscaSEFAZ, ChamadaSEFAZ, DocumentoDistribuido, LacunaNSU, SerieNSU
from storage.session import reading, transaction

REST, POR_HORA = 3780.0, 20
DE_LACUNAS = POR_HORA - RESERVA


@pytest.fixture
def falta(minha: Loja) -> Loja:
    """A company of whose 33 documents another program took 30, so that they are a gap."""
    minha.receber(3)
    minha.consultar()
    minha.passa(REST)
    minha.receber(30)
    minha.server.serie(EMPRESA).distribuir(3, minha.lugar.clock.now())
    minha.passa(REST)
    assert minha.consultar().situacao is Situacao.BLOQUEADA
    assert minha.lacunas == [(4, 33, "consumo_indevido")]
    return minha


def asked(minha: Loja, form: str = "consNSU") -> list[int]:
    return [int(one.valor) for one in minha.server.pedidos if one.forma == form]


def wish(minha: Loja, *keys: str) -> list[Pedido]:
    return [one.resultado for one in pedir_chaves(minha.dono, keys, minha.lugar.clock)]


def gap() -> LacunaNSU:
    (found,) = rows(LacunaNSU)
    return found


def searched() -> dict[str, tuple[str, str | None]]:
    return {one.chave: (one.estado, one.resposta) for one in rows(BuscaSEFAZ)}


def test_nothing_is_asked_while_the_cnpj_is_blocked(falta: Loja) -> None:
    found = falta.completar()
    assert (found.situacao, asked(falta)) == (Situacao.BLOQUEADA, [])
    assert found.ate == falta.serie.bloqueado_ate
    assert "outro programa" in found.mensagem


def test_a_gap_is_filled_over_hours_and_moves_no_numbering(falta: Loja) -> None:
    falta.passa(REST)
    before = (falta.serie.ult_nsu, falta.serie.max_nsu)
    first = falta.completar()
    assert (first.situacao, first.perguntas, first.encontrados, first.restam) == (
        Situacao.ESGOTADA,
        DE_LACUNAS,
        DE_LACUNAS,
        True,
    )
    assert asked(falta) == list(range(4, 4 + DE_LACUNAS))
    assert (gap().proxima, gap().encontrados, gap().fechada_em) == (4 + DE_LACUNAS, DE_LACUNAS, None)
    assert falta.completar().perguntas == 0
    assert first.ate is not None
    falta.lugar.clock.instant = first.ate
    assert falta.completar().perguntas > 0
    falta.passa(REST)
    falta.completar()
    assert sorted(filter(None, falta.nsus)) == list(range(1, 34))
    assert falta.chaves == set(falta.server.notas)
    assert (gap().desfecho, gap().encontrados, gap().vazios) == ("respondida", 30, 0)
    assert (falta.serie.ult_nsu, falta.serie.max_nsu) == before
    assert Counter(one.cstat for one in falta.server.pedidos)["656"] == 1
    found = falta.completar()
    assert (found.situacao, found.perguntas, found.restam) == (Situacao.CONCLUIDA, 0, False)


def test_no_hour_has_more_questions_than_the_rule_allows(falta: Loja) -> None:
    wish(falta, *list(falta.server.notas)[:10])
    for _ in range(9):
        falta.passa(1700)
        falta.completar()
    assert gap().desfecho == "respondida"
    times = [one.em for one in falta.server.pedidos if one.forma in ("consNSU", "consChNFe")]
    assert len(times) == 40
    for at in times:
        assert sum(at - JANELA < one <= at for one in times) <= POR_HORA
    assert len(asked(falta, "consNSU")) == 30


def test_a_number_without_a_document_is_an_answer(minha: Loja) -> None:
    minha.receber(2)
    minha.server.serie(EMPRESA).pular(3)
    minha.receber(1)
    minha.consultar()
    assert minha.lacunas == [(3, 5, "salto_na_pagina")]
    found = minha.completar()
    assert (found.situacao, found.perguntas, found.indisponiveis) == (Situacao.CONCLUIDA, 3, 3)
    assert (gap().desfecho, gap().vazios, gap().resposta) == (
        "respondida",
        3,
        "137: Nenhum documento localizado",
    )


def test_what_came_by_distribution_closes_its_gap_without_a_question(minha: Loja) -> None:
    minha.receber(5)
    minha.consultar()
    with transaction() as db:
        serie = db.query(SerieNSU).one()
        lacunas.anotar(db, serie.id, [Falta(6, 8, "consumo_indevido"), Falta(2, 3, "outra")], minha.lugar.clock.now())
    minha.passa(REST)
    minha.receber(2)
    minha.consultar()
    assert [(one.de, one.proxima, one.fechada_em is None) for one in rows(LacunaNSU)] == [(6, 8, True), (2, 2, True)]
    minha.passa(REST)
    minha.receber(1)
    minha.consultar()
    assert [(one.de, one.desfecho) for one in rows(LacunaNSU)] == [(6, "respondida"), (2, None)]
    assert minha.completar().perguntas == 0
    assert [one.desfecho for one in rows(LacunaNSU)] == ["respondida", "respondida"]
    assert asked(minha) == []


def test_an_emptied_broker_gives_no_further_questions(
    lugar: Lugar, sqlite: str, broker: str, configure: Configure
) -> None:
    mine = loja(lugar, configure)
    mine.receber(25)
    mine.consultar()
    assert wish(mine, *mine.server.notas) == [Pedido.ANOTADO] * 25
    assert mine.completar().perguntas == POR_HORA
    redis.Redis.from_url(broker).flushall()
    mine.passa(1800)
    found = mine.completar()
    assert (found.situacao, found.perguntas) == (Situacao.ESGOTADA, 0)
    assert "do contador" in found.mensagem
    assert len(mine.server.pedidos) == POR_HORA + 1


def test_a_question_of_a_person_goes_before_gaps_and_has_its_share(falta: Loja) -> None:
    falta.passa(REST)
    falta.completar()
    chave = list(falta.server.notas)[-1]
    assert wish(falta, chave) == [Pedido.ANOTADO]
    assert pedir_nsu(falta.dono, "nfe", 33, falta.lugar.clock) is Pedido.ANOTADO
    found = falta.completar()
    assert (found.perguntas, found.situacao) == (RESERVA, Situacao.ESGOTADA)
    assert [one.forma for one in falta.server.pedidos[-2:]] == ["consChNFe", "consNSU"]
    assert searched()[chave][0] == "encontrada"


@pytest.mark.parametrize("forms", [frozenset(), frozenset({"chave_nsu_ausente"})])
def test_an_answer_by_key_has_no_number_and_is_kept_once(minha: Loja, forms: frozenset[str]) -> None:
    minha.server.formas = forms
    minha.receber(2)
    chave = next(iter(minha.server.notas))
    wish(minha, chave)
    assert minha.completar().encontrados == 1
    assert wish(minha, chave) == [Pedido.ANOTADO]
    minha.completar()
    assert [(one.nsu, one.chave) for one in rows(DocumentoDistribuido)] == [(None, chave)]
    assert minha.chaves == {chave}
    assert (minha.serie.ult_nsu, minha.serie.max_nsu) == (0, 0)
    assert searched()[chave] == ("encontrada", "138: Documento(s) localizado(s) (resNFe)")
    minha.consultar()
    assert minha.nsus == [None, 1, 2]


@pytest.mark.parametrize("forms", [frozenset(), frozenset({"recusa_sem_nsu"})])
def test_a_document_that_is_not_to_be_had_is_an_answer_with_its_reason(minha: Loja, forms: frozenset[str]) -> None:
    minha.receber(3)
    minha.consultar()
    minha.server.formas = forms
    notes = list(minha.server.notas.values())
    minha.server.cancelar(notes[0])
    notes[1].situacao = "2"
    theirs = minha.server.emitir(FILIAL)
    wish(minha, *(one.feita.chave for one in (*notes[:2], theirs)))
    before = (minha.serie.ult_nsu, minha.serie.max_nsu)
    assert minha.completar().indisponiveis == 3
    said = {key: answer for key, (estado, answer) in searched().items() if estado == "indisponivel"}
    assert [said[one.feita.chave][:4] for one in (*notes[:2], theirs)] == ["653:", "654:", "640:"]
    assert (minha.serie.ult_nsu, minha.serie.max_nsu) == before


def test_a_refusal_of_single_questions_blocks_the_whole_numbering_and_nobody_else(minha: Loja) -> None:
    """Another program had the hour's twenty: the block is one of the CNPJ in that service, whatever was asked."""
    minha.receber(3)
    minha.consultar()
    minha.passa(REST)
    criar(FILIAL, uf="SP", caller=caller_of("ana"), clock=minha.lugar.clock)
    for _ in range(POR_HORA):
        minha.server.serie(EMPRESA).avulsa(minha.lugar.clock.now())
    wish(minha, next(iter(minha.server.notas)))
    pedir_nsu(minha.dono, "nfe", 9, minha.lugar.clock)
    before = (minha.serie.ult_nsu, minha.serie.max_nsu)
    found = minha.completar()
    until = minha.lugar.clock.now() + timedelta(hours=1) + MARGEM
    assert (found.situacao, found.ate, found.restam) == (Situacao.BLOQUEADA, until, True)
    for part in ("outro programa", "20 consultas por hora", "do contador", "1 de 20"):
        assert part in found.mensagem
    assert (minha.serie.ult_nsu, minha.serie.max_nsu, minha.serie.ultimo_cstat) == (*before, "656")
    made = len(minha.server.pedidos)
    for waits in (minha.consultar(), minha.completar()):
        assert (waits.situacao, waits.mensagem, waits.ate) == (Situacao.BLOQUEADA, found.mensagem, until)
    assert pendentes.devidas(minha.lugar.clock) == []
    assert len(minha.server.pedidos) == made
    assert Loja(minha.lugar, FILIAL).consultar().situacao is Situacao.CONCLUIDA
    assert minha.consultar("cte").situacao is Situacao.CONCLUIDA
    minha.passa(REST)
    assert minha.consultar().situacao is Situacao.CONCLUIDA
    assert minha.completar().perguntas == 2


def test_a_lost_answer_costs_a_question_and_no_number(falta: Loja) -> None:
    falta.passa(REST)
    falta.server.faults.queue(faults.after(faults.close_early(b"")), faults.status(503))
    found = falta.completar()
    assert (found.perguntas, asked(falta)[:2]) == (DE_LACUNAS - 2, [4, 4])
    assert gap().encontrados == DE_LACUNAS - 2


def test_what_surely_did_not_leave_is_not_counted(falta: Loja, configure: Configure) -> None:
    falta.passa(REST)
    url = SefazSettings.current().url_nfe
    configure(sefaz__url_nfe=f"https://127.0.0.1:{free_port()}/")
    assert falta.completar().situacao is Situacao.SEM_RESPOSTA
    assert [one.cstat for one in rows(ChamadaSEFAZ)][2:] == [NAO_FEITA] * 4
    configure(sefaz__url_nfe=url)
    falta.passa(REST)
    assert falta.completar().encontrados == DE_LACUNAS


def test_without_an_answer_single_questions_wait_and_pages_do_not(falta: Loja) -> None:
    falta.passa(REST)
    falta.server.faults.always(faults.status(503))
    found = falta.completar()
    assert (found.situacao, found.restam) == (Situacao.SEM_RESPOSTA, True)
    assert len(rows(ChamadaSEFAZ)) == 2 + 4
    falta.server.faults.clear()
    assert falta.completar().situacao is Situacao.DESCANSANDO
    assert falta.consultar().situacao is Situacao.CONCLUIDA
    falta.passa(REST)
    assert falta.completar().encontrados > 0
    assert (falta.serie.proxima_avulsa, falta.serie.motivo_avulsa) == (None, None)


@pytest.mark.parametrize(
    ("code", "situacao", "waits"),
    [
        ("109", Situacao.SEM_RESPOSTA, 3600),
        ("252", Situacao.RECUSADA, 3600),
        ("489", Situacao.RECUSADA, 3600),
        ("280", Situacao.CERTIFICADO, 86_400),
    ],
)
def test_a_refusal_that_is_not_of_the_number_leaves_it_owed(
    falta: Loja, code: str, situacao: Situacao, waits: int
) -> None:
    falta.passa(REST)
    with transaction() as db:
        db.query(CertificadoDigital).update({"consulta_automatica": True})
    falta.server.serie(EMPRESA).forcados.append(code)
    found = falta.completar()
    assert (found.situacao, found.perguntas, found.restam) == (situacao, 1, True)
    assert found.mensagem.startswith(f"{code}: ")
    assert (gap().proxima, gap().tentativas) == (4, 0)
    assert found.ate == falta.lugar.clock.now() + timedelta(seconds=waits) + MARGEM
    assert rows(CertificadoDigital)[0].consulta_automatica == (situacao is not Situacao.CERTIFICADO)


def test_a_number_that_is_refused_lets_the_others_go_first_and_is_given_up(falta: Loja) -> None:
    falta.passa(REST)
    falta.server.serie(EMPRESA).recusados[4] = "999"
    assert falta.completar().situacao is Situacao.RECUSADA
    assert [(one.de, one.ate, one.proxima, one.tentativas) for one in rows(LacunaNSU)] == [(4, 33, 5, 0), (4, 4, 4, 1)]
    for _ in range(4):
        falta.passa(REST)
        falta.completar()
    assert [(one.desfecho, one.encontrados) for one in rows(LacunaNSU)] == [("respondida", 29), ("recusada", 0)]
    assert str(rows(LacunaNSU)[1].resposta).startswith("999: ")
    assert falta.completar().restam is False
    falta.server.serie(EMPRESA).recusados.clear()
    assert pedir_nsu(falta.dono, "nfe", 4, falta.lugar.clock) is Pedido.ANOTADO
    falta.passa(REST)
    assert falta.completar().encontrados == 1
    assert falta.chaves == set(falta.server.notas)


def test_a_document_that_was_not_asked_for_is_kept_and_answers_nothing(falta: Loja) -> None:
    falta.passa(REST)
    serie = falta.server.serie(EMPRESA)
    right, serie.documentos[4] = serie.documentos[4], serie.documentos[32]
    falta.completar()
    assert [(one.de, one.ate, one.tentativas) for one in rows(LacunaNSU)] == [(4, 33, 0), (4, 4, 1)]
    assert 32 in falta.nsus
    assert 4 not in falta.nsus
    serie.documentos[4] = right
    for _ in range(2):
        falta.passa(REST)
        falta.completar()
    assert {one.desfecho for one in rows(LacunaNSU)} == {"respondida"}
    assert falta.chaves == set(falta.server.notas)


def test_what_is_older_than_ninety_days_is_closed_as_such(falta: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    falta.passa(89 * 86_400)
    assert [one.servico for one in pendentes.devidas(falta.lugar.clock)] == ["nfe"]
    falta.passa(86_400)
    assert pendentes.devidas(falta.lugar.clock) == []
    assert (gap().desfecho, gap().fechada_em) == ("vencida", falta.lugar.clock.now())
    assert falta.completar().perguntas == 0


def test_gaps_are_due_where_the_company_goes_by_itself_and_wishes_always(falta: Loja) -> None:
    falta.passa(REST)
    assert pendentes.devidas(falta.lugar.clock) == []
    keeping.automatizar(EMPRESA, "ana")
    assert pendentes.devidas(falta.lugar.clock) == [Devida(falta.dono, "nfe", 1)]
    keeping.automatizar(EMPRESA, "ana", on=False)
    wish(falta, next(iter(falta.server.notas)))
    assert pendentes.devidas(falta.lugar.clock) == [Devida(falta.dono, "nfe", 1)]


def test_nothing_is_due_while_the_hour_has_no_room_for_it(falta: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    falta.passa(REST)
    found = falta.completar()
    assert pendentes.devidas(falta.lugar.clock) == []
    wish(falta, next(iter(falta.server.notas)))
    assert len(pendentes.devidas(falta.lugar.clock)) == 1
    assert found.ate is not None
    falta.completar()
    falta.lugar.clock.instant = found.ate + timedelta(seconds=10)
    assert len(pendentes.devidas(falta.lugar.clock)) == 1


def test_who_turned_automation_off_is_not_asked_for_gaps(falta: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    configurar(Mudancas(consulta_automatica_ativa=False), caller_of("ana"))
    falta.passa(REST)
    assert pendentes.devidas(falta.lugar.clock) == []


def test_all_services_of_a_cnpj_share_the_hour(minha: Loja) -> None:
    minha.receber(20)
    minha.consultar()
    minha.server.comecar(EMPRESA, "cte")
    for number in range(1, 5):
        minha.server.publicar(EMPRESA, "cte", "procCTe_v4.00.xsd", conhecimento(numero=number).xml)
    minha.consultar("cte")
    (of_cte,) = [one.id for one in rows(SerieNSU) if one.servico == "cte"]
    with transaction() as db:
        db.query(DocumentoDistribuido).filter_by(serie_id=of_cte, nsu=2).delete()
        lacunas.anotar(db, of_cte, [Falta(2, 2, "outra")], minha.lugar.clock.now())
    wish(minha, *list(minha.server.notas)[: POR_HORA - RESERVA])
    assert minha.completar().perguntas == POR_HORA - RESERVA
    assert minha.completar("cte").situacao is Situacao.ESGOTADA
    minha.passa(REST)
    found = minha.completar("cte")
    assert (found.situacao, found.encontrados, gap().desfecho) == (Situacao.CONCLUIDA, 1, "respondida")
    assert (found.servico, minha.server.pedidos[-1].servico) == ("cte", "cte")


def test_what_is_missing_is_a_figure(falta: Loja) -> None:
    wish(falta, *list(falta.server.notas)[:2])
    with reading() as db:
        found = {one.name: one.samples[0].value for one in upkeep.missing(db, falta.lugar.clock.now())}
    assert found == {"esteira_sefaz_nsu_faltando": 30, "esteira_sefaz_chaves_pedidas": 2}


def test_wishes_are_told_apart(minha: Loja) -> None:
    minha.receber(2)
    first, second = minha.server.notas
    said = list(
        pedir_chaves(minha.dono, [f"NFe{first}\n", "", f"{second};padaria", "lixo", first, FORNECEDOR.documento])
    )
    assert [(one.linha, one.resultado) for one in said] == [
        (1, Pedido.ANOTADO),
        (3, Pedido.ANOTADO),
        (4, Pedido.RECUSADO),
        (5, Pedido.JA_PEDIDO),
        (6, Pedido.RECUSADO),
    ]
    assert "não é uma chave" in str(said[2].motivo)


def test_a_number_that_came_is_not_asked_for(minha: Loja) -> None:
    minha.receber(1)
    minha.consultar()
    assert pedir_nsu(minha.dono, "nfe", 1, minha.lugar.clock) is Pedido.JA_TEMOS
