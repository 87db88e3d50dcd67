"""Registered events are kept with their notes; one that cannot be costs itself alone."""

import pytest
from support.consultas import rows
from support.numeracao import Numeracao, after, numeracao
from support.sefaz import INICIO, NFE

from connectors.sefaz import EventoRespondido, Situacao
from core.errors import Misconfigured
from flows.sefaz.manifestacoes.assinante import Assinante
from flows.sefaz.manifestacoes.guarda import Prova, guardar, prova
from flows.sefaz.manifestacoes.rows import Devida
from sandbox.documentos.notas import nota
from storage.models.manifestacoes import EstadoManifestacao
from storage.models.registros import DocumentoEvento
from storage.session import engine, transaction

ONE, TWO, THREE = (nota(number).chave for number in (1, 2, 3))


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def owed(chave: str, *, sequencia: int = 1, text: bool = True) -> Devida:
    inner = (
        f'<infEvento Id="ID210210{chave}{sequencia:02d}"><cOrgao>91</cOrgao><tpAmb>1</tpAmb>'
        f"<CNPJ>11222333000181</CNPJ><chNFe>{chave}</chNFe><dhEvento>2026-11-26T09:00:00-03:00</dhEvento>"
        f"<tpEvento>210210</tpEvento><nSeqEvento>{sequencia}</nSeqEvento><verEvento>1.00</verEvento>"
        '<detEvento versao="1.00"><descEvento>Ciencia da Operacao</descEvento></detEvento></infEvento>'
    )
    xml = f'<evento xmlns="{NFE}" versao="1.00">{inner}</evento>' if text else None
    return Devida(7, 1, chave, "210210", sequencia, None, EstadoManifestacao.ENVIADO, 1, xml, INICIO)


def registered(chave: str, sequencia: int = 1) -> EventoRespondido:
    answer = (
        f'<retEvento xmlns="{NFE}" versao="1.00"><infEvento><tpAmb>1</tpAmb><verAplic>1</verAplic><cOrgao>91</cOrgao>'
        f"<cStat>135</cStat><xMotivo>Evento registrado</xMotivo><chNFe>{chave}</chNFe><tpEvento>210210</tpEvento>"
        f"<nSeqEvento>{sequencia}</nSeqEvento><dhRegEvento>2026-11-26T09:00:05-03:00</dhRegEvento><nProt>891</nProt>"
        "</infEvento></retEvento>"
    )
    return EventoRespondido(
        chave, "210210", sequencia, Situacao.REGISTRADO, "135", "Evento registrado", "891", INICIO, answer.encode()
    )


def proven(chave: str, sequencia: int = 1) -> Prova:
    return prova(owed(chave, sequencia=sequencia), registered(chave, sequencia))


def keep(mine: Numeracao, *provas: Prova) -> None:
    of = Assinante(mine.quem.empresa_id, mine.quem.usuario_id, mine.quem.cnpj, mine.quem.certificado)
    with transaction() as db:
        guardar(db, of, provas, after(1))


def kept() -> list[tuple[str, int, bool]]:
    return [(one.chave, one.sequencia, one.registrado) for one in rows(DocumentoEvento)]


def test_what_is_kept_is_named_by_kind_note_and_sequence_and_holds_both_texts() -> None:
    found = proven(ONE, 2)
    assert found.nome == f"210210-{ONE}-02-procEventoNFe.xml"
    (part,) = found.partes
    for text in (owed(ONE, sequencia=2).xml or "", registered(ONE, 2).xml.decode()):
        assert text.encode() in part.texto


def test_an_event_is_kept_with_its_note_as_a_registered_one(mine: Numeracao) -> None:
    keep(mine, proven(ONE), proven(ONE, 2), proven(TWO))
    assert kept() == [(ONE, 1, True), (ONE, 2, True), (TWO, 1, True)]
    assert {one.empresa_id for one in rows(DocumentoEvento)} == {mine.quem.empresa_id}


def test_nothing_to_keep_asks_the_database_nothing() -> None:
    guardar(None, None, [], INICIO)  # type: ignore[arg-type]


def test_one_whose_text_is_not_there_is_no_fault_of_the_others(mine: Numeracao) -> None:
    keep(mine, prova(owed(ONE, text=False), registered(ONE)), proven(TWO))
    assert (TWO, 1, True) in kept()


def test_one_that_the_database_refuses_costs_itself_alone(mine: Numeracao) -> None:
    with engine().begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER recusa BEFORE INSERT ON documento_evento WHEN NEW.chave = '{TWO}' "
            "BEGIN SELECT RAISE(ABORT, 'nao cabe'); END"
        )
    keep(mine, proven(ONE), proven(TWO), proven(THREE))
    assert kept() == [(ONE, 1, True), (THREE, 1, True)]


def test_a_database_that_takes_nothing_is_told(mine: Numeracao) -> None:
    of = Assinante(mine.quem.empresa_id, mine.quem.usuario_id, mine.quem.cnpj, mine.quem.certificado)
    with pytest.raises(Misconfigured, match="Não consigo escrever"), transaction() as db:
        db.connection().exec_driver_sql("PRAGMA query_only=ON")
        guardar(db, of, [proven(ONE), proven(TWO)], after(1))
