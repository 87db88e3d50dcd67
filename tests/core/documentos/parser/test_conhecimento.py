"""CT-e: what is read of them, in every layout, of every kind."""

from decimal import Decimal

import pytest
from support.lendo import lido

from core.documentos.conteudo import Conhecimento, Especie, Laco, Ligacao, Papel
from core.documentos.espacos import CTE
from sandbox.documentos.comum import COM_LETRAS, DESTINATARIO, EMITENTE, TRANSPORTADORA, chave
from sandbox.documentos.conhecimentos import conhecimento

NOTES = (chave("55", 90), chave("55", 91))
BILL = conhecimento(7, notas=NOTES)


def found(content: str | bytes) -> Conhecimento:
    return lido(Conhecimento, content)


def changed(old: str, new: str) -> Conhecimento:
    assert old in BILL.texto
    return found(BILL.texto.replace(old, new))


def test_a_bill_is_read_field_by_field() -> None:
    bill = found(BILL.xml)
    assert (bill.especie, bill.chave, bill.serie, bill.numero) == (Especie.CTE, BILL.chave, 1, 7)
    assert (bill.modal, bill.tipo_cte, bill.tipo_servico, bill.cfop) == ("01", 0, "0", "6353")
    assert (bill.municipio_inicio, bill.uf_inicio) == ("São Paulo", "SP")
    assert (bill.municipio_fim, bill.uf_fim) == ("Curitiba", "PR")
    assert (bill.emit_cnpj, bill.emit_nome) == (TRANSPORTADORA.documento, TRANSPORTADORA.nome)
    assert (bill.rem_cnpj_cpf, bill.rem_nome, bill.rem_uf) == (EMITENTE.documento, EMITENTE.nome, "SP")
    assert (bill.dest_cnpj_cpf, bill.dest_municipio) == (DESTINATARIO.documento, "São Paulo")
    assert (bill.tomador_cnpj_cpf, bill.tomador_nome) == (EMITENTE.documento, EMITENTE.nome)
    assert (bill.valor_total, bill.valor_receber, bill.valor_carga) == (Decimal(250), Decimal(250), Decimal(1000))
    assert (bill.valor_icms, bill.status, bill.motivo) == (Decimal(30), "100", "Autorizado o uso do CT-e")
    assert bill.ligacoes == tuple(Ligacao(laco=Laco.TRANSPORTE, chave=key) for key in NOTES)
    assert bill.papeis == (
        (Papel.EMITENTE, TRANSPORTADORA.documento),
        (Papel.REMETENTE, EMITENTE.documento),
        (Papel.DESTINATARIO, DESTINATARIO.documento),
        (Papel.TOMADOR, EMITENTE.documento),
    )


def test_who_else_may_read_a_bill_is_told() -> None:
    readers = f"<autXML>{COM_LETRAS.numero}</autXML><autXML>{DESTINATARIO.numero}</autXML>"
    bill = changed("</infCTeNorm>", f"</infCTeNorm>{readers}")
    assert bill.autorizados == (COM_LETRAS.documento, DESTINATARIO.documento)
    assert {numero for _, numero in bill.papeis}.isdisjoint({COM_LETRAS.documento})


@pytest.mark.parametrize("layout", ["1.04", "2.00", "3.00", "4.00"])
def test_every_layout_is_read_and_its_date_has_an_offset(layout: str) -> None:
    bill = found(conhecimento(7, layout=layout, tomador=3).xml)
    assert bill.data_emissao is not None
    assert bill.data_emissao.isoformat() == "2026-01-15T10:30:00-03:00"
    assert bill.tomador_cnpj_cpf == DESTINATARIO.documento
    assert bill.avisos == ()


@pytest.mark.parametrize("layout", ["1.04", "4.00"])
def test_somebody_else_takes_the_service(layout: str) -> None:
    bill = found(conhecimento(7, layout=layout, tomador=COM_LETRAS).xml)
    assert (bill.tomador_cnpj_cpf, bill.tomador_nome) == (COM_LETRAS.documento, COM_LETRAS.nome)
    assert (Papel.TOMADOR, COM_LETRAS.documento) in bill.papeis


@pytest.mark.parametrize(("code", "group"), [(1, "exped"), (2, "receb")])
def test_a_party_on_the_way_may_take_the_service(code: int, group: str) -> None:
    party = f"<{group}>{COM_LETRAS.numero}<xNome>{COM_LETRAS.nome}</xNome></{group}>"
    bill = found(conhecimento(7, tomador=code).texto.replace("<vPrest>", f"{party}<vPrest>"))
    assert bill.tomador_cnpj_cpf == COM_LETRAS.documento
    assert (bill.exped_nome if code == 1 else bill.receb_nome) == COM_LETRAS.nome
    assert (Papel.EXPEDIDOR if code == 1 else Papel.RECEBEDOR, COM_LETRAS.documento) in bill.papeis


@pytest.mark.parametrize(
    ("tax", "expected"),
    [
        ("<ICMS><ICMSOutraUF><vICMSOutraUF>5.00</vICMSOutraUF></ICMSOutraUF></ICMS>", Decimal(5)),
        ("<ICMS><ICMS60><vICMSSTRet>6.00</vICMSSTRet></ICMS60></ICMS>", Decimal(6)),
        ("<ICMS><ICMSSN><indSN>1</indSN></ICMSSN></ICMS>", None),
        ("", None),
    ],
)
def test_the_tax_is_that_of_the_service_not_that_of_a_paper_note(tax: str, expected: Decimal | None) -> None:
    head, _, rest = BILL.texto.partition("<imp>")
    text = f"{head}<imp>{tax}</imp>{rest.partition('</imp>')[2]}"
    assert found(text.replace("<infDoc>", "<infDoc><infNF><vICMS>77.00</vICMS></infNF>")).valor_icms == expected


