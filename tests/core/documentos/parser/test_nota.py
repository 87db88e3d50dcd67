"""Notes: what is read of them, in every layout, and what is odd in them."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from support.lendo import lido

from core.documentos.conteudo import Especie, Laco, Ligacao, NotaFiscal, Papel
from core.documentos.leitor import ler_documentos
from core.fiscal import digito_chave
from sandbox.documentos.comum import COM_LETRAS, DESTINATARIO, EMITENTE, TRANSPORTADORA, Pessoa, chave, cpf
from sandbox.documentos.notas import Produto, nota

NOTA = nota(7)
WRONG_DIGIT = f"{NOTA.chave[:-1]}{(int(NOTA.chave[-1]) + 1) % 10}"


def found(content: str | bytes) -> NotaFiscal:
    return lido(NotaFiscal, content)


def changed(old: str, new: str) -> NotaFiscal:
    assert old in NOTA.texto
    return found(NOTA.texto.replace(old, new))


def test_a_note_is_read_field_by_field() -> None:
    made = nota(
        1234,
        serie=5,
        transportador=TRANSPORTADORA,
        produtos=(Produto(Decimal("10.50"), Decimal("2.5"), codigo="A1"), Produto(Decimal("0.99"))),
        autorizados=(COM_LETRAS,),
    )
    note = found(made.xml)
    assert (note.especie, note.chave, note.modelo, note.serie, note.numero) == (Especie.NFE, made.chave, "55", 5, 1234)
    assert note.data_emissao == datetime.fromisoformat("2026-01-15T10:30:00-03:00")
    assert note.data_emissao.utcoffset() == timedelta(hours=-3)
    assert (note.natureza, note.tipo, note.finalidade, note.ambiente) == ("Venda de mercadoria", 1, 1, 1)
    assert (note.emit_cnpj, note.emit_nome, note.emit_fantasia) == (EMITENTE.documento, EMITENTE.nome, "Exemplo")
    assert (note.emit_endereco, note.emit_municipio) == ("Rua das Acácias, 100, Centro", "São Paulo")
    assert (note.emit_uf, note.emit_cep, note.emit_ie) == ("SP", "01001000", EMITENTE.ie)
    assert (note.dest_cnpj_cpf, note.dest_nome, note.dest_ie) == (
        DESTINATARIO.documento,
        DESTINATARIO.nome,
        DESTINATARIO.ie,
    )
    assert (note.transportador_cnpj_cpf, note.transportador_nome) == (TRANSPORTADORA.documento, TRANSPORTADORA.nome)
    assert note.autorizados == (COM_LETRAS.documento,)
    assert (note.valor_total, note.valor_produtos, note.valor_icms) == (
        Decimal("11.49"),
        Decimal("11.49"),
        Decimal("2.07"),
    )
    assert (note.status, note.motivo) == ("100", "Autorizado o uso da NF-e")
    assert note.recebido_em == note.data_emissao
    assert note.papeis == (
        (Papel.EMITENTE, EMITENTE.documento),
        (Papel.DESTINATARIO, DESTINATARIO.documento),
        (Papel.TRANSPORTADOR, TRANSPORTADORA.documento),
    )
    first, second = note.itens
    assert (first.numero_item, first.codigo_produto, first.cfop, first.ncm) == (1, "A1", "5102", "73181500")
    assert (first.quantidade, first.valor_unitario, first.valor_total) == (
        Decimal("2.5"),
        Decimal("4.2"),
        Decimal("10.50"),
    )
    assert (first.valor_icms, first.valor_pis, first.valor_cofins, first.valor_ipi) == (
        Decimal("1.89"), Decimal("1.65"), Decimal("7.60"), None,
    )  # fmt: skip
    assert (second.numero_item, second.ean, second.unidade) == (2, "SEM GTIN", "UN")


def test_what_is_absent_is_none() -> None:
    note = found(nota(7, modelo="65", destinatario=None, status=None).xml)
    assert note.especie is Especie.NFCE
    assert {note.dest_cnpj_cpf, note.dest_nome, note.protocolo, note.status, note.transportador_nome} == {None}
    assert {note.valor_ibs, note.valor_is, note.valor_com_tributos, note.valor_monofasia, note.valor_tributos} == {None}
    assert (note.papeis, note.ligacoes, note.avisos) == (((Papel.EMITENTE, EMITENTE.documento),), (), ())


@pytest.mark.parametrize("layout", ["1.10", "2.00", "3.10", "4.00"])
def test_every_layout_is_read(layout: str) -> None:
    note = found(nota(7, layout=layout).xml)
    assert note.data_emissao is not None
    assert note.data_emissao.isoformat() == (
        "2026-01-15T00:00:00-03:00" if layout < "3" else "2026-01-15T10:30:00-03:00"
    )
    assert note.avisos == ()


def test_a_date_alone_has_the_offset_of_that_day() -> None:
    summer = nota(7, layout="2.00", quando=datetime.fromisoformat("2012-01-15T10:00:00-02:00"))
    emissao = found(summer.xml).data_emissao
    assert emissao is not None
    assert emissao.isoformat() == "2012-01-15T00:00:00-02:00"


def test_the_reform_is_read() -> None:
    text = nota(7, reforma=True, produtos=(Produto(Decimal("1000.00")),)).texto
    mono = "<gMono><vIBSMono>1.10</vIBSMono><vCBSMono>2.20</vCBSMono></gMono>"
    text = text.replace("</IBSCBSTot>", f"{mono}</IBSCBSTot><ISTot><vIS>3.30</vIS></ISTot>").replace(
        "</gIBSCBS></IBSCBS>",
        "</gIBSCBS><gIBSCBSMono><vTotIBSMonoItem>1.10</vTotIBSMonoItem><vTotCBSMonoItem>2.20</vTotCBSMonoItem>"
        "</gIBSCBSMono></IBSCBS><IS><vIS>3.30</vIS></IS>",
    )
    note = found(text)
    assert (note.valor_ibs, note.valor_cbs, note.valor_com_tributos) == (Decimal(1), Decimal(9), Decimal(1010))
    assert (note.valor_is, note.valor_monofasia) == (Decimal("3.30"), Decimal("3.30"))
    (item,) = note.itens
    assert (item.cst_ibscbs, item.classificacao, item.valor_item) == ("000", "000001", Decimal(1000))
    assert (item.valor_ibs, item.valor_cbs, item.valor_is, item.valor_monofasia) == (
        Decimal(1), Decimal(9), Decimal("3.30"), Decimal("3.30"),
    )  # fmt: skip


@pytest.mark.parametrize("finalidade", [5, 6])
def test_notes_of_credit_and_debit_are_notes(finalidade: int) -> None:
    assert found(nota(7, finalidade=finalidade).xml).finalidade == finalidade


@pytest.mark.parametrize(
    ("emitente", "numero"),
    [(COM_LETRAS, COM_LETRAS.documento), (Pessoa(cpf(123456789), "Produtor Rural"), cpf(123456789))],
)
def test_an_issuer_has_a_cnpj_with_letters_or_a_cpf(emitente: Pessoa, numero: str) -> None:
    note = found(nota(7, emitente=emitente).xml)
    assert (note.emit_cnpj, note.avisos) == (numero, ())
    assert (Papel.EMITENTE, numero) in note.papeis


def test_a_foreign_recipient_has_no_role_by_a_free_text() -> None:
    note = changed(DESTINATARIO.numero + "<xNome>Ind", f"<idEstrangeiro>{EMITENTE.documento}</idEstrangeiro><xNome>Ind")
    assert note.dest_cnpj_cpf == EMITENTE.documento
    assert note.papeis == ((Papel.EMITENTE, EMITENTE.documento),)


def test_notes_name_others() -> None:
    other, bill, third = chave("55", 90), chave("57", 91), chave("55", 92)
    text = nota(7, referencias=(other, other, "9" * 44, "123", NOTA.chave)).texto
    text = text.replace("</ide>", f"<NFref><refCTe>{bill}</refCTe></NFref></ide>")
    text = text.replace(
        "</imposto>", f"</imposto><DFeReferenciado><chaveAcesso>{third}</chaveAcesso></DFeReferenciado>"
    )
    assert found(text).ligacoes == tuple(Ligacao(laco=Laco.REFERENCIA, chave=key) for key in (other, bill, third))
    (link,) = found(nota(7, finalidade=2, referencias=(other,)).xml).ligacoes
    assert link == Ligacao(laco=Laco.COMPLEMENTO, chave=other)


@pytest.mark.parametrize(
    ("old", "new", "aviso"),
    [
        (f"NFe{NOTA.chave}\" versao", f"NFe{WRONG_DIGIT}\" versao", "dígito verificador"),
        ("<dhEmi>2026-01-15", "<dhEmi>2026-02-15", "a chave é do mês 01/26, a emissão de 02/2026"),
        (EMITENTE.numero, DESTINATARIO.numero, f"a chave é do emitente {EMITENTE.documento}"),
        ("<mod>55", "<mod>65", "a chave é do modelo 55, o documento diz 65"),
        ("<nNF>7<", "<nNF>8<", "a chave é da série 001, número 000000007; o documento diz 1 e 8"),
        ("<tpAmb>1", "<tpAmb>2", "ambiente de homologação"),
        ("<tpAmb>1", "<tpAmb>02", "ambiente de homologação"),
        ("<digVal>5", "<digVal>6", "o resumo (digVal) do protocolo não é o da assinatura"),
        ("<vNF>100.00", "<vNF>NaN", "vNF não é um valor que se guarda: 'NaN'"),
        ("<vNF>100.00", "<vNF>1<x/>00.00", "vNF não é um valor que se guarda: há elementos nele"),
        ("<vICMS>18.00</vICMS></ICMS00>", "<vICMS>1<x/>8</vICMS></ICMS00>", "vICMS não é um valor que se guarda: há"),
        ("<vNF>100.00", "<vNF>12345678901234.00", "vNF não é um valor"),
        ("<vNF>100.00", "<vNF>1e3", "vNF não é um valor"),
        ("<vNF>100.00", "<vNF>100,00", "vNF não é um valor"),
        ("<vNF>100.00", "<vNF>100.005", "vNF não é um valor"),
        ("<dhEmi>2026-01-15", "<dhEmi>2026-02-30", "dhEmi não é uma data possível"),
        ("<dhEmi>2026-01-15", "<dhEmi>0001-01-15", "dhEmi não é uma data possível"),
        ("10:30:00-03:00</dhEmi>", "10:30:00-23:00</dhEmi>", "dhEmi não é uma data possível"),
        ("<nNF>7<", "<nNF>sete<", "nNF não é um número"),
        (EMITENTE.numero, "<CNPJ>123</CNPJ>", "CNPJ não é um CNPJ: '123'"),
        ("<nProt>", "<nProt>99999999999", "nProt é longo demais"),
        ("<vNF>", '<vNF xmlns="urn:x">', "vNF não está no namespace do documento"),
        (' xmlns="http://www.portalfiscal.inf.br/nfe"', "", "a raiz nfeProc não tem namespace"),
        ("http://www.portalfiscal.inf.br/nfe", "http://www.portalfiscal.inf.br/NFE", "está no namespace"),
        ("nfeProc", "procNFe", "a raiz se chama procNFe, não nfeProc"),
        ('nItem="1"', 'nItem="x"', "o item 1 não tem número próprio (nItem 'x')"),
    ],
)  # fmt: skip
def test_what_is_odd_is_told_and_keeps_nothing_out(old: str, new: str, aviso: str) -> None:
    note = changed(old, new)
    assert any(aviso in one for one in note.avisos), note.avisos
    assert (note.emit_nome, len(note.itens)) == (EMITENTE.nome, 1)


def test_what_cannot_be_kept_is_none_and_the_rest_stays() -> None:
    note = changed("<vNF>100.00", "<vNF>1e3")
    assert (note.valor_total, note.valor_produtos) == (None, Decimal(100))
    assert changed("<dhEmi>2026-01-15", "<dhEmi>2026-02-30").data_emissao is None


def test_a_text_in_a_wrong_namespace_does_not_stand_before_the_right_one() -> None:
    note = changed("<vNF>100.00", '<vNF xmlns="urn:x">1.00</vNF><vNF>100.00')
    assert note.valor_total == Decimal(100)


def test_texts_are_on_one_line_and_as_wide_as_their_columns() -> None:
    assert changed("<natOp>Venda de", "<natOp> Venda\n\t\u0085\u2028de ").natureza == "Venda de  mercadoria"
    assert changed("<xFant>Exemplo", f"<xFant>{'ã' * 500}").emit_fantasia == "ã" * 200
    assert changed("<xFant>Exemplo", "<xFant><![CDATA[A&B]]>").emit_fantasia == "A&B"
    assert changed("<xFant>Exemplo", "<xFant> ").emit_fantasia is None


def test_items_without_a_number_of_their_own_have_one() -> None:
    text = nota(7, produtos=(Produto(),) * 4).texto.replace('nItem="2"', 'nItem="1"').replace('nItem="3"', 'nItem="4"')
    note = found(text)
    assert [item.numero_item for item in note.itens] == [1, 2, 4, 3]
    assert len(note.avisos) == 2


def test_a_lying_encoding_is_read_and_told() -> None:
    note = found(NOTA.texto.encode("cp1252"))
    assert note.emit_municipio == "São Paulo"
    assert note.avisos == ("o texto não é UTF-8: foi lido como Windows-1252",)


def test_a_note_of_the_treasury_has_the_treasurys_key() -> None:
    base = NOTA.chave[:6] + DESTINATARIO.documento + "55890" + NOTA.chave[25:43]
    text = nota(7, serie=890).texto
    own = found(text).chave
    assert found(text.replace(own, base + digito_chave(base))).avisos == ()


@pytest.mark.parametrize(
    ("content", "motivo"),
    [
        (NOTA.texto.replace(NOTA.chave, chave("57", 7)), "chave_divergente"),
        (NOTA.texto.replace("</NFe>", f'</NFe><NFe><infNFe Id="NFe{chave("55", 8)}"/></NFe>'), "varios_documentos"),
    ],
)
def test_what_is_no_one_note_is_refused(content: str, motivo: str) -> None:
    (part,) = ler_documentos(content.encode())
    assert (part.conteudo, part.motivo, part.especie) == (None, motivo, "nfe")
