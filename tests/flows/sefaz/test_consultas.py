"""Consultations against the local SEFAZ, as strict as the real one. docs/reference/contracts/sefaz.md §3, §6.3."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

import pytest
import redis
from conftest import Configure
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from support.consultas import Loja, loja, rows
from support.sefaz import EMPRESA, FILIAL, OUTRA, Lugar

from claims.holder import new_token
from core.errors import Conflict, NotFound, UsageError
from flows.certificados.keeping import Arquivo, guardar
from flows.empresas.managing import criar
from flows.sefaz.consultas import INTERNAL, consultar
from flows.sefaz.regras import Situacao
from flows.sefaz.rows import CONTRIBUINTES
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox import faults
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.sefaz import bomba, soap_fault
from storage.models.certificados import CertificadoDigital
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.sefaz import ChamadaSEFAZ, ConsultaSEFAZ, Contribuinte, DocumentoDistribuido
from storage.session import transaction

HOUR, REST = 3600.0, 3780.0


def asked(minha: Loja) -> list[tuple[str, str]]:
    return [(one.servico, one.cstat) for one in minha.server.pedidos]


def test_the_first_question_begins_the_numbering(minha: Loja) -> None:
    found = minha.consultar()
    assert (found.situacao, found.paginas, found.total_encontrados) == (Situacao.CONCLUIDA, 1, 0)
    assert (minha.serie.ult_nsu, minha.serie.max_nsu, minha.serie.ultimo_cstat) == (0, 0, "137")
    assert found.ate == minha.serie.proxima_consulta
    assert [(one.status, one.tipo_documento) for one in rows(ConsultaSEFAZ)] == [("CONCLUIDA", "NFE")]


def test_all_pages_are_stored_and_told_once(minha: Loja) -> None:
    minha.receber(120)
    found = minha.consultar()
    assert (found.situacao, found.paginas) == (Situacao.CONCLUIDA, 3)
    assert (found.total_encontrados, found.total_importados, found.total_erros) == (120, 120, 0)
    assert minha.nsus == list(range(1, 121))
    assert minha.chaves == set(minha.server.notas)
    assert (minha.serie.ult_nsu, minha.serie.max_nsu, minha.lacunas) == (120, 120, [])
    (told,) = minha.avisos
    assert {name: told[name] for name in ("certificado", "certificado_nome", "cnpj", "tipo_documento")} == {
        "certificado": "Matriz",
        "certificado_nome": "Matriz",
        "cnpj": EMPRESA,
        "tipo_documento": "NFE",
    }
    assert (told["total_encontrados"], told["total_importados"], told["total_erros"]) == (120, 120, 0)
    assert (told["data_inicio"], told["data_fim"]) == ("2026-11-19", "2026-11-26")
    assert rows(Documento)[0].empresa_id == rows(Empresa)[0].id


def test_pages_are_two_seconds_apart(minha: Loja) -> None:
    minha.receber(120)
    minha.consultar()
    calls = [one.em for one in rows(ChamadaSEFAZ)]
    assert [(after - before).total_seconds() for before, after in pairwise(calls)] == [2.0, 2.0]


def test_rest_makes_no_call(minha: Loja) -> None:
    minha.consultar()
    minha.passa(HOUR + 60)
    found = minha.consultar()
    assert (found.situacao, len(minha.server.pedidos)) == (Situacao.DESCANSANDO, 1)
    assert found.ate == minha.serie.proxima_consulta
    minha.passa(120)
    assert minha.consultar().situacao is Situacao.CONCLUIDA
    assert asked(minha) == [("nfe", "137"), ("nfe", "137")]
    assert len(rows(ConsultaSEFAZ)) == 2


def test_each_service_has_a_numbering_of_its_own(minha: Loja) -> None:
    minha.server.comecar(EMPRESA, "cte")
    minha.server.publicar(EMPRESA, "cte", "procCTe_v4.00.xsd", conhecimento().xml)
    assert minha.consultar().total_encontrados == 0
    assert minha.consultar("cte").total_importados == 1
    assert asked(minha) == [("nfe", "137"), ("cte", "138")]


def test_the_cap_on_pages_leaves_the_rest_to_the_next_consultation(minha: Loja, configure: Configure) -> None:
    configure(sefaz__max_paginas="2")
    minha.receber(120)
    first, second = minha.consultar(), minha.consultar()
    assert (first.total_encontrados, first.ate, second.total_encontrados) == (100, None, 20)
    assert minha.nsus == list(range(1, 121))
    assert len(minha.avisos) == 2


def test_nothing_in_mid_series_is_a_rest_and_no_end(minha: Loja) -> None:
    minha.receber(60)
    minha.server.serie(EMPRESA).forcados.append("137")
    assert minha.consultar().total_encontrados == 0
    minha.passa(REST)
    assert minha.consultar().total_encontrados == 60


def test_another_program_is_suspected_and_what_it_took_is_a_gap(minha: Loja) -> None:
    minha.receber(3)
    minha.consultar()
    minha.passa(REST)
    minha.receber(4)
    minha.server.serie(EMPRESA).distribuir(3, minha.lugar.clock.now())
    minha.passa(REST)
    found = minha.consultar()
    assert found.situacao is Situacao.BLOQUEADA
    assert "outro programa" in found.mensagem
    assert "após 0 (138)" in found.mensagem
    assert (minha.serie.ult_nsu, minha.serie.max_nsu) == (7, 3)
    assert minha.lacunas == [(4, 7, "consumo_indevido")]
    minha.passa(HOUR)
    assert minha.consultar().situacao is Situacao.BLOQUEADA
    assert len(minha.server.pedidos) == 2
    minha.passa(180)
    minha.receber(1)
    assert minha.consultar().total_importados == 1
    assert minha.nsus == [1, 2, 3, 8]
    assert len(minha.avisos) == 2


def test_a_lost_answer_leaves_a_gap_and_nothing_is_passed_over(minha: Loja) -> None:
    minha.receber(60)
    minha.server.faults.queue(faults.after(faults.close_early(b"")))
    found = minha.consultar()
    assert found.situacao is Situacao.BLOQUEADA
    assert "se perdeu" in found.mensagem
    assert minha.lacunas == [(1, 50, "consumo_indevido")]
    minha.passa(REST)
    minha.consultar()
    assert minha.nsus == list(range(51, 61))
    assert [one.cstat for one in rows(ChamadaSEFAZ)] == [None, "656", "138"]


@pytest.mark.parametrize("fault", [faults.status(503), soap_fault(), faults.reset(), faults.garbage(), faults.html()])
def test_a_fault_is_asked_again_three_times_and_moves_nothing(minha: Loja, fault: faults.Fault) -> None:
    minha.receber(5)
    minha.server.faults.always(fault)
    before = minha.lugar.clock.now()
    found = minha.consultar()
    assert (found.situacao, minha.serie.ult_nsu, len(rows(ChamadaSEFAZ))) == (Situacao.SEM_RESPOSTA, 0, 4)
    assert (minha.lugar.clock.now() - before).total_seconds() >= 8
    (consulta,) = rows(ConsultaSEFAZ)
    assert (consulta.status, consulta.mensagem_erro) == ("ERRO", found.mensagem)
    assert rows(CertificadoDigital)[0].ultima_consulta == minha.lugar.clock.now()
    assert minha.consultar().situacao is Situacao.DESCANSANDO
    minha.server.faults.clear()
    minha.passa(400)
    assert minha.consultar().total_importados == 5
    assert len(minha.avisos) == 1


def test_one_fault_is_no_failure(minha: Loja) -> None:
    minha.receber(5)
    minha.server.faults.queue(faults.status(503), faults.status(503))
    assert minha.consultar().total_importados == 5


@pytest.mark.parametrize(
    ("code", "situacao"),
    [
        ("108", Situacao.SEM_RESPOSTA),
        ("280", Situacao.CERTIFICADO),
        ("999", Situacao.RECUSADA),
        ("215", Situacao.RECUSADA),
    ],
)
def test_a_refusal_is_an_error_that_keeps_its_words(minha: Loja, code: str, situacao: Situacao) -> None:
    minha.receber(1)
    with transaction() as db:
        db.query(CertificadoDigital).update({"consulta_automatica": True})
    minha.server.serie(EMPRESA).forcados.append(code)
    found = minha.consultar()
    assert found.situacao is situacao
    assert found.mensagem.startswith(f"{code}: ")
    assert (minha.serie.ultimo_cstat, minha.serie.ult_nsu, minha.avisos) == (code, 0, [])
    assert rows(CertificadoDigital)[0].consulta_automatica == (situacao is not Situacao.CERTIFICADO)
    assert minha.consultar().situacao is Situacao.DESCANSANDO


def test_a_refused_certificate_is_not_shown_again(minha: Loja) -> None:
    minha.server.faults.always(faults.status(403))
    assert minha.consultar().situacao is Situacao.CERTIFICADO
    assert len(rows(ChamadaSEFAZ)) == 1


def test_a_bad_document_costs_itself_and_is_kept(minha: Loja) -> None:
    minha.receber(2)
    note = minha.server.emitir(EMPRESA)
    packed = bomba(11 * 1024 * 1024)
    minha.server.publicar(EMPRESA, "nfe", "resNFe_v1.01.xsd", packed, cru=True)
    minha.server.publicar(EMPRESA, "nfe", "resNFe_v1.01.xsd", b"isto nao e gzip", cru=True)
    minha.server.publicar(EMPRESA, "nfe", "resOutra_v9.99.xsd", note.resumo())
    minha.server.publicar(EMPRESA, "nfe", "resNFe_v1.01.xsd", b'<resNFe xmlns="http://www.portalfiscal.inf.br/nfe"/>')
    minha.receber(2)
    found = minha.consultar()
    assert (found.total_encontrados, found.total_importados, found.total_erros) == (9, 5, 4)
    assert (minha.serie.ult_nsu, minha.nsus) == (9, list(range(1, 10)))
    with transaction() as db:
        kept = {one.nsu: one.bruto for one in db.query(DocumentoDistribuido) if one.resultado == "erro"}
    assert kept[4] == packed
    assert kept[5] == b"isto nao e gzip"
    assert kept[6] == note.resumo()
    assert set(kept) == {4, 5, 6, 7}
    assert all(one.motivo for one in rows(DocumentoDistribuido) if one.resultado == "erro")


def test_a_page_that_cannot_be_written_moves_nothing_and_frees_the_company(minha: Loja) -> None:
    minha.receber(3)
    with transaction() as db:
        if db.get_bind().dialect.name == "sqlite":
            when = "BEFORE INSERT ON sefaz_documento WHEN NEW.nsu = 2 BEGIN SELECT RAISE(ABORT, 'no'); END"
            db.execute(text(f"CREATE TRIGGER refuse {when}"))
        else:
            db.execute(text("ALTER TABLE sefaz_documento ADD CONSTRAINT refuse CHECK (nsu <> 2)"))
    with pytest.raises(IntegrityError):
        minha.consultar()
    assert (minha.serie.ult_nsu, minha.nsus, minha.chaves, minha.avisos) == (0, [], set(), [])
    assert [(one.status, one.mensagem_erro) for one in rows(ConsultaSEFAZ)] == [("ERRO", INTERNAL)]
    minha.passa(REST)
    found = minha.consultar()
    assert (found.situacao, minha.lacunas) == (Situacao.BLOQUEADA, [(1, 3, "consumo_indevido")])
    assert "se perdeu" in found.mensagem


@contextmanager
def not_kept(cstat: str) -> Iterator[None]:
    """Let the database refuse where a numbering stands after an answer with this status."""
    with transaction() as db:
        small = db.get_bind().dialect.name == "sqlite"
        when = f"BEFORE UPDATE ON sefaz_serie WHEN NEW.ultimo_cstat = '{cstat}' BEGIN SELECT RAISE(ABORT, 'no'); END"
        check = f"ALTER TABLE sefaz_serie ADD CONSTRAINT refuse CHECK (ultimo_cstat <> '{cstat}')"
        db.execute(text(f"CREATE TRIGGER refuse {when}" if small else check))
    yield
    with transaction() as db:
        db.execute(text("DROP TRIGGER refuse" if small else "ALTER TABLE sefaz_serie DROP CONSTRAINT refuse"))


def test_an_answer_that_could_not_be_kept_has_its_hour_of_rest(minha: Loja) -> None:
    with not_kept("137"), pytest.raises(IntegrityError):
        minha.consultar()
    minha.passa(REST - 1)
    assert (minha.consultar().situacao, len(minha.server.pedidos)) == (Situacao.DESCANSANDO, 1)
    minha.passa(1)
    assert minha.consultar().situacao is Situacao.CONCLUIDA
    assert asked(minha) == [("nfe", "137"), ("nfe", "137")]


def test_a_page_without_an_answer_after_one_that_was_kept_is_asked_for_again_in_minutes(minha: Loja) -> None:
    minha.receber(60)
    minha.server.faults.queue(faults.usual, *[faults.status(503)] * 4)
    found = minha.consultar()
    assert (found.situacao, found.total_encontrados) == (Situacao.SEM_RESPOSTA, 50)
    minha.passa(300)
    assert minha.consultar().total_encontrados == 10


def test_what_the_database_refuses_costs_itself(minha: Loja) -> None:
    minha.receber(5)
    chave = list(minha.server.notas)[2]
    with transaction() as db:
        if db.get_bind().dialect.name == "sqlite":
            when = f"BEFORE INSERT ON documento WHEN NEW.chave = '{chave}' BEGIN SELECT RAISE(ABORT, 'no'); END"
            db.execute(text(f"CREATE TRIGGER refuse {when}"))
        else:
            db.execute(text(f"ALTER TABLE documento ADD CONSTRAINT refuse CHECK (chave <> '{chave}')"))
    found = minha.consultar()
    assert (found.situacao, found.total_importados, found.total_erros) == (Situacao.CONCLUIDA, 4, 1)
    assert (minha.serie.ult_nsu, minha.nsus) == (5, [1, 2, 3, 4, 5])
    assert minha.chaves == set(minha.server.notas) - {chave}
    (bad,) = [one for one in rows(DocumentoDistribuido) if one.resultado == "erro"]
    assert bad.nsu == 3


def test_a_cancellation_that_comes_later_changes_the_document(minha: Loja) -> None:
    minha.server.comecar(EMPRESA)
    note = minha.server.emitir(EMPRESA)
    minha.consultar()
    minha.passa(REST)
    minha.server.cancelar(note)
    minha.consultar()
    assert [one.status for one in rows(Documento)] == ["101"]


def test_two_at_once_make_one_call(minha: Loja) -> None:
    minha.receber(3)
    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(minha.consultar) for _ in range(4)]
        found = Counter(one.result().situacao for one in asking)
    assert found[Situacao.CONCLUIDA] == 1
    assert set(found) <= {Situacao.CONCLUIDA, Situacao.OCUPADA, Situacao.DESCANSANDO}
    assert len(minha.server.pedidos) == 1


def test_while_somebody_asks_for_a_cnpj_no_service_is_asked_for_it(minha: Loja) -> None:
    minha.consultar()
    with transaction() as db:
        assert CONTRIBUINTES.on(db, early=True).claim(1, minha.lugar.clock.now(), 60, new_token())
    assert minha.consultar("cte").situacao is Situacao.OCUPADA
    minha.passa(61)
    assert minha.consultar("cte").situacao is Situacao.CONCLUIDA


def test_a_branch_goes_under_the_certificate_of_its_head_office(minha: Loja) -> None:
    criar(FILIAL, uf="SP", caller=caller_of("ana"), clock=minha.lugar.clock)
    minha.server.comecar(FILIAL)
    minha.server.emitir(FILIAL)
    minha.receber(2)
    branch = Loja(minha.lugar, FILIAL)
    assert (minha.consultar().total_importados, branch.consultar().total_importados) == (2, 1)
    assert [one.cnpj for one in rows(Contribuinte)] == [EMPRESA, FILIAL]
    owners = {one.cnpj: one.id for one in rows(Empresa)}
    assert Counter(one.empresa_id for one in rows(Documento)) == {owners[EMPRESA]: 2, owners[FILIAL]: 1}


def test_without_a_certificate_nothing_is_asked(minha: Loja) -> None:
    criar(OUTRA, uf="SP", caller=caller_of("ana"))
    found = Loja(minha.lugar, OUTRA).consultar()
    assert (found.situacao, minha.server.pedidos) == (Situacao.CERTIFICADO, [])
    assert "Nenhum certificado" in found.mensagem


def test_a_company_without_a_state_is_told_to_say_it(minha: Loja) -> None:
    criar(FILIAL, caller=caller_of("ana"))
    with pytest.raises(Conflict, match="Falta o estado"):
        Loja(minha.lugar, FILIAL).consultar()


def test_a_numbering_is_that_of_one_user(minha: Loja) -> None:
    """What comes is told once: with two owners each would lose what the other asked for."""
    usuarios.criar("bia")
    criar(EMPRESA, uf="SP", caller=caller_of("bia"))
    guardar(Arquivo(minha.lugar.pfx, minha.lugar.senha, EMPRESA, "bia"), minha.lugar.clock)
    minha.consultar()
    with pytest.raises(Conflict, match="outro usuário"):
        consultar(EMPRESA, "nfe", "bia", minha.lugar.clock, minha.lugar.clock.advance)


def test_what_does_not_exist_is_said(minha: Loja) -> None:
    with pytest.raises(UsageError, match="Não há serviço"):
        minha.consultar("mdfe")
    with pytest.raises(NotFound):
        Loja(minha.lugar, OUTRA).consultar()


def test_a_consultation_left_open_is_ended_by_the_next(minha: Loja) -> None:
    minha.consultar()
    with transaction() as db:
        db.query(ConsultaSEFAZ).update({"status": "PROCESSANDO", "data_conclusao": None})
    minha.passa(REST)
    minha.consultar()
    assert [one.status for one in rows(ConsultaSEFAZ)] == ["ERRO", "CONCLUIDA"]


def test_an_emptied_broker_changes_nothing(lugar: Lugar, sqlite: str, broker: str, configure: Configure) -> None:
    mine = loja(lugar, configure)
    mine.consultar()
    redis.Redis.from_url(broker).flushall()
    assert mine.consultar().situacao is Situacao.DESCANSANDO
    assert len(mine.server.pedidos) == 1
