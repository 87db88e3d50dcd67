"""Small documents as the service hands them out, and how they are packed."""

import gzip
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from core.fiscal import digito_chave, digitos_cnpj
from sandbox.sefaz.servicos import CTE, NFE

EMITENTE = "556667770001" + digitos_cnpj("556667770001")
BRASILIA = timezone(timedelta(hours=-3))
MIB = 1024 * 1024


@dataclass
class Nota:
    """An NF-e as the national environment knows it.

    `situacao`: 1 authorised, 2 denied, 3 cancelled. `eventos` are those registered, by kind and sequence.
    """

    chave: str
    emitente: str
    destinatario: str
    emitida_em: datetime
    recebida_em: datetime
    situacao: str = "1"
    xml: bytes = b""
    eventos: dict[tuple[str, int], datetime] = field(default_factory=dict)
    completa: bool = False


def chave(
    numero: int, *, emitente: str = EMITENTE, modelo: str = "55", em: datetime | None = None, uf: str = "35"
) -> str:
    """Make up an access key."""
    aamm = (em or datetime(2026, 11, 1, tzinfo=UTC)).astimezone(BRASILIA).strftime("%y%m")
    base = f"{uf}{aamm}{emitente:0>14}{modelo}001{numero:09d}1{numero % 10**8:08d}"
    return base + digito_chave(base)


def hora(em: datetime, *, offset: bool = True) -> str:
    """Return an instant as the service writes it, in Brasília's time."""
    return em.astimezone(BRASILIA).replace(microsecond=0, tzinfo=BRASILIA if offset else None).isoformat()


def pessoa(documento: str) -> str:
    """Return the element of a CNPJ or a CPF."""
    name = "CPF" if len(documento) == 11 else "CNPJ"
    return f"<{name}>{documento}</{name}>"


def resumo(nota: Nota) -> bytes:
    """Return the resNFe of a note."""
    return (
        f'<resNFe xmlns="{NFE}" versao="1.01"><chNFe>{nota.chave}</chNFe>{pessoa(nota.emitente)}'
        f"<xNome>EMITENTE DE TESTE</xNome><IE>111111111111</IE><dhEmi>{hora(nota.emitida_em)}</dhEmi><tpNF>1</tpNF>"
        f"<vNF>150.25</vNF><digVal>{'A' * 27}=</digVal><dhRecbto>{hora(nota.recebida_em)}</dhRecbto>"
        f"<nProt>135260000000001</nProt><cSitNFe>{nota.situacao}</cSitNFe></resNFe>"
    ).encode()


def nota_completa(nota: Nota) -> bytes:
    """Return the nfeProc of a note: the one it was issued with, else a small one."""
    return (
        nota.xml
        or (
            f'<nfeProc xmlns="{NFE}" versao="4.00"><NFe><infNFe Id="NFe{nota.chave}" versao="4.00"><ide><mod>55</mod>'
            f"<dhEmi>{hora(nota.emitida_em)}</dhEmi></ide><emit>{pessoa(nota.emitente)}<xNome>EMITENTE DE TESTE</xNome>"
            f'</emit><dest>{pessoa(nota.destinatario)}</dest></infNFe></NFe><protNFe versao="4.00"><infProt>'
            f"<tpAmb>2</tpAmb><chNFe>{nota.chave}</chNFe><dhRecbto>{hora(nota.recebida_em)}</dhRecbto>"
            "<nProt>135260000000001</nProt><cStat>100</cStat><xMotivo>Autorizado o uso da NF-e</xMotivo></infProt>"
            "</protNFe></nfeProc>"
        ).encode()
    )


def resumo_de_evento(nota: Nota, tipo: str, nome: str, em: datetime, sequencia: int = 1) -> bytes:
    """Return the resEvento of somebody else's event."""
    return (
        f'<resEvento xmlns="{NFE}" versao="1.01"><cOrgao>35</cOrgao>{pessoa(nota.emitente)}<chNFe>{nota.chave}</chNFe>'
        f"<dhEvento>{hora(em)}</dhEvento><tpEvento>{tipo}</tpEvento><nSeqEvento>{sequencia}</nSeqEvento>"
        f"<xEvento>{nome}</xEvento><dhRecbto>{hora(em)}</dhRecbto><nProt>135260000000002</nProt></resEvento>"
    ).encode()


def conhecimento(chave_acesso: str, em: datetime) -> bytes:
    """Return a cteProc."""
    return (
        f'<cteProc xmlns="{CTE}" versao="4.00"><CTe><infCte Id="CTe{chave_acesso}" versao="4.00"><ide><mod>57</mod>'
        f"<dhEmi>{hora(em)}</dhEmi></ide></infCte></CTe></cteProc>"
    ).encode()


def comprimido(xml: bytes) -> bytes:
    """Return a text as a docZip has it, before base64."""
    return gzip.compress(xml, 6, mtime=0)


def bomba(tamanho: int = 64 * MIB) -> bytes:
    """Return a small gzip that inflates to so many bytes."""
    return gzip.compress(b"<resNFe>" + bytes(tamanho), 9, mtime=0)
