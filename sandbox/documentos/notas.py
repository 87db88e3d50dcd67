"""Made-up NF-e and NFC-e, and what distribution tells of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.documentos.espacos import NFE
from sandbox.documentos.comum import (
    DESTINATARIO,
    EMITENTE,
    QUANDO,
    Feito,
    Pessoa,
    assinatura,
    chave,
    numero_protocolo,
    protocolo,
)

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Produto:
    """A product as a note sells it."""

    valor: Decimal = Decimal("100.00")
    quantidade: Decimal = Decimal(1)
    descricao: str = "Parafuso sextavado"
    codigo: str = "P001"
    cfop: str = "5102"
    ncm: str = "73181500"


def nota(
    numero: int = 1,
    *,
    serie: int = 1,
    modelo: str = "55",
    emitente: Pessoa = EMITENTE,
    destinatario: Pessoa | None = DESTINATARIO,
    transportador: Pessoa | None = None,
    quando: datetime = QUANDO,
    produtos: Sequence[Produto] = (Produto(),),
    tipo: int = 1,
    finalidade: int = 1,
    ambiente: int = 1,
    status: str | None = "100",
    recebida: datetime | None = None,
    referencias: Sequence[str] = (),
    autorizados: Sequence[Pessoa] = (),
    reforma: bool = False,
    layout: str = "4.00",
    natureza: str = "Venda de mercadoria",
    uf: str = "35",
) -> Feito:
    """Make an NF-e, or an NFC-e with `modelo` 65; without `status` it has no protocol, which is of `recebida`.

    With `layout` 1.10 or 2.00 it has the date of issue alone.
    """
    key = chave(modelo, numero, serie=serie, emitente=emitente.documento, quando=quando, uf=uf)
    emissao = (
        f"<dEmi>{quando:%Y-%m-%d}</dEmi>" if layout < "3" else f"<dhEmi>{quando.isoformat(timespec='seconds')}</dhEmi>"
    )
    nova = layout >= "3"
    refs = "".join(f"<NFref><refNFe>{reference}</refNFe></NFref>" for reference in referencias)
    who = "" if destinatario is None else _dest(destinatario)
    aut = "".join(f"<autXML>{one.numero}</autXML>" for one in autorizados)
    carrier = (
        ""
        if transportador is None
        else f"<transporta>{transportador.numero}<xNome>{transportador.nome}</xNome></transporta>"
    )
    text = (
        f'<infNFe Id="NFe{key}" versao="{layout}"><ide><cUF>{uf}</cUF><cNF>{key[35:43]}</cNF><natOp>{natureza}</natOp>'
        f"<mod>{modelo}</mod><serie>{serie}</serie><nNF>{numero}</nNF>{emissao}<tpNF>{tipo}</tpNF>"
        f"{'<idDest>1</idDest>' if nova else ''}<cMunFG>3550308</cMunFG><tpImp>{1 if modelo == '55' else 4}</tpImp>"
        f"<tpEmis>1</tpEmis><cDV>{key[43]}</cDV><tpAmb>{ambiente}</tpAmb><finNFe>{finalidade}</finNFe>"
        f"{'<indFinal>0</indFinal><indPres>1</indPres>' if nova else ''}<procEmi>0</procEmi><verProc>1.0</verProc>"
        f"{refs}</ide><emit>{emitente.numero}<xNome>{emitente.nome}</xNome><xFant>Exemplo</xFant>"
        f"{emitente.endereco('enderEmit')}<IE>{emitente.ie}</IE><CRT>3</CRT></emit>{who}{aut}"
        f"{''.join(_det(place, one, reforma) for place, one in enumerate(produtos, 1))}"
        f"{_total(produtos, reforma)}<transp><modFrete>9</modFrete>{carrier}</transp>"
        f"<pag><detPag><tPag>01</tPag><vPag>{soma(produtos)}</vPag></detPag></pag></infNFe>{assinatura(key)}"
    )
    if status is None:
        return Feito(key, f'<?xml version="1.0" encoding="UTF-8"?><NFe xmlns="{NFE}">{text}</NFe>')
    proof = protocolo("protNFe", "chNFe", key, status, quando=recebida or quando, ambiente=ambiente)
    head = f'<?xml version="1.0" encoding="UTF-8"?><nfeProc xmlns="{NFE}" versao="{layout}">'
    return Feito(key, f'{head}<NFe xmlns="{NFE}">{text}</NFe>{proof}</nfeProc>')


def soma(produtos: Sequence[Produto]) -> Decimal:
    """Return the value of all products."""
    return sum((one.valor for one in produtos), Decimal(0)).quantize(_CENT)


def icms(valor: Decimal) -> Decimal:
    """Return the ICMS that a made-up note has for a value."""
    return (valor * 18 / 100).quantize(_CENT)


def enviada(*notas: Feito) -> bytes:
    """Return a lot as it goes to SEFAZ, of notes without protocol."""
    inner = "".join(one.texto.partition("?>")[2] for one in notas)
    head = f'<enviNFe xmlns="{NFE}" versao="4.00"><idLote>1</idLote><indSinc>0</indSinc>'
    return f"{head}{inner}</enviNFe>".encode()


def resumo(
    feita: Feito,
    *,
    emitente: Pessoa = EMITENTE,
    valor: str = "100.00",
    situacao: int = 1,
    quando: datetime = QUANDO,
    recebida: datetime | None = None,
) -> bytes:
    """Return the `resNFe` of a note; `situacao` 1 authorised, 2 denied, 3 cancelled. Without `recebida` it was received
    as it was issued.
    """
    return (
        f'<resNFe xmlns="{NFE}" versao="1.01"><chNFe>{feita.chave}</chNFe>{emitente.numero}'
        f"<xNome>{emitente.nome}</xNome><IE>{emitente.ie}</IE><dhEmi>{quando.isoformat()}</dhEmi><tpNF>1</tpNF><vNF>{valor}</vNF>"
        f"<digVal>5dCn8Jwq6XcTiGYJ4UCRIQ0mAnY=</digVal><dhRecbto>{(recebida or quando).isoformat()}</dhRecbto>"
        f"<nProt>{numero_protocolo(feita.chave)}</nProt><cSitNFe>{situacao}</cSitNFe></resNFe>"
    ).encode()


def inutilizada(
    inicio: int,
    fim: int,
    *,
    emitente: Pessoa = EMITENTE,
    serie: int = 1,
    modelo: str = "55",
    ano: int = 26,
    status: str | None = "102",
) -> bytes:
    """Return a `ProcInutNFe`; without `status` the request alone."""
    faixa = (
        f"<ano>{ano}</ano><CNPJ>{emitente.documento}</CNPJ><mod>{modelo}</mod><serie>{serie}</serie>"
        f"<nNFIni>{inicio}</nNFIni><nNFFin>{fim}</nNFFin>"
    )
    ident = f"ID35{ano}{emitente.documento}{modelo}{serie:03d}{inicio:09d}{fim:09d}"
    asked = (
        f'<inutNFe xmlns="{NFE}" versao="4.00"><infInut Id="{ident}"><tpAmb>1</tpAmb><xServ>INUTILIZAR</xServ>'
        f"<cUF>35</cUF>{faixa}<xJust>Numeração pulada pelo sistema</xJust></infInut>{assinatura('', ident)}</inutNFe>"
    )
    if status is None:
        return asked.encode()
    answer = (
        f'<retInutNFe xmlns="{NFE}" versao="4.00"><infInut><tpAmb>1</tpAmb><verAplic>SP</verAplic>'
        f"<cStat>{status}</cStat><xMotivo>Resposta</xMotivo><cUF>35</cUF>{faixa}<dhRecbto>{QUANDO.isoformat()}</dhRecbto>"
        f"<nProt>135260000000001</nProt></infInut></retInutNFe>"
    )
    return f'<ProcInutNFe xmlns="{NFE}" versao="4.00">{asked}{answer}</ProcInutNFe>'.encode()


def _dest(one: Pessoa) -> str:
    return (
        f"<dest>{one.numero}<xNome>{one.nome}</xNome>{one.endereco('enderDest')}<indIEDest>1</indIEDest>"
        f"<IE>{one.ie}</IE></dest>"
    )


def _det(place: int, one: Produto, reforma: bool) -> str:
    unit = (one.valor / one.quantidade).quantize(Decimal("0.0000000001"))
    new = ""
    if reforma:
        new = (
            f"<IBSCBS><CST>000</CST><cClassTrib>000001</cClassTrib><gIBSCBS><vBC>{one.valor}</vBC><gIBSUF>"
            f"<pIBSUF>0.1000</pIBSUF><vIBSUF>{ibs(one.valor)}</vIBSUF></gIBSUF><gIBSMun><pIBSMun>0.0000</pIBSMun>"
            f"<vIBSMun>0.00</vIBSMun></gIBSMun><vIBS>{ibs(one.valor)}</vIBS><gCBS><pCBS>0.9000</pCBS>"
            f"<vCBS>{cbs(one.valor)}</vCBS></gCBS></gIBSCBS></IBSCBS>"
        )
    return (
        f'<det nItem="{place}"><prod><cProd>{one.codigo}</cProd><cEAN>SEM GTIN</cEAN><xProd>{one.descricao}</xProd>'
        f"<NCM>{one.ncm}</NCM><CFOP>{one.cfop}</CFOP><uCom>UN</uCom><qCom>{one.quantidade}</qCom><vUnCom>{unit}</vUnCom>"
        f"<vProd>{one.valor}</vProd><cEANTrib>SEM GTIN</cEANTrib><uTrib>UN</uTrib><qTrib>{one.quantidade}</qTrib>"
        f"<vUnTrib>{unit}</vUnTrib><indTot>1</indTot></prod><imposto><ICMS><ICMS00><orig>0</orig><CST>00</CST>"
        f"<modBC>3</modBC><vBC>{one.valor}</vBC><pICMS>18.00</pICMS><vICMS>{icms(one.valor)}</vICMS></ICMS00></ICMS>"
        f"<PIS><PISAliq><CST>01</CST><vBC>{one.valor}</vBC><pPIS>1.65</pPIS><vPIS>1.65</vPIS></PISAliq></PIS>"
        f"<COFINS><COFINSAliq><CST>01</CST><vBC>{one.valor}</vBC><pCOFINS>7.60</pCOFINS><vCOFINS>7.60</vCOFINS>"
        f"</COFINSAliq></COFINS>{new}</imposto>{f'<vItem>{one.valor}</vItem>' if reforma else ''}</det>"
    )


def ibs(valor: Decimal) -> Decimal:
    """Return the IBS that a made-up note has for a value."""
    return (valor / 1000).quantize(_CENT)


def cbs(valor: Decimal) -> Decimal:
    """Return the CBS that a made-up note has for a value."""
    return (valor * 9 / 1000).quantize(_CENT)


def _total(produtos: Sequence[Produto], reforma: bool) -> str:
    value, count = soma(produtos), len(produtos)
    tax = sum((icms(one.valor) for one in produtos), Decimal(0))
    new = ""
    if reforma:
        state, federal = (sum((tributo(one.valor) for one in produtos), Decimal(0)) for tributo in (ibs, cbs))
        new = (
            f"<IBSCBSTot><vBCIBSCBS>{value}</vBCIBSCBS><gIBS><gIBSUF><vDif>0.00</vDif><vDevTrib>0.00</vDevTrib>"
            f"<vIBSUF>{state}</vIBSUF></gIBSUF><gIBSMun><vDif>0.00</vDif><vDevTrib>0.00</vDevTrib><vIBSMun>0.00</vIBSMun>"
            f"</gIBSMun><vIBS>{state}</vIBS><vCredPres>0.00</vCredPres><vCredPresCondSus>0.00</vCredPresCondSus></gIBS>"
            f"<gCBS><vDif>0.00</vDif><vDevTrib>0.00</vDevTrib><vCBS>{federal}</vCBS><vCredPres>0.00</vCredPres>"
            f"<vCredPresCondSus>0.00</vCredPresCondSus></gCBS></IBSCBSTot><vNFTot>{value + state + federal}</vNFTot>"
        )
    return (
        f"<total><ICMSTot><vBC>{value}</vBC><vICMS>{tax}</vICMS><vICMSDeson>0.00</vICMSDeson><vFCP>0.00</vFCP>"
        f"<vBCST>0.00</vBCST><vST>0.00</vST><vFCPST>0.00</vFCPST><vFCPSTRet>0.00</vFCPSTRet><vProd>{value}</vProd>"
        f"<vFrete>0.00</vFrete><vSeg>0.00</vSeg><vDesc>0.00</vDesc><vII>0.00</vII><vIPI>0.00</vIPI>"
        f"<vIPIDevol>0.00</vIPIDevol><vPIS>{Decimal('1.65') * count}</vPIS><vCOFINS>{Decimal('7.60') * count}</vCOFINS>"
        f"<vOutro>0.00</vOutro><vNF>{value}</vNF></ICMSTot>{new}</total>"
    )
