"""Events that are owed are sent in lots: noted before they leave, proven when they are registered.

docs/reference/contracts/sefaz.md §4.
"""

import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from conftest import Configure
from sqlalchemy import event, text, update
from sqlalchemy.orm import Session
from support.consultas import Loja, loja, rows
from support.forked import ran
from support.manifestar import dh_evento, estados, lotes, mandar, na_nota, numero, pedir
from support.sefaz import EMPRESA, FILIAL, INICIO, sefaz

from core import stopping
from core.errors import Transient
from core.fiscal import digitos_cnpj
from core.settings.sefaz import SefazSettings
from flows.certificados import keeping
from flows.documentos.views import documentos
from flows.empresas import managing as empresas
from flows.sefaz import upkeep
from flows.sefaz.manifestacoes import manifestar
from flows.sefaz.manifestacoes.envio import enviar
from flows.sefaz.regras import Situacao
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox import faults
from sandbox.documentos.comum import Pessoa, chave
from sandbox.sefaz.textos import FORNECEDOR
from storage.models.certificados import CertificadoDigital
from storage.models.documentos import XmlGuardado
from storage.models.manifestacoes import ManifestacaoSEFAZ
from storage.models.registros import DocumentoEvento
from storage.session import transaction

HOUR = 3600.0
DESCONHECIDA = chave("55", 999, emitente=FORNECEDOR.documento)


@pytest.mark.parametrize(
    ("tipo", "codigo"),
    [("ciencia", "210210"), ("confirmacao", "210200"), ("desconhecimento", "210220"), ("nao-realizada", "210240")],
)
def test_an_event_is_registered_and_stands_with_its_note(
    com_notas: Loja, chaves: list[str], tipo: str, codigo: str
) -> None:
    pedir(com_notas, chaves[0], tipo=tipo)
    found = mandar(com_notas)
    assert (found.situacao, found.registradas, found.lotes) == (Situacao.CONCLUIDA, 1, 1)
    (row,) = rows(ManifestacaoSEFAZ)
    assert (row.estado, row.cstat, row.protocolo) == ("registrado", "135", "891260000000001")
    assert row.registrada_em == com_notas.lugar.clock.now()
    shown = documentos.mostrar(chaves[0])
    assert [(one.tipo_evento, one.registrado, one.protocolo) for one in shown.eventos] == [
        (codigo, True, "891260000000001")
    ]
    assert shown.campos["situacao"] == "autorizada"


def test_what_is_kept_is_what_was_sent_with_its_answer(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0])
    mandar(com_notas)
    (event,) = rows(DocumentoEvento)
    (kept,) = [zlib.decompress(one.conteudo) for one in rows(XmlGuardado) if one.id == event.xml_id]
    with transaction() as db:
        sent, answer = db.execute(text("SELECT xml, retorno FROM sefaz_manifestacao")).one()
    assert sent.encode() in kept
    assert answer.encode() in kept
    assert kept.startswith(b'<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.00"><evento')
    assert event.arquivo_nome == f"210210-{chaves[0]}-01-procEventoNFe.xml"


def test_many_go_in_lots_of_twenty_and_a_bad_one_costs_itself(minha: Loja) -> None:
    minha.receber(44)
    minha.consultar()
    keys = sorted(minha.server.notas)
    pedir(minha, *keys[:20], DESCONHECIDA, *keys[20:])
    found = mandar(minha)
    assert (found.lotes, found.registradas, found.recusadas) == (3, 44, 1)
    assert lotes(minha) == ["128"] * 3
    (bad,) = [one for one in rows(ManifestacaoSEFAZ) if one.estado == "recusado"]
    assert (bad.chave, bad.cstat) == (DESCONHECIDA, "494")
    assert "Chave de Acesso inexistente" in (bad.motivo or "")
    assert mandar(minha).lotes == 0


