"""Made-up events of NF-e and CT-e: with their answer, alone, summarised, and cancellations of before events."""

from datetime import datetime

from core.documentos.espacos import CTE, NFE
from sandbox.documentos.comum import EMITENTE, QUANDO, Feito, Pessoa, assinatura, numero_protocolo, protocolo

CANCELAMENTO, CORRECAO = "110111", "110110"
_NOMES = {CANCELAMENTO: "Cancelamento", CORRECAO: "Carta de Correcao", "110112": "Cancelamento por substituicao"}

_CONDICOES = (
    "A Carta de Correcao e disciplinada pelo paragrafo 1o-A do art. 7o do Convenio S/N, de 15 de dezembro de "
    "1970 e pode ser utilizada para regularizacao de erro ocorrido na emissao de documento fiscal, desde que o "
    "erro nao esteja relacionado com: I - as variaveis que determinam o valor do imposto tais como: base de "
    "calculo, aliquota, diferenca de preco, quantidade, valor da operacao ou da prestacao; II - a correcao de "
    "dados cadastrais que implique mudanca do remetente ou do destinatario; III - a data de emissao ou de "
    "saida."
)


def evento(
    feito: Feito | str,
    tipo: str = CANCELAMENTO,
    sequencia: int = 1,
    *,
    status: str | None = "135",
    autor: Pessoa = EMITENTE,
    quando: datetime = QUANDO,
    correcao: str = "",
    ambiente: int = 1,
    alvo: str = "",
) -> bytes:
    """Return a `procEventoNFe` or `procEventoCTe`, by the model of the key; without `status` the bare event."""
    key = feito if isinstance(feito, str) else feito.chave
    space, name, field, root = (
        (CTE, "eventoCTe", "chCTe", "procEventoCTe")
        if key[20:22] in ("57", "67", "64")
        else (NFE, "evento", "chNFe", "procEventoNFe")
    )
    said = _NOMES.get(tipo, "Evento de exemplo")
    detail = f"<nProt>{numero_protocolo(key)}</nProt><xJust>Cancelado a pedido do cliente</xJust>"
    if tipo == CORRECAO:
        detail = (
            f"<xCorrecao>{correcao or 'Corrige o endereço de entrega'}</xCorrecao><xCondUso>{_CONDICOES}</xCondUso>"
        )
    if alvo:
        detail = f"<nProtEvento>{alvo}</nProtEvento>"
    inner = f"<descEvento>{said}</descEvento>{detail}"
    if space == CTE:
        inner = f"<evCancCTe>{inner}</evCancCTe>" if tipo == CANCELAMENTO else f"<evOutroCTe>{inner}</evOutroCTe>"
    digits, layout = (3, "4.00") if space == CTE else (2, "1.00")
    version, attribute = ("", "versaoEvento") if space == CTE else ("<verEvento>1.00</verEvento>", "versao")
    number = f"{sequencia:0{digits}d}"
    answered = f"ret{name[:1].upper()}{name[1:]}"
    body = (
        f'<{name} xmlns="{space}" versao="{layout}"><infEvento Id="ID{tipo}{key}{number}"><cOrgao>{key[:2]}</cOrgao>'
        f"<tpAmb>{ambiente}</tpAmb>{autor.numero}<{field}>{key}</{field}><dhEvento>{quando.isoformat()}</dhEvento>"
        f"<tpEvento>{tipo}</tpEvento><nSeqEvento>{sequencia}</nSeqEvento>{version}"
        f'<detEvento {attribute}="{layout}">{inner}</detEvento></infEvento>'
        f"{assinatura(key + number, 'ID' + tipo)}</{name}>"
    )
    if status is None:
        return body.encode()
    answer = (
        f'<{answered} versao="{layout}"><infEvento><tpAmb>{ambiente}</tpAmb><verAplic>SP</verAplic>'
        f"<cOrgao>{key[:2]}</cOrgao><cStat>{status}</cStat><xMotivo>Evento registrado</xMotivo><{field}>{key}</{field}>"
        f"<tpEvento>{tipo}</tpEvento><xEvento>{said}</xEvento><nSeqEvento>{sequencia}</nSeqEvento>"
        f"<dhRegEvento>{quando.isoformat()}</dhRegEvento><nProt>9{numero_protocolo(key)[1:]}</nProt></infEvento>"
        f"</{answered}>"
    )
    return f'<{root} xmlns="{space}" versao="{layout}">{body}{answer}</{root}>'.encode()


def resumo_de_evento(
    feito: Feito | str,
    tipo: str = CANCELAMENTO,
    sequencia: int = 1,
    *,
    autor: Pessoa = EMITENTE,
    quando: datetime = QUANDO,
) -> bytes:
    """Return a `resEvento`."""
    key = feito if isinstance(feito, str) else feito.chave
    return (
        f'<resEvento xmlns="{NFE}" versao="1.01"><cOrgao>{key[:2]}</cOrgao>{autor.numero}<chNFe>{key}</chNFe>'
        f"<dhEvento>{quando.isoformat()}</dhEvento><tpEvento>{tipo}</tpEvento><nSeqEvento>{sequencia}</nSeqEvento>"
        f"<xEvento>{_NOMES.get(tipo, 'Evento de exemplo')}</xEvento><dhRecbto>{quando.isoformat()}</dhRecbto>"
        f"<nProt>9{numero_protocolo(key)[1:]}</nProt></resEvento>"
    ).encode()


def cancelamento_antigo(feito: Feito, *, status: str = "101", quando: datetime = QUANDO) -> bytes:
    """Return a `procCancNFe`, as notes were cancelled before there were events."""
    key = feito.chave
    return (
        f'<procCancNFe xmlns="{NFE}" versao="2.00"><cancNFe versao="2.00"><infCanc Id="ID{key}"><tpAmb>1</tpAmb>'
        f"<xServ>CANCELAR</xServ><chNFe>{key}</chNFe><nProt>{numero_protocolo(key)}</nProt>"
        f"<xJust>Erro de digitação</xJust>"
        f'</infCanc></cancNFe><retCancNFe versao="2.00"><infCanc><tpAmb>1</tpAmb><cStat>{status}</cStat>'
        f"<xMotivo>Cancelamento de NF-e homologado</xMotivo><cUF>35</cUF><chNFe>{key}</chNFe>"
        f"<dhRecbto>{quando.isoformat()}</dhRecbto><nProt>9{numero_protocolo(key)[1:]}</nProt></infCanc></retCancNFe>"
        "</procCancNFe>"
    ).encode()


def consulta(feita: Feito, *eventos: bytes, status: str = "100") -> bytes:
    """Return what SEFAZ answers about a note (`retConsSitNFe`): its protocol and its events."""
    proof = protocolo("protNFe", "chNFe", feita.chave, "100")
    inner = "".join(one.decode() for one in eventos)
    return (
        f'<retConsSitNFe xmlns="{NFE}" versao="4.00"><tpAmb>1</tpAmb><cStat>{status}</cStat>'
        f"<chNFe>{feita.chave}</chNFe>"
        f"{proof}{inner}</retConsSitNFe>"
    ).encode()
