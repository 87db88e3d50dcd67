"""Made-up CF-e of a SAT box, and their cancellations."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from core.documentos.espacos import SAT
from core.fiscal import montar_chave_cfe
from sandbox.documentos.comum import EMITENTE, QUANDO, Feito, Pessoa
from sandbox.documentos.notas import Produto, icms, soma


def cupom(
    numero: int = 1,
    *,
    emitente: Pessoa = EMITENTE,
    destinatario: Pessoa | None = None,
    quando: datetime = QUANDO,
    produtos: Sequence[Produto] = (Produto(),),
    serie_sat: str = "900004019",
    cancela: str | None = None,
    portal: bool = False,
) -> Feito:
    """Make a CF-e; with `cancela` (a key) the cancellation of one. `portal`: with São Paulo's namespace."""
    key = montar_chave_cfe(cnpj=emitente.documento, nserie=serie_sat, ncf=numero, aamm=f"{quando:%y%m}")
    root, own = ("CFeCanc", f' chCanc="CFe{cancela}"') if cancela else ("CFe", "")
    who = f"<dest>{destinatario.numero}<xNome>{destinatario.nome}</xNome></dest>" if destinatario else "<dest/>"
    dets = "" if cancela else "".join(_det(place, one) for place, one in enumerate(produtos, 1))
    value = soma(produtos)
    tax = sum((icms(one.valor) for one in produtos), Decimal(0))
    space = f' xmlns="{SAT}"' if portal else ""
    return Feito(
        key,
        f'<{root}{space}><infCFe Id="CFe{key}" versao="0.08" versaoDadosEnt="0.08"{own}><ide><cUF>35</cUF>'
        f"<cNF>{key[37:43]}</cNF><mod>59</mod><nserieSAT>{serie_sat}</nserieSAT><nCFe>{numero:06d}</nCFe>"
        f"<dEmi>{quando:%Y%m%d}</dEmi><hEmi>{quando:%H%M%S}</hEmi><cDV>{key[43]}</cDV><tpAmb>1</tpAmb></ide>"
        f"<emit>{emitente.numero}<xNome>{emitente.nome}</xNome><IE>{emitente.ie}</IE></emit>{who}{dets}"
        f"<total><ICMSTot><vICMS>{tax}</vICMS><vProd>{value}</vProd></ICMSTot><vCFe>{value}</vCFe></total>"
        f"</infCFe></{root}>",
    )


def lote(*cupons: Feito) -> bytes:
    """Return coupons as São Paulo's portal gives several."""
    return f'<envCFe xmlns="{SAT}">{"".join(one.texto for one in cupons)}</envCFe>'.encode()


def _det(place: int, one: Produto) -> str:
    unit = (one.valor / one.quantidade).quantize(Decimal("0.01"))
    return (
        f'<det nItem="{place}"><prod><cProd>{one.codigo}</cProd><xProd>{one.descricao}</xProd><NCM>{one.ncm}</NCM>'
        f"<CFOP>{one.cfop}</CFOP><uCom>UN</uCom><qCom>{one.quantidade}</qCom><vUnCom>{unit}</vUnCom>"
        f"<vProd>{one.valor}</vProd></prod><imposto><ICMS><ICMS00><Orig>0</Orig><CST>00</CST><pICMS>18.00</pICMS>"
        f"<vICMS>{icms(one.valor)}</vICMS></ICMS00></ICMS></imposto></det>"
    )
