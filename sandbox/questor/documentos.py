"""Fiscal documents as the imitated system reads them, and made-up ones to send to it.

docs/reference/contracts/questor.md §5.
"""

import re
from dataclasses import dataclass

from lxml import etree

from core.fiscal import digito_chave, digitos_cnpj

NFE, CTE = "http://www.portalfiscal.inf.br/nfe", "http://www.portalfiscal.inf.br/cte"
SAT = "http://www.fazenda.sp.gov.br/sat"
CNPJ = "112223330001" + digitos_cnpj("112223330001")
_MODELOS = {"nfe": "55", "nfce": "65", "cte": "57", "cteos": "67", "cfe": "59", "cfe_cancelamento": "59"}
_EVENTOS = {"nfe_evento": "nfe", "cte_evento": "cte", "cteos_evento": "cteos"}
_CASCAS = {
    "nfe": (NFE, "NFe", "infNFe", "nfeProc"),
    "nfce": (NFE, "NFe", "infNFe", "nfeProc"),
    "cte": (CTE, "CTe", "infCte", "cteProc"),
    "cteos": (CTE, "CTeOS", "infCte", "cteOSProc"),
}
_RAIZES = {
    (NFE, "nfeProc"): ("infNFe", "nfe"),
    (CTE, "cteProc"): ("infCte", "cte"),
    (CTE, "cteOSProc"): ("infCte", "cteos"),
    ("", "CFe"): ("infCFe", "cfe"),
    ("", "CFeCanc"): ("infCFe", "cfe_cancelamento"),
    (SAT, "CFe"): ("infCFe", "cfe"),
    (SAT, "CFeCanc"): ("infCFe", "cfe_cancelamento"),
    (NFE, "procEventoNFe"): ("infEvento", "nfe_evento"),
    (CTE, "procEventoCTe"): ("infEvento", "cte_evento"),
}


class XmlInvalido(ValueError):
    """What is wrong with a text, as the imitated system would say it."""


@dataclass(frozen=True)
class Documento:
    """One document: its kind, what it is known by, its access key, its text, and whom it names as receiver."""

    tipo: str
    identidade: str
    chave: str
    texto: str
    destinatario: str | None = None

    @property
    def partes(self) -> set[str]:
        """Whoever may be the client whose document it is."""
        return {self.cnpj} | ({self.destinatario} if self.destinatario else set())

    @property
    def cnpj(self) -> str:
        return self.chave[6:20]

    @property
    def aamm(self) -> str:
        return self.chave[2:6]


def documento(
    tipo: str, numero: int, *, cnpj: str = CNPJ, aamm: str = "2601", extra: str = "", destinatario: str | None = None
) -> Documento:
    """Make up a document of a kind; `numero` tells it from others, `extra` fills its free text."""
    modelo = _MODELOS[_EVENTOS.get(tipo, tipo)]
    chave = _chave(cnpj, modelo, aamm, numero)
    identidade = f"{chave}:110111:1" if tipo in _EVENTOS else chave
    return Documento(tipo, identidade, chave, _texto(tipo, chave, modelo, extra, destinatario), destinatario)


def ler(texto: str) -> Documento:
    """Read a document as the imitated system does; `tipo` of an event of any CT-e is `cte_evento`.

    Raises:
        XmlInvalido: no XML, or none that is imported.
    """
    if texto.startswith("\ufeff"):
        raise XmlInvalido("Dados no nível raiz inválidos. Linha 1, posição 1.")
    raiz = _raiz(texto)
    nome = etree.QName(raiz)
    if (nome.namespace or "", nome.localname) not in _RAIZES:
        raise XmlInvalido("Layout do XML não reconhecido.")
    onde, tipo = _RAIZES[nome.namespace or "", nome.localname]
    info = next((e for e in raiz.iter() if isinstance(e.tag, str) and etree.QName(e).localname == onde), None)
    achada = re.search(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}", info.get("Id", "")[3:]) if info is not None else None
    if info is None or achada is None:
        raise XmlInvalido("XML sem a chave de acesso.")
    if onde == "infEvento":
        return _evento(info.get("Id", ""), tipo, texto)
    chave = achada[0]
    destinatario = info.findtext("{*}dest/{*}CNPJ")
    return Documento("nfce" if chave[20:22] == "65" else tipo, chave, chave, texto, destinatario)


def _evento(ident: str, tipo: str, texto: str) -> Documento:
    chave = ident[8:52]
    return Documento(tipo, f"{chave}:{ident[2:8]}:{int(ident[52:])}", chave, texto)


def _raiz(texto: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, encoding="utf-8")
    try:
        raiz = etree.fromstring(texto.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise XmlInvalido("XML inválido ou mal formado.") from None
    if raiz.getroottree().docinfo.doctype:
        raise XmlInvalido("DTD não é permitida neste XML.")
    return raiz


def _chave(cnpj: str, modelo: str, aamm: str, numero: int) -> str:
    corpo = f"900004019{numero % 10**6:06d}" if modelo == "59" else f"001{numero % 10**9:09d}1"
    base = f"35{aamm}{cnpj}{modelo}{corpo}"
    base += f"{numero:0{43 - len(base)}d}"[-(43 - len(base)) :]
    return base + digito_chave(base)


def _texto(tipo: str, chave: str, modelo: str, extra: str, destinatario: str | None) -> str:
    if tipo in _EVENTOS:
        ns, nome, campo = (NFE, "NFe", "chNFe") if tipo == "nfe_evento" else (CTE, "CTe", "chCTe")
        return (
            f'<procEvento{nome} xmlns="{ns}" versao="1.00"><evento><infEvento Id="ID110111{chave}01">'
            f"<{campo}>{chave}</{campo}><tpEvento>110111</tpEvento><nSeqEvento>1</nSeqEvento><xJust>{extra}</xJust>"
            f"</infEvento></evento></procEvento{nome}>"
        )
    if tipo in ("cfe", "cfe_cancelamento"):
        raiz = "CFe" if tipo == "cfe" else "CFeCanc"
        return f'<{raiz}><infCFe Id="CFe{chave}" versao="0.08"><infCpl>{extra}</infCpl></infCFe></{raiz}>'
    ns, nome, info, raiz = _CASCAS[tipo]
    dest = f"<dest><CNPJ>{destinatario}</CNPJ></dest>" if destinatario else ""
    return (
        f'<{raiz} xmlns="{ns}" versao="4.00"><{nome}><{info} Id="{nome[:3]}{chave}"><ide><mod>{modelo}</mod></ide>'
        f"{dest}<infAdic><infCpl>{extra}</infCpl></infAdic></{info}></{nome}></{raiz}>"
    )