@pytest.mark.parametrize(
    ("group", "laco"),
    [
        ("<infCteComp><chCTe>{}</chCTe></infCteComp>", Laco.COMPLEMENTO),
        ("<infCteComp><chave>{}</chave></infCteComp>", Laco.COMPLEMENTO),
        ("<infCteAnu><chCte>{}</chCte></infCteAnu>", Laco.ANULACAO),
        ("<infCTeNorm><infCteSub><chCte>{}</chCte></infCteSub></infCTeNorm>", Laco.SUBSTITUICAO),
        ("<idDocAnt><idDocAntEle><chCTe>{}</chCTe></idDocAntEle></idDocAnt>", Laco.ANTERIOR),
        ("<rem><infNFe><chave>{}</chave></infNFe></rem>", Laco.TRANSPORTE),
    ],
)  # fmt: skip
def test_bills_name_others(group: str, laco: Laco) -> None:
    other = chave("57", 99)
    bill = found(conhecimento(7).texto.replace("</infCte>", f"{group.format(other)}</infCte>"))
    assert Ligacao(laco=laco, chave=other) in bill.ligacoes


def test_notes_hidden_by_nines_are_no_notes() -> None:
    assert found(BILL.texto.replace(NOTES[0], "9" * 44)).ligacoes == (Ligacao(laco=Laco.TRANSPORTE, chave=NOTES[1]),)


def test_a_simplified_bill_is_read() -> None:
    text = BILL.texto.replace("cteProc", "cteSimpProc").replace("<CTe ", "<CTeSimp ").replace("</CTe>", "</CTeSimp>")
    head, _, rest = text.partition("<rem>")
    rest = rest.partition("</dest>")[2].partition("</infCTeNorm>")[2]
    det = (
        f"<toma><toma>3</toma>{DESTINATARIO.numero}<xNome>{DESTINATARIO.nome}</xNome></toma><infCarga><vCarga>70.00</vCarga>"
        "</infCarga><det nItem='1'><cMunIni>1</cMunIni><xMunIni>Santos</xMunIni><xMunFim>Lapa</xMunFim>"
        f"<infNFe><chNFe>{NOTES[0]}</chNFe></infNFe><infDocAnt><chCTe>{chave('57', 98)}</chCTe><infNFeTranspParcial>"
        f"<chNFe>{NOTES[1]}</chNFe></infNFeTranspParcial></infDocAnt></det><imp><ICMS><ICMS00><vICMS>9.00</vICMS></ICMS00>"
        "</ICMS></imp><total><vTPrest>80.00</vTPrest><vTRec>79.00</vTRec><IBSCBSTot><gIBS><vIBS>1.00</vIBS></gIBS><gCBS>"
        "<vCBS>2.00</vCBS></gCBS></IBSCBSTot><vTotDFe>83.00</vTotDFe></total>"
    )
    for place in ("MunIni", "MunFim"):
        begin, _, end = head.partition(f"<x{place}>")
        head = begin + end.partition(f"</x{place}>")[2]
    bill = found(head + det + rest)
    assert (bill.especie, bill.municipio_inicio, bill.municipio_fim) == (Especie.CTE_SIMPLIFICADO, "Santos", "Lapa")
    assert (bill.valor_total, bill.valor_receber, bill.valor_carga) == (Decimal(80), Decimal(79), Decimal(70))
    assert (bill.valor_icms, bill.valor_ibs, bill.valor_cbs) == (Decimal(9), Decimal(1), Decimal(2))
    assert (bill.valor_com_tributos, bill.tomador_cnpj_cpf) == (Decimal(83), DESTINATARIO.documento)
    links = {(link.laco, link.chave[20:22]) for link in bill.ligacoes}
    assert links == {(Laco.TRANSPORTE, "55"), (Laco.ANTERIOR, "57")}


def test_a_bill_for_other_services_names_who_takes_it() -> None:
    key = chave("67", 7, emitente=TRANSPORTADORA.documento)
    bill = found(
        f'<CTeOS xmlns="{CTE}"><infCte Id="CTe{key}"><ide><mod>67</mod></ide><toma>{DESTINATARIO.numero}'
        "<xNome>Quem</xNome></toma><vPrest><vTPrest>5.00</vTPrest></vPrest></infCte></CTeOS>"
    )
    assert (bill.especie, bill.tomador_nome, bill.valor_total) == (Especie.CTE_OS, "Quem", Decimal(5))


def test_the_reform_of_one_service_is_read() -> None:
    new = (
        "<IBSCBS><CST>000</CST><gIBSCBS><vIBS>1.00</vIBS><gCBS><vCBS>2.00</vCBS></gCBS></gIBSCBS></IBSCBS>"
        "<vTotDFe>253.00</vTotDFe></imp>"
    )
    bill = changed("</imp>", new)
    assert (bill.valor_ibs, bill.valor_cbs, bill.valor_com_tributos) == (Decimal(1), Decimal(2), Decimal(253))
