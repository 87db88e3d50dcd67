"""Coupons, summaries, protocols without their document, unused ranges, and kinds that are kept without being read."""

from decimal import Decimal

import pytest
from support.lendo import lido

from core.documentos.conteudo import Arquivado, Cupom, Especie, Inutilizacao, Laco, Ligacao, NotaFiscal, Papel, Resumo
from core.documentos.espacos import BPE, CTE, DCE, MDFE, NF3E, NFCOM, NFE, SAT
from core.documentos.leitor import ler_documentos
from sandbox.documentos.comum import COM_LETRAS, DESTINATARIO, EMITENTE, QUANDO, Pessoa, chave, cpf, protocolo
from sandbox.documentos.cupons import cupom, lote
from sandbox.documentos.notas import Produto, inutilizada, nota, resumo
from sandbox.documentos.servicos import nota_de_servico

NOTA = nota(7)


@pytest.mark.parametrize("portal", [False, True])
def test_a_coupon_is_read_field_by_field(portal: bool) -> None:
    made = cupom(12, destinatario=Pessoa(cpf(5), "Fulana"), produtos=(Produto(Decimal("5.50")),), portal=portal)
    read = lido(Cupom, made.xml)
    assert (read.especie, read.chave, read.modelo, read.serie, read.numero) == (
        Especie.CFE,
        made.chave,
        "59",
        900004019,
        12,
    )
    assert (read.data_emissao, read.ambiente, read.numero_serie_sat) == (QUANDO, 1, "900004019")
    assert (read.emit_cnpj, read.emit_uf, read.dest_cnpj_cpf, read.dest_nome) == (
        EMITENTE.documento,
        "SP",
        cpf(5),
        "Fulana",
    )
    assert (read.valor_total, read.valor_icms, read.cancelada) == (Decimal("5.50"), Decimal("0.99"), None)
    (item,) = read.itens
    assert (item.descricao, item.valor_total, item.valor_icms) == (
        "Parafuso sextavado",
        Decimal("5.50"),
        Decimal("0.99"),
    )
    assert read.papeis == ((Papel.EMITENTE, EMITENTE.documento), (Papel.DESTINATARIO, cpf(5)))


def test_a_cancellation_names_its_coupon() -> None:
    one = cupom(12)
    read = lido(Cupom, cupom(13, cancela=one.chave).xml)
    assert (read.cancelada, read.ligacoes) == (one.chave, (Ligacao(laco=Laco.CANCELAMENTO, chave=one.chave),))


def test_a_coupon_with_an_impossible_date_is_read_without_it() -> None:
    read = lido(Cupom, cupom(12).texto.replace("<dEmi>20260115", "<dEmi>20261315"))
    assert read.data_emissao is None
    assert "dEmi e hEmi não são uma data possível" in read.avisos[0]


def test_coupons_of_a_lot_are_read_in_its_namespace() -> None:
    parts = ler_documentos(lote(cupom(1), cupom(2, cancela=cupom(1).chave)))
    assert [part.conteudo.chave for part in parts if isinstance(part.conteudo, Cupom)] == [
        cupom(1).chave, cupom(2).chave,
    ]  # fmt: skip
    assert f'xmlns="{SAT}"'.encode() in parts[0].texto


@pytest.mark.parametrize(("situacao", "status"), [(1, "100"), (2, "110"), (3, "101"), (9, None)])
def test_a_summary_says_how_a_note_stands(situacao: int, status: str | None) -> None:
    read = lido(Resumo, resumo(NOTA, situacao=situacao, valor="12.34"))
    assert (read.especie, read.chave, read.numero, read.status) == (Especie.NFE, NOTA.chave, 7, status)
    assert (read.valor_total, read.tipo, read.data_emissao) == (Decimal("12.34"), 1, QUANDO)
    assert (read.emit_cnpj, read.emit_nome, read.emit_uf) == (EMITENTE.documento, EMITENTE.nome, "SP")
    assert read.digest == lido(Resumo, resumo(NOTA)).digest


@pytest.mark.parametrize(
    ("name", "field", "model", "space"),
    [("protNFe", "chNFe", "55", NFE), ("protNFe", "chNFe", "65", NFE), ("protCTe", "chCTe", "57", CTE)],
)
def test_a_protocol_without_its_document_is_a_summary(name: str, field: str, model: str, space: str) -> None:
    key = chave(model, 7)
    text = protocolo(name, field, key, "100").replace(f"<{name} ", f'<{name} xmlns="{space}" ')
    read = lido(Resumo, text)
    assert (read.chave, read.modelo, read.status, read.protocolo) == (key, model, "100", "135260000000007")
    assert read.papeis == ((Papel.EMITENTE, EMITENTE.documento),)