def test_a_lost_answer_is_asked_again_and_the_duplicate_proves_it(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0])
    com_notas.server.faults.queue(faults.after(faults.close_early(b"")))
    lost = mandar(com_notas)
    assert (lost.situacao, lost.adiadas) == (Situacao.SEM_RESPOSTA, 1)
    assert estados(com_notas) == ["enviado"]
    assert na_nota(chaves[0]) == []
    assert mandar(com_notas).lotes == 0
    com_notas.passa(HOUR)
    assert mandar(com_notas).registradas == 1
    (row,) = rows(ManifestacaoSEFAZ)
    assert (row.estado, row.cstat, row.registrada_em) == ("registrado", "573", INICIO)
    assert na_nota(chaves[0]) == [("210210", True, "573")]
    assert len(com_notas.server.registrados) == 1


def test_what_was_put_off_while_a_clock_was_ahead_is_sent(com_notas: Loja, chaves: list[str]) -> None:
    clock = com_notas.lugar.clock
    pedir(com_notas, chaves[0])
    clock.advance(1500 * 24 * HOUR)
    pedir(com_notas, chaves[1])
    clock.advance(-1500 * 24 * HOUR)
    assert mandar(com_notas).registradas == 1
    assert manifestar.com_devidas(clock) == [numero(com_notas)]
    assert mandar(com_notas).registradas == 1


def test_another_program_was_first(com_notas: Loja, chaves: list[str]) -> None:
    note = com_notas.server.notas[chaves[0]]
    note.eventos["210210", 1] = INICIO
    pedir(com_notas, chaves[0])
    mandar(com_notas)
    assert estados(com_notas) == ["registrado"]
    assert na_nota(chaves[0]) == [("210210", True, "573")]


def test_a_request_that_never_left_leaves_nothing_in_doubt(
    com_notas: Loja, chaves: list[str], configure: Configure
) -> None:
    pedir(com_notas, chaves[0])
    with sefaz_away(com_notas, configure):
        assert mandar(com_notas).situacao is Situacao.SEM_RESPOSTA
    (row,) = rows(ManifestacaoSEFAZ)
    assert (row.estado, row.tentativas) == ("pendente", 1)
    com_notas.passa(HOUR)
    mandar(com_notas)
    assert estados(com_notas) == ["registrado"]


class sefaz_away:  # noqa: N801 - it reads as a word
    """The address of events leads nowhere for a while."""

    def __init__(self, minha: Loja, configure: Configure) -> None:
        self.configure, self.there = configure, SefazSettings.current().url_evento

    def __enter__(self) -> None:
        self.configure(sefaz__url_evento="https://127.0.0.1:9/NFeRecepcaoEvento4.asmx")

    def __exit__(self, *_: object) -> None:
        self.configure(sefaz__url_evento=self.there)


PROGRAM = """
import os, sys
from datetime import datetime
from sqlalchemy import event
from sqlalchemy.orm import Session
from core.clock import FixedClock
from flows.sefaz.manifestacoes import envio
point, now, company = sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
from connectors.sefaz import Sefaz
whole = Sefaz.manifestar
def send(self, *given):
    if point == "before":
        os._exit(77)
    found = whole(self, *given)
    if point == "after":
        os._exit(77)
    if point == "between":
        event.listen(Session, "before_commit", die)
    return found
def die(session):
    os._exit(77)
Sefaz.manifestar = send
envio.enviar(company, FixedClock(now))
"""


@pytest.mark.parametrize(("point", "cstat"), [("before", "135"), ("after", "573"), ("between", "573")])
def test_a_death_at_any_step_ends_as_if_there_had_been_none(
    com_notas: Loja, chaves: list[str], point: str, cstat: str
) -> None:
    pedir(com_notas, *chaves)
    words = (point, com_notas.lugar.clock.now().isoformat(), str(numero(com_notas)))
    assert ran(PROGRAM, *words, knowing=("flows.sefaz.manifestacoes.envio", "connectors.sefaz")) == 77
    assert estados(com_notas) == ["enviado"] * 3
    assert upkeep.give_back(com_notas.lugar.clock.now()) == 3
    com_notas.passa(10)
    assert mandar(com_notas).registradas == 3
    assert estados(com_notas) == ["registrado"] * 3
    assert len(com_notas.server.registrados) == 3
    for key in chaves:
        assert na_nota(key) == [("210210", True, cstat)]


