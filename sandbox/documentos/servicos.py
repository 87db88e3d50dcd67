"""Made-up national NFS-e, and the event that cancels one.

docs/reference/contracts/sefaz.md §1.3; its layouts are those of version 1.01.
"""

from datetime import datetime
from decimal import Decimal

from core.documentos.espacos import NFSE
from sandbox.documentos.comum import DESTINATARIO, EMITENTE, QUANDO, Feito, Pessoa, assinatura

VERSAO = "1.01"


def chave_de_servico(numero: int, *, prestador: Pessoa = EMITENTE, quando: datetime = QUANDO) -> str:
    """Return a key of fifty characters, digits but for the letters of a CNPJ."""
    kind = 1 if len(prestador.documento) == 11 else 2
    who = f"{prestador.codigo_municipio}2{kind}{prestador.documento:0>14}"
    base = f"{who}{numero:013d}{quando:%y%m}{numero % 999_999_937:09d}"
    # as for other keys a letter counts by its code: NT 2025.001
    rest = sum((ord(sign) - 48) * (2 + place % 8) for place, sign in enumerate(reversed(base))) % 11
    return f"{base}{0 if rest < 2 else 11 - rest}"


def nota_de_servico(
    numero: int = 1,
    *,
    prestador: Pessoa = EMITENTE,
    tomador: Pessoa = DESTINATARIO,
    valor: Decimal = Decimal("100.00"),
    quando: datetime = QUANDO,
    ambiente: int = 1,
) -> Feito:
    """Make an NFS-e as the national environment issues it."""
    key, when = chave_de_servico(numero, prestador=prestador, quando=quando), quando.isoformat(timespec="seconds")
    declared = (
        f'<DPS versao="{VERSAO}"><infDPS Id="DPS{key[:22]}00001{numero:015d}"><tpAmb>{ambiente}</tpAmb>'
        f"<dhEmi>{when}</dhEmi><verAplic>1.0</verAplic><serie>00001</serie><nDPS>{numero}</nDPS>"
        f"<dCompet>{quando:%Y-%m-%d}</dCompet><tpEmit>1</tpEmit><cLocEmi>{prestador.codigo_municipio}</cLocEmi>"
        f"<prest>{prestador.numero}<regTrib><opSimpNac>1</opSimpNac><regEspTrib>0</regEspTrib></regTrib></prest>"
        f"<toma>{tomador.numero}<xNome>{tomador.nome}</xNome></toma>"
        f"<serv><locPrest><cLocPrestacao>{prestador.codigo_municipio}</cLocPrestacao></locPrest><cServ>"
        "<cTribNac>010101</cTribNac><xDescServ>Desenvolvimento de sistemas</xDescServ></cServ></serv>"
        f"<valores><vServPrest><vServ>{valor}</vServ></vServPrest><trib><tribMun><tribISSQN>1</tribISSQN>"
        "<tpRetISSQN>1</tpRetISSQN></tribMun><totTrib><indTotTrib>0</indTotTrib></totTrib></trib></valores></infDPS></DPS>"
    )
    return Feito(
        key,
        f'<?xml version="1.0" encoding="utf-8"?><NFSe versao="{VERSAO}" xmlns="{NFSE}"><infNFSe Id="NFS{key}">'
        f"<xLocEmi>{prestador.municipio}</xLocEmi><xLocPrestacao>{prestador.municipio}</xLocPrestacao>"
        f"<nNFSe>{numero}</nNFSe><xTribNac>Desenvolvimento de sistemas</xTribNac><verAplic>1.0</verAplic>"
        f"<ambGer>2</ambGer><tpEmis>1</tpEmis><cStat>100</cStat><dhProc>{when}</dhProc><nDFSe>{numero}</nDFSe>"
        f"<emit>{prestador.numero}<xNome>{prestador.nome}</xNome><enderNac><xLgr>Rua das Acácias</xLgr>"
        f"<nro>100</nro><xBairro>Centro</xBairro><cMun>{prestador.codigo_municipio}</cMun><UF>{prestador.uf}</UF>"
        "<CEP>01001000</CEP></enderNac></emit>"
        f"<valores><vLiq>{valor}</vLiq></valores>{declared}</infNFSe>{assinatura(key, 'NFS')}</NFSe>",
    )


def cancelamento_de_servico(
    feita: Feito, *, autor: Pessoa = EMITENTE, quando: datetime = QUANDO, ambiente: int = 1
) -> Feito:
    """Make the event that cancels an NFS-e; its kind is the name of an element."""
    field, when = "CPFAutor" if len(autor.documento) == 11 else "CNPJAutor", quando.isoformat(timespec="seconds")
    asked = (
        f'<pedRegEvento versao="{VERSAO}"><infPedReg Id="PRE{feita.chave}101101"><tpAmb>{ambiente}</tpAmb>'
        f"<verAplic>1.0</verAplic><dhEvento>{when}</dhEvento><{field}>{autor.documento}</{field}>"
        f"<chNFSe>{feita.chave}</chNFSe><e101101><xDesc>Cancelamento de NFS-e</xDesc><cMotivo>1</cMotivo>"
        "<xMotivo>Erro na emissão da nota</xMotivo></e101101></infPedReg></pedRegEvento>"
    )
    identity = f"EVT{feita.chave}101101001"
    return Feito(
        feita.chave,
        f'<?xml version="1.0" encoding="utf-8"?><evento versao="{VERSAO}" xmlns="{NFSE}"><infEvento Id="{identity}">'
        f"<verAplic>1.0</verAplic><ambGer>2</ambGer><nSeqEvento>001</nSeqEvento><dhProc>{when}</dhProc><nDFSe>1</nDFSe>"
        f"{asked}</infEvento>{assinatura(identity, '')}</evento>",
    )
