"""Every sample of the package nfelib: what becomes of it by its root, and what an XPath of the contract reads in it."""

from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree
from support.lido import conferir

from core.documentos.conteudo import (
    Arquivado,
    Conhecimento,
    Especie,
    Evento,
    Inutilizacao,
    NotaFiscal,
    Parte,
)
from core.documentos.leitor import ler_documentos

PACKAGE = Path(str(files("nfelib")))
SAMPLES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("samples/**/*.xml"))
NFE, CTE = {"n": "http://www.portalfiscal.inf.br/nfe"}, {"c": "http://www.portalfiscal.inf.br/cte"}
# By the root's local name: the class of what is read, or the code it is refused with.
OUTCOMES: dict[str, type | str] = {
    "nfeProc": NotaFiscal,
    "NFe": NotaFiscal,
    "CTe": Conhecimento,
    "CTeOS": Conhecimento,
    "evento": Evento,
    "eventoCTe": Evento,
    "eventoMDFe": Evento,
    "inutNFe": Inutilizacao,
    "MDFe": Arquivado,
    "NF3e": Arquivado,
    "NFCom": Arquivado,
    "BPe": Arquivado,
    "BPeTM": Arquivado,
    "BPeTA": Arquivado,
    "NFSe": Arquivado,
    "DPS": "trafego_de_protocolo",
    "pedRegEvento": "trafego_de_protocolo",
    "consReciMDFe": "trafego_de_protocolo",
    "consMDFeNaoEnc": "trafego_de_protocolo",
}
TOTALS = {
    "valor_total": "n:total/n:ICMSTot/n:vNF",
    "valor_produtos": "n:total/n:ICMSTot/n:vProd",
    "valor_icms": "n:total/n:ICMSTot/n:vICMS",
    "valor_ipi": "n:total/n:ICMSTot/n:vIPI",
    "valor_pis": "n:total/n:ICMSTot/n:vPIS",
    "valor_cofins": "n:total/n:ICMSTot/n:vCOFINS",
    "valor_tributos": "n:total/n:ICMSTot/n:vTotTrib",
    "valor_ibs": "n:total/n:IBSCBSTot/n:gIBS/n:vIBS",
    "valor_cbs": "n:total/n:IBSCBSTot/n:gCBS/n:vCBS",
    "valor_is": "n:total/n:ISTot/n:vIS",
    "valor_com_tributos": "n:total/n:vNFTot",
}
TEXTS = {
    "natureza": "n:ide/n:natOp",
    "emit_nome": "n:emit/n:xNome",
    "emit_ie": "n:emit/n:IE",
    "emit_municipio": "n:emit/n:enderEmit/n:xMun",
    "emit_uf": "n:emit/n:enderEmit/n:UF",
    "dest_nome": "n:dest/n:xNome",
    "dest_uf": "n:dest/n:enderDest/n:UF",
    "transportador_nome": "n:transp/n:transporta/n:xNome",
}
ITEMS = {
    "quantidade": "n:prod/n:qCom",
    "valor_unitario": "n:prod/n:vUnCom",
    "valor_total": "n:prod/n:vProd",
    "valor_icms": "n:imposto/n:ICMS/*/n:vICMS",
    "valor_ipi": "n:imposto/n:IPI/n:IPITrib/n:vIPI",
    "valor_pis": "n:imposto/n:PIS/*/n:vPIS",
    "valor_cofins": "n:imposto/n:COFINS/*/n:vCOFINS",
    "valor_ibs": "n:imposto/n:IBSCBS/n:gIBSCBS/n:vIBS",
    "valor_cbs": "n:imposto/n:IBSCBS/n:gIBSCBS/n:gCBS/n:vCBS",
    "valor_item": "n:vItem",
}
ITEM_TEXTS = {
    "codigo_produto": "n:prod/n:cProd",
    "descricao": "n:prod/n:xProd",
    "ncm": "n:prod/n:NCM",
    "cfop": "n:prod/n:CFOP",
    "cest": "n:prod/n:CEST",
    "ean": "n:prod/n:cEAN",
    "unidade": "n:prod/n:uCom",
    "cst_ibscbs": "n:imposto/n:IBSCBS/n:CST",
    "classificacao": "n:imposto/n:IBSCBS/n:cClassTrib",
}
BILLS = {
    "valor_total": "c:vPrest/c:vTPrest",
    "valor_receber": "c:vPrest/c:vRec",
    "valor_carga": "c:infCTeNorm/c:infCarga/c:vCarga",
    "valor_icms": "c:imp/c:ICMS/*/c:vICMS",
}
BILL_TEXTS = {
    "modal": "c:ide/c:modal",
    "cfop": "c:ide/c:CFOP",
    "municipio_inicio": "c:ide/c:xMunIni",
    "uf_fim": "c:ide/c:UFFim",
    "emit_nome": "c:emit/c:xNome",
    "rem_nome": "c:rem/c:xNome",
    "rem_municipio": "c:rem/c:enderReme/c:xMun",
    "dest_nome": "c:dest/c:xNome",
    "exped_nome": "c:exped/c:xNome",
    "receb_nome": "c:receb/c:xNome",
}