def test_two_workers_send_each_event_once(minha: Loja) -> None:
    minha.receber(30)
    minha.consultar()
    pedir(minha, *minha.server.notas)
    company, clock = numero(minha), minha.lugar.clock
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: enviar(company, clock), range(4)))
    assert sum(one.registradas for one in done) == 30
    assert {one.cstat for one in rows(ManifestacaoSEFAZ)} == {"135"}


def test_a_clock_ahead_is_told_and_the_event_signed_anew(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0])
    com_notas.passa(2 * HOUR)
    ahead = com_notas.lugar.clock.now()
    com_notas.server.clock = type(com_notas.lugar.clock)(ahead - timedelta(hours=2))
    found = mandar(com_notas)
    assert (found.relogio, found.adiadas) == (2 * HOUR, 1)
    (row,) = rows(ManifestacaoSEFAZ)
    assert (row.estado, row.cstat) == ("pendente", "578")
    assert "está 2 horas adiantado em relação ao da SEFAZ" in (row.motivo or "")
    com_notas.server.clock = com_notas.lugar.clock
    com_notas.passa(2 * HOUR)
    mandar(com_notas)
    with transaction() as db:
        sent = db.execute(text("SELECT xml FROM sefaz_manifestacao")).scalar_one()
    assert dh_evento(sent) == "2026-11-26T13:00:00-03:00"
    assert estados(com_notas) == ["registrado"]


def test_a_clock_that_stays_wrong_is_refused_after_some_tries(com_notas: Loja, chaves: list[str]) -> None:
    com_notas.server.clock = type(com_notas.lugar.clock)(INICIO - timedelta(days=1))
    pedir(com_notas, chaves[0])
    for _ in range(40):
        mandar(com_notas)
        com_notas.passa(HOUR)
    assert estados(com_notas) == ["recusado"]
    assert len(lotes(com_notas)) == 7


@pytest.mark.parametrize(
    ("cstat", "estado", "situacao"),
    [
        ("108", "pendente", Situacao.SEM_RESPOSTA),
        ("280", "pendente", Situacao.CERTIFICADO),
        ("252", "pendente", Situacao.RECUSADA),
        ("656", "pendente", Situacao.BLOQUEADA),
        ("999", "pendente", Situacao.RECUSADA),
    ],
)
def test_a_lot_that_nobody_in_it_is_to_blame_for_waits_whole(
    com_notas: Loja, chaves: list[str], cstat: str, estado: str, situacao: Situacao
) -> None:
    pedir(com_notas, *chaves)
    com_notas.server.faults.queue(faults.status(200, lot(cstat)))
    found = mandar(com_notas)
    assert (found.situacao, found.lotes) == (situacao, 1)
    assert cstat in found.mensagem
    assert estados(com_notas) == [estado] * 3
    assert mandar(com_notas).lotes == 0
    com_notas.passa(2 * HOUR)
    assert mandar(com_notas).registradas == 3


def lot(cstat: str, inner: str = "") -> str:
    """Return the answer to a lot."""
    said = f"<cStat>{cstat}</cStat><xMotivo>como o servidor diz</xMotivo>{inner}"
    return f'<a><retEnvEvento xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.00">{said}</retEnvEvento></a>'