@pytest.mark.parametrize("status", ["102", "241", None])
def test_a_range_is_proven_by_its_answer(status: str | None) -> None:
    read = lido(Inutilizacao, inutilizada(3, 5, serie=2, status=status))
    assert (read.emit_cnpj, read.uf, read.ano, read.modelo, read.serie) == (EMITENTE.documento, "SP", 2026, "55", 2)
    assert (read.inicio, read.fim, read.status) == (3, 5, status)
    assert read.protocolo == (None if status is None else "135260000000001")


def test_an_answer_about_another_range_proves_nothing() -> None:
    head, _, tail = inutilizada(3, 5).decode().rpartition("<nNFFin>5")
    read = lido(Inutilizacao, f"{head}<nNFFin>9{tail}")
    assert (read.fim, read.status) == (5, None)
    assert read.avisos == ("a resposta é de outra faixa de números: não prova nada sobre esta",)


def test_a_range_of_the_test_environment_is_told_to_be_one() -> None:
    read = lido(Inutilizacao, inutilizada(3, 5).replace(b"<tpAmb>1<", b"<tpAmb>2<"))
    assert (read.ambiente, read.avisos) == (2, ("é do ambiente de homologação, sem valor fiscal",))


@pytest.mark.parametrize("old", ["<CNPJ>", "<mod>", "<serie>", "<nNFIni>", "<ano>", "<cUF>"])
def test_a_range_that_does_not_say_what_it_is_of_is_refused(old: str) -> None:
    (part,) = ler_documentos(inutilizada(3, 5, status=None).replace(old.encode(), f"{old}x".encode()))
    assert part.motivo == "inutilizacao_incompleta"


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    (part,) = ler_documentos(inutilizada(5, 3))
    assert (part.motivo, part.mensagem) == ("inutilizacao_incompleta", "a faixa de 5 a 3 começa depois do fim")


@pytest.mark.parametrize(
    ("space", "root", "body", "prefix", "model", "number", "value", "especie"),
    [
        (MDFE, "MDFe", "infMDFe", "MDFe", "58", "nMDF", "<tot><vCarga>7.00</vCarga></tot>", Especie.MDFE),
        (MDFE, "mdfeProc", "infMDFe", "MDFe", "58", "nMDF", "<tot><vCarga>7.00</vCarga></tot>", Especie.MDFE),
        (NF3E, "NF3e", "infNF3e", "NF3e", "66", "nNF", "<total><vNF>7.00</vNF></total>",
         Especie.NF3E),
        (NFCOM, "NFCom", "infNFCom", "NFCom", "62", "nNF",
         "<total><vNF>7.00</vNF></total>", Especie.NFCOM),
        (BPE, "BPe", "infBPe", "BPe", "63", "nBP",
         "<infValorBPe><vBP>7.00</vBP></infValorBPe>", Especie.BPE),
        (DCE, "DCe", "infDCe", "DCe", "99", "nDC", "<total><vDC>7.00</vDC></total>",
         Especie.DCE),
        (CTE, "GTVe", "infCte", "CTe", "64", "nCT", "<detGTV><infEspecie><vEspecie>7</vEspecie></infEspecie></detGTV>",
         Especie.GTVE),
    ],
)  # fmt: skip
def test_other_kinds_are_kept_with_kind_key_issuer_date_and_value(
    space: str, root: str, body: str, prefix: str, model: str, number: str, value: str, especie: Especie
) -> None:
    key = chave(model, 7)
    read = lido(
        Arquivado,
        f'<{root} xmlns="{space}"><{body} Id="{prefix}{key}"><ide><tpAmb>1</tpAmb><mod>{model}</mod><serie>1</serie>'
        f"<{number}>7</{number}><dhEmi>{QUANDO.isoformat()}</dhEmi></ide><emit>{EMITENTE.numero}<xNome>{EMITENTE.nome}</xNome>"
        f"<enderEmit><UF>SP</UF></enderEmit></emit><dest>{DESTINATARIO.numero}</dest>{value}</{body}></{root}>",
    )
    assert (read.especie, read.chave, read.modelo, read.serie, read.numero) == (especie, key, model, 1, 7)
    assert (read.emit_cnpj, read.data_emissao, read.valor_total, read.avisos) == (
        EMITENTE.documento, QUANDO, Decimal(7), (),
    )  # fmt: skip