@cache
def read(name: str) -> Parte:
    (part,) = ler_documentos((PACKAGE / name).read_bytes())
    conferir([part])
    return part


def of(kind: type) -> list[str]:
    return [name for name in SAMPLES if isinstance(read(name).conteudo, kind)]


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _at(body: etree._Element, path: str, spaces: dict[str, str]) -> str:
    return " ".join(str(body.xpath(f"string({path})", namespaces=spaces)).split())


def test_the_package_has_its_samples() -> None:
    assert len(SAMPLES) == 49


@pytest.mark.parametrize("name", SAMPLES)
def test_what_becomes_of_a_sample(name: str) -> None:
    root = etree.QName(etree.parse(PACKAGE / name).getroot()).localname
    part = read(name)
    assert (part.motivo or type(part.conteudo)) == OUTCOMES[root]


@pytest.mark.parametrize("name", of(NotaFiscal))
def test_a_note_says_what_the_paths_of_the_contract_find(name: str) -> None:
    note = read(name).conteudo
    assert isinstance(note, NotaFiscal)
    root = etree.parse(PACKAGE / name).getroot()
    (body,) = root.iter(f"{{{NFE['n']}}}infNFe")
    for field, path in TOTALS.items():
        assert getattr(note, field) == _decimal(_at(body, path, NFE)), field
    for field, path in TEXTS.items():
        assert getattr(note, field) == (_at(body, path, NFE) or None), field
    assert note.chave == body.get("Id").removeprefix("NFe")
    assert (str(note.numero), str(note.serie)) == (_at(body, "n:ide/n:nNF", NFE), _at(body, "n:ide/n:serie", NFE))
    assert note.emit_cnpj == (_at(body, "n:emit/n:CNPJ", NFE) or _at(body, "n:emit/n:CPF", NFE))
    assert (note.status or "") == str(root.xpath("string(n:protNFe/n:infProt/n:cStat)", namespaces=NFE))
    assert (note.protocolo or "") == str(root.xpath("string(n:protNFe/n:infProt/n:nProt)", namespaces=NFE))
    dets = body.findall("n:det", NFE)
    assert [item.numero_item for item in note.itens] == [int(det.get("nItem")) for det in dets]
    for item, det in zip(note.itens, dets, strict=True):
        for field, path in ITEMS.items():
            assert getattr(item, field) == _decimal(_at(det, path, NFE)), field
        for field, path in ITEM_TEXTS.items():
            assert getattr(item, field) == (_at(det, path, NFE) or None), field


@pytest.mark.parametrize("name", of(Conhecimento))
def test_a_bill_says_what_the_paths_of_the_contract_find(name: str) -> None:
    bill = read(name).conteudo
    assert isinstance(bill, Conhecimento)
    (body,) = etree.parse(PACKAGE / name).getroot().iter(f"{{{CTE['c']}}}infCte")
    for field, path in BILLS.items():
        assert getattr(bill, field) == _decimal(_at(body, path, CTE)), field
    for field, path in BILL_TEXTS.items():
        assert getattr(bill, field) == (_at(body, path, CTE) or None), field
    assert bill.chave == body.get("Id").removeprefix("CTe")
    assert bill.especie is (Especie.CTE_OS if "cte-of" in name else Especie.CTE)


@pytest.mark.parametrize("name", of(Arquivado))
def test_what_is_archived_has_kind_key_issuer_date_and_value(name: str) -> None:
    kept = read(name).conteudo
    assert isinstance(kept, Arquivado)
    assert kept.especie.value == name.partition("/")[0]
    assert None not in (kept.emit_cnpj, kept.data_emissao, kept.valor_total, kept.numero)
    assert kept.papeis