def test_one_that_spoils_its_lot_is_found_and_alone_refused(minha: Loja) -> None:
    """Of a lot with a fault in one event the service says only that the lot is wrong (215, 225)."""
    minha.receber(5)
    minha.consultar()
    keys = sorted(minha.server.notas)
    pedir(minha, *keys)
    with transaction() as db:
        spoilt = update(ManifestacaoSEFAZ).where(ManifestacaoSEFAZ.chave == keys[3])
        db.execute(spoilt.values(xml='<evento xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.00"/>'))
    assert mandar(minha).registradas == 4
    (bad,) = [one for one in rows(ManifestacaoSEFAZ) if one.estado == "recusado"]
    assert (bad.chave, bad.cstat) == (keys[3], "215")


def test_an_answer_that_nobody_knows_is_no_burst_and_holds_up_nobody_for_long(minha: Loja) -> None:
    minha.receber(6)
    minha.consultar()
    pedir(minha, *sorted(minha.server.notas))
    for _ in range(2):
        minha.server.faults.queue(faults.status(200, lot("999")))
        assert mandar(minha).lotes == 1
        minha.passa(HOUR)
    minha.server.faults.queue(faults.status(200, lot("999")))
    found = mandar(minha)
    assert (found.lotes, found.registradas, found.adiadas) == (6, 5, 1)


def test_what_stays_unanswered_goes_alone_and_holds_up_nobody(minha: Loja) -> None:
    minha.receber(3)
    minha.consultar()
    keys = sorted(minha.server.notas)
    pedir(minha, *keys)
    for _ in range(2):
        minha.server.faults.queue(faults.status(500))
        mandar(minha)
        minha.passa(HOUR)
    minha.server.faults.queue(faults.status(500))
    assert mandar(minha).lotes == 1
    minha.passa(60)
    mandar(minha)
    assert sorted(estados(minha)) == ["enviado", "registrado", "registrado"]


def test_an_answer_without_one_of_the_events_leaves_that_one_open(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, *chaves)
    said = "".join(
        f"<retEvento><infEvento><cStat>135</cStat><xMotivo>ok</xMotivo><chNFe>{key}</chNFe><tpEvento>210210</tpEvento>"
        "<nSeqEvento>1</nSeqEvento></infEvento></retEvento>"
        for key in chaves[:2]
    )
    com_notas.server.faults.queue(faults.status(200, lot("128", said)))
    mandar(com_notas)
    assert estados(com_notas) == ["registrado", "registrado", "enviado"]


def test_a_refusal_that_names_no_note_is_that_of_its_place(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0])
    bare = "<retEvento><infEvento><cStat>574</cStat><xMotivo>autor</xMotivo></infEvento></retEvento>"
    com_notas.server.faults.queue(faults.status(200, lot("128", bare)))
    mandar(com_notas)
    (row,) = rows(ManifestacaoSEFAZ)
    assert (row.estado, row.cstat, row.motivo) == ("recusado", "574", "574: autor")


def test_without_a_certificate_nothing_leaves(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0])
    keeping.desativar(EMPRESA, "ana")
    found = mandar(com_notas)
    assert found.situacao is Situacao.CERTIFICADO
    assert "Nenhum certificado em uso serve a empresa 11.222.333/0001-81." in found.mensagem
    assert (estados(com_notas), lotes(com_notas)) == (["pendente"], [])
    keeping.ativar(EMPRESA, "ana")
    com_notas.passa(HOUR)
    mandar(com_notas)
    assert estados(com_notas) == ["registrado"]


def test_a_certificate_that_is_not_accepted_is_told_apart(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0])
    com_notas.server.faults.queue(faults.status(403))
    assert mandar(com_notas).situacao is Situacao.CERTIFICADO
    assert estados(com_notas) == ["pendente"]


def test_a_branch_says_it_under_the_certificate_of_the_head_office(com_notas: Loja) -> None:
    empresas.criar(FILIAL, uf="SP", caller=caller_of("ana"), clock=com_notas.lugar.clock)
    note = com_notas.server.emitir(FILIAL)
    filial = Loja(com_notas.lugar, FILIAL)
    pedir(filial, note.chave)
    assert mandar(filial).registradas == 1


