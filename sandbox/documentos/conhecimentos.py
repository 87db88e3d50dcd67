"""Made-up CT-e."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from core.documentos.espacos import CTE
from sandbox.documentos.comum import (
    DESTINATARIO,
    EMITENTE,
    QUANDO,
    TRANSPORTADORA,
    Feito,
    Pessoa,
    assinatura,
    chave,
    protocolo,
)


def conhecimento(
    numero: int = 1,
    *,
    serie: int = 1,
    emitente: Pessoa = TRANSPORTADORA,
    remetente: Pessoa = EMITENTE,
    destinatario: Pessoa = DESTINATARIO,
    tomador: int | Pessoa = 0,
    quando: datetime = QUANDO,
    valor: Decimal = Decimal("250.00"),
    carga: Decimal = Decimal("1000.00"),
    notas: Sequence[str] = (),
    tipo: int = 0,
    substitui: str | None = None,
    ambiente: int = 1,
    status: str | None = "100",
    layout: str = "4.00",
    origem: tuple[str, str] = ("São Paulo", "SP"),
    destino: tuple[str, str] = ("Curitiba", "PR"),
    uf: str = "35",
) -> Feito:
    """Make a CT-e; without `status` it has no protocol. `tomador` is 0 to 3, or somebody else."""
    key = chave("57", numero, serie=serie, emitente=emitente.documento, quando=quando, uf=uf)
    said = quando.replace(tzinfo=None) if layout < "3" else quando
    group = ("toma03" if layout < "3" else "toma3", "toma04" if layout < "3" else "toma4")
    toma = (
        f"<{group[0]}><toma>{tomador}</toma></{group[0]}>"
        if isinstance(tomador, int)
        else f"<{group[1]}><toma>4</toma>{tomador.numero}<IE>{tomador.ie}</IE><xNome>{tomador.nome}</xNome>"
        f"{tomador.endereco_cte('enderToma')}</{group[1]}>"
    )
    tax = (valor * 12 / 100).quantize(Decimal("0.01"))
    carried = "".join(f"<infNFe><chave>{one}</chave></infNFe>" for one in notas)
    docs = f"<infDoc>{carried}</infDoc>" if notas else ""
    sub = f"<infCteSub><chCte>{substitui}</chCte></infCteSub>" if substitui else ""
    text = (
        f'<infCte Id="CTe{key}" versao="{layout}"><ide><cUF>{uf}</cUF><cCT>{key[35:43]}</cCT><CFOP>6353</CFOP>'
        f"<natOp>Prestação de serviço de transporte</natOp><mod>57</mod><serie>{serie}</serie><nCT>{numero}</nCT>"
        f"<dhEmi>{said.isoformat(timespec='seconds')}</dhEmi><tpImp>1</tpImp><tpEmis>1</tpEmis><cDV>{key[43]}</cDV>"
        f"<tpAmb>{ambiente}</tpAmb><tpCTe>{tipo}</tpCTe><procEmi>0</procEmi><verProc>1.0</verProc>"
        f"<cMunEnv>3550308</cMunEnv><xMunEnv>São Paulo</xMunEnv><UFEnv>SP</UFEnv><modal>01</modal><tpServ>0</tpServ>"
        f"<cMunIni>3550308</cMunIni><xMunIni>{origem[0]}</xMunIni><UFIni>{origem[1]}</UFIni><cMunFim>4106902</cMunFim>"
        f"<xMunFim>{destino[0]}</xMunFim><UFFim>{destino[1]}</UFFim><retira>1</retira><indIEToma>1</indIEToma>{toma}</ide>"
        f"<emit>{emitente.numero}<IE>{emitente.ie}</IE><xNome>{emitente.nome}</xNome>"
        f"{emitente.endereco_cte('enderEmit')}<CRT>3</CRT></emit>"
        f"{_parte('rem', 'enderReme', remetente)}{_parte('dest', 'enderDest', destinatario)}"
        f"<vPrest><vTPrest>{valor}</vTPrest><vRec>{valor}</vRec><Comp><xNome>Frete</xNome><vComp>{valor}</vComp></Comp>"
        f"</vPrest><imp><ICMS><ICMS00><CST>00</CST><vBC>{valor}</vBC><pICMS>12.00</pICMS><vICMS>{tax}</vICMS></ICMS00>"
        f"</ICMS></imp><infCTeNorm><infCarga><vCarga>{carga}</vCarga><proPred>Parafusos</proPred><infQ><cUnid>01</cUnid>"
        f"<tpMed>PESO</tpMed><qCarga>10.0000</qCarga></infQ></infCarga>{docs}"
        f'<infModal versaoModal="{layout}"><rodo><RNTRC>12345678</RNTRC></rodo></infModal>{sub}</infCTeNorm></infCte>'
        f"{assinatura(key, 'CTe')}"
    )
    if status is None:
        return Feito(key, f'<?xml version="1.0" encoding="UTF-8"?><CTe xmlns="{CTE}">{text}</CTe>')
    proof = protocolo(
        "protCTe", "chCTe", key, status, quando=quando, ambiente=ambiente, motivo="Autorizado o uso do CT-e"
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?><cteProc xmlns="{CTE}" versao="{layout}">'
    return Feito(key, f'{head}<CTe xmlns="{CTE}">{text}</CTe>{proof}</cteProc>')


def _parte(campo: str, endereco: str, one: Pessoa) -> str:
    return f"<{campo}>{one.numero}<IE>{one.ie}</IE><xNome>{one.nome}</xNome>{one.endereco_cte(endereco)}</{campo}>"