def gtve(*especies: str) -> str:
    body = "".join(f"<infEspecie>{one}</infEspecie>" for one in especies)
    return f'<GTVe xmlns="{CTE}"><infCte Id="CTe{chave("64", 7)}"><detGTV>{body}</detGTV></infCte></GTVe>'


def test_a_gtve_is_worth_all_that_it_carries() -> None:
    notes, coins = ("<vEspecie>7.00</vEspecie><tpNumerario>1</tpNumerario>", "<vEspecie>5.25</vEspecie>")
    assert lido(Arquivado, gtve(notes, coins)).valor_total == Decimal("12.25")
    assert lido(Arquivado, gtve()).valor_total is None


def test_what_a_gtve_carries_of_foreign_money_is_told_and_adds_nothing() -> None:
    dollars = "<vEspecie>100.00</vEspecie><tpNumerario>2</tpNumerario><xMoedaEstr>DOLAR</xMoedaEstr>"
    read = lido(Arquivado, gtve("<vEspecie>7.00</vEspecie>", dollars))
    assert read.valor_total == Decimal(7)
    assert "há numerário em moeda estrangeira, que não entra no valor" in read.avisos
    assert lido(Arquivado, gtve(dollars)).valor_total is None


def test_a_national_nfse_of_a_cnpj_with_letters_is_kept() -> None:
    made = nota_de_servico(7, prestador=COM_LETRAS)
    read = lido(Arquivado, made.texto)
    assert (read.chave, read.emit_cnpj) == (made.chave, COM_LETRAS.documento)
    assert COM_LETRAS.documento == made.chave[9:23]


@pytest.mark.parametrize("place", [8, 23, 49])
def test_letters_elsewhere_in_the_key_of_a_national_nfse_are_none_of_one(place: int) -> None:
    made = nota_de_servico(7, prestador=COM_LETRAS)
    key = f"{made.chave[:place]}A{made.chave[place + 1 :]}"
    (part,) = ler_documentos(made.texto.replace(made.chave, key).encode())
    assert part.motivo == "chave_invalida"


@pytest.mark.parametrize(
    ("root", "motivo", "said"),
    [
        (f'<consSitNFe xmlns="{NFE}"/>', "trafego_de_protocolo", "consSitNFe é um pedido, não um documento"),
        (f'<consReciNFe xmlns="{NFE}"/>', "trafego_de_protocolo", "é um pedido"),
        (f'<distDFeInt xmlns="{NFE}"/>', "trafego_de_protocolo", "é um pedido"),
        (f'<retConsStatServ xmlns="{NFE}"/>', "trafego_de_protocolo", "é uma resposta da SEFAZ"),
        (f'<retDistDFeInt xmlns="{NFE}"/>', "trafego_de_protocolo", "é uma resposta da SEFAZ"),
        (f'<retConsSitNFe xmlns="{NFE}"><cStat>217</cStat></retConsSitNFe>', "lote_vazio", "não traz nenhum documento"),
        ('<DPS xmlns="http://www.sped.fazenda.gov.br/nfse"/>', "trafego_de_protocolo", "DPS é um pedido"),
        ("<CompNfse/>", "outro_protocolo", "CompNfse é uma NFS-e municipal; importa-se a nacional"),
        ('<NFSe xmlns="http://www.sped.fazenda.gov.br/nfse"><infNFSe Id="NFS1"/></NFSe>', "chave_invalida", "NFS-e"),
    ],
)
def test_requests_and_answers_are_no_documents(root: str, motivo: str, said: str) -> None:
    (part,) = ler_documentos(root.encode())
    assert (part.conteudo, part.motivo) == (None, motivo)
    assert said in (part.mensagem or "")


@pytest.mark.parametrize("root", ["procNFe", "NFEPROC", "nfeproc"])
def test_other_programs_spell_roots_otherwise(root: str) -> None:
    note = lido(NotaFiscal, nota(7, emitente=COM_LETRAS).texto.replace("nfeProc", root))
    assert note.avisos == (f"a raiz se chama {root}, não nfeProc",)
