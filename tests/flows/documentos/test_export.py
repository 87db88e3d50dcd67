"""What goes out: the exact texts under plain names, a table that a spreadsheet opens, and nothing of a stranger."""

import csv
import io
import tracemalloc
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from support import acervo
from support.acervo import BRASILIA, MERCADO, PADARIA, frete, guardar, nota

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Papel
from core.errors import NotFound, UsageError
from flows.documentos import export
from flows.documentos.export import Exportado, exportar_zip
from flows.documentos.export_csv import TITLES, exportar_csv
from flows.documentos.filtro import Filtro
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.servicos import chave_de_servico

OCTOBER = datetime(2026, 10, 31, 23, 59, tzinfo=BRASILIA)


def exported(caller: Caller = OPERATOR, **filtro: Any) -> dict[str, bytes]:
    to = io.BytesIO()
    done = exportar_zip(to, Filtro(**filtro), caller)
    assert done.bytes == len(to.getvalue())
    with zipfile.ZipFile(to) as read:
        assert read.testzip() is None
        names = read.namelist()
        assert len(set(names)) == len(names) == done.documentos + done.eventos + done.inutilizacoes
        return {name: read.read(name) for name in names}


def test_texts_go_out_byte_by_byte_under_company_year_and_month(banco: str) -> None:
    ana = acervo.usuario("ana")
    company = acervo.empresa(MERCADO, ana)
    raw = "\ufeff<?xml version='1.0'?>\r\n<nfeProc>ção\t</nfeProc>\n".encode()
    number = guardar(nota(1, data_emissao=OCTOBER), de=ana, empresa=company, xml=raw)
    acervo.evento(nota(1, data_emissao=OCTOBER).chave, de=ana, empresa=company, documento=number, xml=b"<e/>")
    guardar(frete(2), de=ana)
    found = exported()
    assert found == {
        f"{MERCADO}/2026/10/{nota(1, data_emissao=OCTOBER).chave}-nfe.xml": raw,
        f"{MERCADO}/2026/10/{nota(1, data_emissao=OCTOBER).chave}-110111-01-evento.xml": b"<e/>",
        f"{PADARIA}/2026/11/{frete(2).chave}-cte.xml": f"<x>{frete(2).chave}</x>".encode(),
    }