def test_the_other_environment_is_left_alone(com_notas: Loja, chaves: list[str], configure: Configure) -> None:
    pedir(com_notas, chaves[0])
    configure(sefaz__ambiente="1")
    assert mandar(com_notas).lotes == 0
    assert manifestar.com_devidas(com_notas.lugar.clock) == []
    configure(sefaz__ambiente="2")
    assert manifestar.com_devidas(com_notas.lugar.clock) == [numero(com_notas)]


def test_a_server_that_asks_late_for_the_certificate(banco: str, tmp_path: Path, configure: Configure) -> None:
    with sefaz(tmp_path, tardio=True) as lugar:
        minha = loja(lugar, configure)
        minha.receber(1)
        minha.consultar()
        pedir(minha, *minha.server.notas)
        assert mandar(minha).registradas == 1


def test_the_certificate_is_opened_once_for_all_lots(minha: Loja) -> None:
    minha.receber(41)
    minha.consultar()
    pedir(minha, *minha.server.notas)
    before = minha.server.apertos
    assert mandar(minha).lotes == 3
    assert minha.server.apertos == before + 1
    assert rows(CertificadoDigital)[0].ativo


def test_an_event_that_cannot_be_made_costs_itself(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, *chaves, tipo="nao-realizada")
    with transaction() as db:
        bad = update(ManifestacaoSEFAZ).where(ManifestacaoSEFAZ.chave == chaves[1])
        db.execute(bad.values(justificativa="curta"))
    found = mandar(com_notas)
    assert (found.registradas, found.recusadas) == (2, 1)
    assert estados(com_notas) == ["registrado", "recusado", "registrado"]
    assert "precisa de uma justificativa" in (rows(ManifestacaoSEFAZ)[1].motivo or "")


def test_nothing_is_sent_by_itself_for_a_company_that_is_off(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, chaves[0])
    assert manifestar.com_devidas(com_notas.lugar.clock) == [numero(com_notas)]
    empresas.desativar(EMPRESA, caller_of("ana"))
    assert manifestar.com_devidas(com_notas.lugar.clock) == []
    empresas.ativar(EMPRESA, caller_of("ana"))
    usuarios.desativar("ana")
    assert manifestar.com_devidas(com_notas.lugar.clock) == []


def test_an_issuer_whose_number_has_letters(minha: Loja) -> None:
    letters = "12ABC34501DE"  # pragma: allowlist secret
    minha.server.comecar(EMPRESA)
    note = minha.server.emitir(EMPRESA, emitente=Pessoa(letters + digitos_cnpj(letters)))
    minha.consultar()
    pedir(minha, note.chave)
    assert mandar(minha).registradas == 1
    assert na_nota(note.chave) == [("210210", True, "135")]


