"""What the national environment writes about a note, when, and how it is packed."""

import gzip
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from core.fiscal import cnpj_valido
from sandbox.documentos.comum import Pessoa, cnpj
from sandbox.documentos.notas import nota
from sandbox.sefaz.textos import FORNECEDOR, Nota, bomba, comprimido, em_brasilia, hora

ISSUED = datetime(2026, 3, 10, 2, 30, 15, 999_999, tzinfo=UTC)
RECEIVED = ISSUED + timedelta(hours=1)
ACRE = timezone(timedelta(hours=-5))


@pytest.mark.parametrize("zone", [UTC, ACRE])
def test_an_instant_is_told_in_brasilia_s_time_to_the_second(zone: timezone) -> None:
    assert em_brasilia(ISSUED.astimezone(zone)).isoformat() == "2026-03-09T23:30:15-03:00"


@pytest.mark.parametrize(("offset", "text"), [(True, "2026-03-09T23:30:15-03:00"), (False, "2026-03-09T23:30:15")])
def test_a_service_writes_it_with_its_offset_or_without(offset: bool, text: str) -> None:
    assert hora(ISSUED, offset=offset) == text


def test_a_summary_says_when_a_note_was_issued_and_received_and_how_it_stands() -> None:
    for situacao in "123":
        made = Nota(nota(7, emitente=FORNECEDOR), FORNECEDOR, cnpj(44555666), ISSUED, RECEIVED, situacao)
        root = etree.fromstring(made.resumo())
        said = {etree.QName(one).localname: one.text for one in root}
        assert etree.QName(root).localname == "resNFe"
        assert (said["chNFe"], said["CNPJ"], said["cSitNFe"]) == (made.chave, FORNECEDOR.documento, situacao)
        assert (said["dhEmi"], said["dhRecbto"]) == ("2026-03-09T23:30:15-03:00", "2026-03-10T00:30:15-03:00")


def test_a_cancellation_is_the_issuer_s_event() -> None:
    made = Nota(nota(7, emitente=FORNECEDOR), FORNECEDOR, cnpj(44555666), ISSUED, RECEIVED)
    root = etree.fromstring(made.cancelamento(RECEIVED))
    said = {etree.QName(one).localname: one.text for one in root}
    assert etree.QName(root).localname == "resEvento"
    assert (said["chNFe"], said["CNPJ"], said["tpEvento"]) == (made.chave, FORNECEDOR.documento, "110111")
    assert said["dhEvento"] == "2026-03-10T00:30:15-03:00"


def test_the_supplier_is_a_company_that_could_be() -> None:
    assert isinstance(FORNECEDOR, Pessoa)
    assert cnpj_valido(FORNECEDOR.documento)


def test_a_text_is_packed_the_same_way_each_time() -> None:
    assert comprimido(b"<resNFe/>") == comprimido(b"<resNFe/>")
    assert gzip.decompress(comprimido(b"<resNFe/>")) == b"<resNFe/>"


def test_a_bomb_is_small_and_inflates_to_much() -> None:
    packed = bomba(1_000_000)
    assert len(packed) < 2_000
    assert len(gzip.decompress(packed)) > 1_000_000