def test_a_month_is_the_document_s_own_and_a_company_the_caller_s(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    hers, other = acervo.empresa(PADARIA, ana), acervo.empresa(MERCADO, bia)
    guardar(nota(1, data_emissao=OCTOBER), de=ana, empresa=hers)
    guardar(nota(2), de=ana, empresa=hers)
    guardar(nota(3), de=ana)
    guardar(nota(4), de=bia, empresa=other)
    acervo.evento(nota(9).chave, de=bia, empresa=other, xml=b"<dela/>")
    acervo.inutilizada(5, 6, de=bia, empresa=other, xml=b"<dela/>")

    def keys(caller: Caller = OPERATOR, **filtro: Any) -> set[str]:
        return {name.rpartition("/")[2].partition("-")[0] for name in exported(caller, **filtro)}

    key = {number: nota(number).chave for number in (2, 3, 4)} | {1: nota(1, data_emissao=OCTOBER).chave}
    assert keys(empresa=PADARIA) == {key[1], key[2]}
    assert keys(empresa=PADARIA, mes="2026-10") == {key[1]}
    assert keys(Caller(ana)) == {key[1], key[2], key[3]}
    assert keys(Caller(ana), mes="2026-11") == {key[2], key[3]}
    assert len(exported()) == 6
    with pytest.raises(NotFound):
        keys(Caller(ana), empresa=MERCADO)
    with pytest.raises(UsageError):
        keys(mes="novembro")


def test_events_that_wait_and_ranges_go_by_company_and_month(banco: str) -> None:
    acervo.evento(nota(9).chave, xml=b"<e/>")
    acervo.evento(nota(8).chave)
    told = datetime(2026, 11, 30, 23, 59, tzinfo=BRASILIA)
    acervo.inutilizada(5, 6, xml=b"<i/>", recebido_em=told)
    acervo.inutilizada(7, 8, xml=b"<j/>", homologada=False)
    everything = exported()
    assert everything == {
        f"{PADARIA}/2026/11/{nota(9).chave}-110111-01-evento.xml": b"<e/>",
        f"{PADARIA}/2026/11/55-001-5-6-inutilizacao.xml": b"<i/>",
        f"{PADARIA}/sem-data/55-001-7-8-inutilizacao.xml": b"<j/>",
    }
    assert set(exported(mes="2026-11")) == {name for name in everything if "sem-data" not in name}
    assert exported(mes="2026-12") == {}
    assert exported(search="padaria") == {}


@pytest.mark.parametrize(
    "who", [Pessoa(PADARIA), Pessoa(MERCADO), Pessoa("11144477735")], ids=["cnpj", "letters", "cpf"]
)
def test_an_event_that_waits_lies_where_its_document_will(banco: str, who: Pessoa) -> None:
    keys = (
        chave_de_servico(9, prestador=who, quando=OCTOBER),
        acervo.chave(9, cnpj=f"{who.documento:0>14}", aamm="2610"),
    )
    for key in keys:
        acervo.evento(key, "101101", xml=b"<e/>")
    wanted = {f"{who.documento}/2026/10/{key}-101101-01-evento.xml": b"<e/>" for key in keys}
    assert exported() == exported(mes="2026-10") == wanted
    assert exported(mes="2026-11") == {}


def test_an_event_that_nobody_waits_for_any_more_goes_with_its_document_only(banco: str) -> None:
    ana, one = acervo.usuario("ana"), nota(1)
    company = acervo.empresa(PADARIA, ana)
    number = guardar(one, de=ana, empresa=company)
    acervo.evento(one.chave, xml=b"<e/>")
    acervo.evento(one.chave, de=ana, empresa=company, documento=number, xml=b"<e/>")
    assert sorted(name.rpartition("/")[2] for name in exported()) == [
        f"{one.chave}-110111-01-evento.xml",
        f"{one.chave}-nfe.xml",
    ]


def test_copies_of_several_owners_are_all_there_each_text_once(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    for user, text in ((ana, b"<sem/>"), (bia, b"<com/>"), (None, b"<sem/>")):
        guardar(nota(1), de=user, xml=text)
        acervo.evento(nota(2).chave, de=user, xml=text)
        acervo.inutilizada(5, 6, de=user, xml=text)
    key, waits = f"{PADARIA}/2026/11/{nota(1).chave}", f"{PADARIA}/2026/11/{nota(2).chave}"
    found = exported()
    assert {name: text for name, text in found.items() if name.startswith(key)} == {
        f"{key}-nfe.xml": b"<sem/>",
        f"{key}-2-nfe.xml": b"<com/>",
    }
    assert [text for name, text in sorted(found.items()) if name.startswith(waits)] == [b"<sem/>", b"<com/>", b"<sem/>"]
    assert len(found) == 2 + 3 + 3


def test_no_name_leads_out_of_its_folder(banco: str) -> None:
    guardar(nota(1, emit_cnpj="../../etc/x", chave="../" * 14, data_emissao=None))
    guardar(nota(2, emit_cnpj=None))
    for name in exported():
        assert ".." not in name
        assert not name.startswith("/")


def test_what_has_no_text_is_counted(banco: str) -> None:
    acervo.muitas([nota(1)])
    assert exportar_zip(io.BytesIO()) == Exportado(sem_texto=1, bytes=22)


def test_long_texts_are_taken_few_at_a_time(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 100)
    texts = {number: bytes([65 + number]) * size for number, size in enumerate((60, 60, 300, 10, 10), start=1)}
    for number, text in texts.items():
        guardar(nota(number), xml=text)
    assert sorted(exported().values()) == sorted(texts.values())


def test_pages_leave_nobody_out(banco: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.documentos.escopo.PAGE", 3)
    monkeypatch.setattr(export, "MEMBERS", 2)
    monkeypatch.setattr("flows.documentos.export_resto.PAGE", 1)
    for number in range(1, 11):
        guardar(nota(number))
        acervo.evento(nota(100 + number).chave, xml=b"<e/>")
    assert len(exported()) == 20


def table(caller: Caller = OPERATOR, **filtro: Any) -> list[dict[str, str]]:
    to = io.StringIO(newline="")
    count = exportar_csv(to, Filtro(**filtro), caller)
    text = to.getvalue()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == count
    return rows


def test_the_table_is_one_that_a_spreadsheet_opens(banco: str) -> None:
    company = acervo.empresa(PADARIA)
    guardar(
        nota(1, emit_nome='=HYPERLINK("http://x";"a")', valor_total=Decimal("1234.50"), dest_cnpj_cpf="11144477735"),
        empresa=company,
        papel=Papel.EMITENTE,
    )
    (row,) = table()
    assert tuple(row) == TITLES
    assert row["Emitente"] == '\'=HYPERLINK("http://x";"a")'
    assert (row["Valor total"], row["Emissão"], row["Mês"]) == ("1234,50", "03/11/2026 10:00:00", "2026-11")
    assert (row["Empresa"], row["CNPJ ou CPF do destinatário"]) == ("12.345.678/0001-95", "111.444.777-35")
    assert (row["Situação"], row["Papel"], row["Completo"]) == ("autorizada", "EMITENTE", "sim")
    assert row["Chave de acesso"].replace(" ", "") == nota(1).chave
    assert " " in row["Chave de acesso"]


@pytest.mark.parametrize("foreign", ["AB-12/é", "12345678901"])
def test_a_recipient_from_abroad_stands_in_the_table_as_in_the_note(banco: str, foreign: str) -> None:
    guardar(nota(1, dest_cnpj_cpf=foreign))
    assert [row["CNPJ ou CPF do destinatário"] for row in table()] == [foreign]


def test_the_table_holds_the_caller_s_documents_alone(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    guardar(nota(1), de=ana)
    guardar(nota(2, data_emissao=OCTOBER), de=ana)
    guardar(nota(3), de=bia)
    assert [row["Número"] for row in table(Caller(ana))] == ["1", "2"]
    assert [row["Número"] for row in table(Caller(ana), mes="2026-10")] == ["2"]
    assert len(table()) == 3


def test_memory_does_not_grow_with_the_documents(sqlite: str) -> None:
    class Nowhere(io.RawIOBase):
        def write(self, raw: object) -> int:
            return len(raw)  # type: ignore[arg-type]

    acervo.muitas(nota(number) for number in range(1, 2001))

    def peak(**filtro: Any) -> int:
        tracemalloc.start()
        try:
            exportar_zip(Nowhere(), Filtro(**filtro))  # type: ignore[arg-type]
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    acervo.muitas(nota(number, data_emissao=OCTOBER) for number in range(1, 401))
    peak(mes="2026-10")
    assert peak() < 2 * peak(mes="2026-10")