HOSTILE = {
    "html": "<html><body>Manutenção</body></html>",
    "nothing": "",
    "no XML": "retEnvEvento",
    "a DTD": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "no status": lot("").replace("<cStat></cStat>", ""),
    "a status that is none": lot("cento e vinte e oito"),
    "no events": lot("128"),
    "an event without content": lot("128", "<retEvento/>"),
    "another namespace": lot("128").replace("www.portalfiscal", "example"),
    "an answer about something else": '<a xmlns="http://www.portalfiscal.inf.br/nfe"><retConsSitNFe/></a>',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_an_answer_that_is_none_leaves_the_event_in_doubt(com_notas: Loja, chaves: list[str], body: str) -> None:
    pedir(com_notas, chaves[0])
    com_notas.server.faults.queue(faults.status(200, body))
    assert mandar(com_notas).situacao is Situacao.SEM_RESPOSTA
    assert estados(com_notas) == ["enviado"]
    com_notas.passa(HOUR)
    mandar(com_notas)
    assert estados(com_notas) == ["registrado"]


def test_answers_that_say_too_much_are_kept_as_far_as_there_is_room(com_notas: Loja, chaves: list[str]) -> None:
    said = (
        f"<retEvento><infEvento><cStat>135</cStat><xMotivo>{'longo ' * 5000}</xMotivo><chNFe>{chaves[0]}</chNFe>"
        f"<tpEvento>210210</tpEvento><nSeqEvento>1</nSeqEvento><nProt>{'9' * 400}</nProt>"
        "<dhRegEvento>0001-01-01T00:00:00+14:00</dhRegEvento></infEvento></retEvento>"
    )
    pedir(com_notas, chaves[0])
    com_notas.server.faults.queue(faults.status(200, lot("128", said)))
    mandar(com_notas)
    (row,) = rows(ManifestacaoSEFAZ)
    assert (row.estado, len(row.protocolo or "")) == ("registrado", 20)
    assert row.registrada_em == com_notas.lugar.clock.now()


def test_the_other_side_says_how_long_to_wait(com_notas: Loja, chaves: list[str]) -> None:
    pedir(com_notas, *chaves)
    com_notas.server.faults.queue(faults.status(429, headers={"Retry-After": "900"}))
    mandar(com_notas)
    com_notas.passa(890)
    assert mandar(com_notas).lotes == 0
    com_notas.passa(300)
    assert mandar(com_notas).registradas == 3


async def stop_asked(request: web.Request, healthy: faults.Usual) -> web.StreamResponse:
    stopping.ask_to_stop()
    return await healthy()


def test_a_worker_that_is_asked_to_stop_begins_no_other_lot(minha: Loja) -> None:
    minha.receber(45)
    minha.consultar()
    pedir(minha, *minha.server.notas)
    minha.server.faults.queue(stop_asked)
    try:
        assert mandar(minha).lotes == 1
    finally:
        stopping.reset()
    assert mandar(minha).registradas >= 25
    assert set(estados(minha)) == {"registrado"}


def test_a_database_that_is_busy_for_a_while_loses_no_answer(sqlite: str, tmp_path: Path, configure: Configure) -> None:
    with sefaz(tmp_path) as lugar:
        minha = loja(lugar, configure)
        minha.receber(2)
        minha.consultar()
        pedir(minha, *minha.server.notas)
        waited: list[float] = []
        broken = iter([True, True, False])

        def fail(db: Session) -> None:
            if db.new is not None and minha.server.registrados and next(broken, False):
                raise Transient("O banco está ocupado.")

        event.listen(Session, "before_commit", fail)
        try:
            found = enviar(numero(minha), lugar.clock, sleep=waited.append)
        finally:
            event.remove(Session, "before_commit", fail)
    assert (found.registradas, len(waited)) == (2, 2)
    assert estados(minha) == ["registrado"] * 2
    assert [status for key in minha.server.notas for _, _, status in na_nota(key)] == ["135"] * 2


def test_what_the_store_refuses_costs_itself_and_is_kept_with_its_row(com_notas: Loja, chaves: list[str]) -> None:
    with transaction() as db:
        if db.get_bind().dialect.name == "sqlite":
            when = (
                f"BEFORE INSERT ON documento_evento WHEN NEW.chave = '{chaves[1]}' BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
            db.execute(text(f"CREATE TRIGGER refuse {when}"))
        else:
            db.execute(text(f"ALTER TABLE documento_evento ADD CONSTRAINT refuse CHECK (chave <> '{chaves[1]}')"))
    pedir(com_notas, *chaves)
    assert mandar(com_notas).registradas == 3
    assert estados(com_notas) == ["registrado"] * 3
    assert [len(na_nota(key)) for key in chaves] == [1, 0, 1]
    with transaction() as db:
        kept = db.execute(text("SELECT xml, retorno FROM sefaz_manifestacao WHERE chave = :c"), {"c": chaves[1]}).one()
    assert all(chaves[1] in one for one in kept)
