"""What a file is: kind and identity of a fiscal document, or why it is none (by namespace and name of the root).

Nothing is expanded or fetched: a DOCTYPE is refused unread, entities, network and huge trees are off.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from lxml import etree

from core.documentos.chave import Invalida, chave_do_id, modelo
from core.documentos.texto import FALLBACK, decode

LIMITE = 5 * 1024 * 1024
NFE, CTE = "http://www.portalfiscal.inf.br/nfe", "http://www.portalfiscal.inf.br/cte"
MDFE, PORTAL = "http://www.portalfiscal.inf.br/mdfe", "http://www.portalfiscal.inf.br/"
AUTORIZADO, REGISTRADO = frozenset({"100", "150"}), frozenset({"134", "135", "136", "155"})
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<!DOCTYPE", re.DOTALL | re.IGNORECASE)
_NFSE = re.compile(r"(?:CompNfse|NFSe|Nfse|ListaNfse|Consultar\w*Nfse\w*|Gerar\w*Nfse\w*|Enviar\w*Nfse\w*)", re.ASCII)


class Acao(StrEnum):
    """What is to be done with a file."""

    IMPORTAR = "importar"
    IGNORAR = "ignorar"
    SEPARAR = "separar"


@dataclass(frozen=True)
class Leitura:
    """What a file is. `motivo` is a short code, `mensagem` a sentence for people where the code does not say all."""

    acao: Acao
    tipo: str | None = None
    identidade: str | None = None
    motivo: str | None = None
    mensagem: str | None = None


def ler(content: bytes) -> Leitura:
    """Read one file; whatever it holds, the answer is one of the three actions."""
    if reason := _no_document(content):
        return _separar(reason)
    try:
        text, encoding = decode(content)
    except ValueError:
        return _separar("codificacao")
    if _PROLOG.match(text):
        return _separar("doctype")
    try:
        root = etree.fromstring(_utf8(content, text, encoding), _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        return _separar("xml_invalido", f"o XML está mal formado na linha {line}, coluna {column}")
    except ValueError:
        return _separar("xml_invalido", "o XML está mal formado")
    found = _classified(root)
    if encoding == FALLBACK and found.acao is Acao.IMPORTAR:
        return replace(found, motivo="lido_como_windows_1252")
    return found


@cache
def _parser() -> etree.XMLParser:
    """Return this process's parser; making one takes as long as reading a document."""
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )


def _utf8(content: bytes, text: str, encoding: str) -> bytes:
    """Return what is parsed; a text of UTF-8 without mark is there already."""
    return content if encoding == "utf-8" and content[:1] == b"<" else text.encode("utf-8", "surrogatepass")


def _no_document(content: bytes) -> str | None:
    if len(content) > LIMITE:
        return "grande_demais"
    if not content.strip():
        return "vazio"
    if not content.strip(b"\0"):
        return "so_nulos"
    head = content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return None if head[:1] == b"<" or not head else "nao_e_xml"


def _separar(
    motivo: str, mensagem: str | None = None, tipo: str | None = None, identidade: str | None = None
) -> Leitura:
    return Leitura(Acao.SEPARAR, tipo, identidade, motivo, mensagem)


def _classified(root: etree._Element) -> Leitura:
    space, _, name = str(root.tag).rpartition("}")
    space = space.removeprefix("{")
    if read := ROOTS.get((space, name)):
        return read(root, f"{{{space}}}" if space else "")
    if _NFSE.fullmatch(name):
        return Leitura(Acao.IGNORAR, "nfse", None, "outro_protocolo")
    if space == MDFE:
        return Leitura(Acao.IGNORAR, "mdfe", None, "sem_metodo")
    if space.startswith(PORTAL):
        return Leitura(Acao.IGNORAR, None, None, "trafego_de_protocolo", name[:100])
    return _separar("nao_e_fiscal", name[:100])


Read = Callable[[etree._Element, str], Leitura]


def _text(element: etree._Element | None, path: str) -> str:
    """Return the text of a child, empty without one."""
    found = element.findtext(path) if element is not None else None
    return (found or "").strip()


def _document(tipos: dict[str, str], path: str, info: str, prefixo: str, protocolo: str, chave: str) -> Read:
    """Return what reads a document with its protocol; `tipos` gives the kind of each model."""

    def read(root: etree._Element, ns: str) -> Leitura:
        body = root.find(f"{ns}{path}/{ns}{info}" if path else f"{ns}{info}")
        found = chave_do_id(body.get("Id") if body is not None else None, prefixo)
        if isinstance(found, Invalida):
            return _separar("chave_invalida", found.motivo)
        tipo = tipos.get(modelo(found))
        stated = _text(body, f"{ns}ide/{ns}mod")
        if tipo is None or stated not in ("", modelo(found)):
            return _separar("chave_divergente", f"modelo {modelo(found)} na chave, {stated or '?'} no documento")
        if _text(body, f"{ns}ide/{ns}tpAmb") == "2":
            return _separar("ambiente_de_teste", None, tipo, found)
        proof = root.find(f"{ns}{protocolo}/{ns}infProt") if protocolo else None
        proved = _text(proof, f"{ns}{chave}")
        if proved not in ("", found):
            return _separar("chave_divergente", f"o protocolo é da chave {proved[:60]}", tipo, found)
        status = _text(proof, f"{ns}cStat")
        if status and status not in AUTORIZADO:
            return _separar("nao_autorizado", f"cStat {status[:10]}", tipo, found)
        return Leitura(Acao.IMPORTAR, tipo, found)

    return read


def _without_protocol(tipos: dict[str, str], info: str, prefixo: str) -> Read:
    def read(root: etree._Element, ns: str) -> Leitura:
        body = root.find(f"{ns}{info}")
        found = chave_do_id(body.get("Id") if body is not None else None, prefixo)
        if isinstance(found, Invalida):
            return _separar("sem_protocolo", found.motivo)
        return _separar("sem_protocolo", None, tipos.get(modelo(found)), found)

    return read


def _event(tipos: dict[str, str], chave: str) -> Read:
    """Return what reads an event with its receipt; its kind is that of the document it is about."""

    def read(root: etree._Element, ns: str) -> Leitura:
        places = root.iter(f"{ns}infEvento")
        body, receipt = next(places, None), next(places, None)
        key, kind, number = (_text(body, f"{ns}{name}") for name in (chave, "tpEvento", "nSeqEvento"))
        found = chave_do_id(key, "")
        if (
            isinstance(found, Invalida)
            or not re.fullmatch(r"[0-9]{6}", kind)
            or not re.fullmatch(r"[0-9]{1,3}", number)
        ):
            return _separar("chave_invalida", "o evento não diz chave, tipo e sequência")
        tipo, identidade = tipos.get(modelo(found)), f"{found}:{kind}:{int(number)}"
        if tipo is None:
            return _separar("sem_metodo", f"evento de documento do modelo {modelo(found)}", None, identidade)
        if _text(body, f"{ns}tpAmb") == "2":
            return _separar("ambiente_de_teste", None, tipo, identidade)
        status = _text(receipt, f"{ns}cStat")
        if status and status not in REGISTRADO:
            return _separar("evento_nao_registrado", f"cStat {status[:10]}", tipo, identidade)
        return Leitura(Acao.IMPORTAR, tipo, identidade)

    return read


def _set_aside(tipo: str, motivo: str, acao: Acao = Acao.SEPARAR) -> Read:
    def read(_root: etree._Element, _ns: str) -> Leitura:
        return Leitura(acao, tipo, None, motivo)

    return read


NFES, CTES, OSES = {"55": "nfe", "65": "nfce"}, {"57": "cte"}, {"67": "cteos"}
NFE_EVENTS = dict.fromkeys(NFES, "nfe_evento")
CTE_EVENTS = {"57": "cte_evento", "67": "cteos_evento"}
ROOTS: dict[tuple[str, str], Read] = {
    (NFE, "nfeProc"): _document(NFES, "NFe", "infNFe", "NFe", "protNFe", "chNFe"),
    (NFE, "NFe"): _without_protocol(NFES, "infNFe", "NFe"),
    (NFE, "procEventoNFe"): _event(NFE_EVENTS, "chNFe"),
    (NFE, "evento"): _set_aside("nfe_evento", "sem_protocolo"),
    (NFE, "procCancNFe"): _set_aside("nfe_cancelamento_antigo", "cancelamento_antigo"),
    (NFE, "resNFe"): _set_aside("nfe_resumo", "resumo", Acao.IGNORAR),
    (NFE, "resEvento"): _set_aside("nfe_resumo", "resumo", Acao.IGNORAR),
    (CTE, "cteProc"): _document(CTES, "CTe", "infCte", "CTe", "protCTe", "chCTe"),
    (CTE, "cteOSProc"): _document(OSES, "CTeOS", "infCte", "CTe", "protCTe", "chCTe"),
    (CTE, "cteSimpProc"): _document({"57": "cte_simplificado"}, "CTeSimp", "infCte", "CTe", "protCTe", "chCTe"),
    (CTE, "GTVeProc"): _document({"64": "gtve"}, "GTVe", "infCte", "CTe", "protCTe", "chCTe"),
    (CTE, "CTe"): _without_protocol(CTES, "infCte", "CTe"),
    (CTE, "CTeOS"): _without_protocol(OSES, "infCte", "CTe"),
    (CTE, "procEventoCTe"): _event(CTE_EVENTS, "chCTe"),
    (CTE, "eventoCTe"): _set_aside("cte_evento", "sem_protocolo"),
    (CTE, "procCancCTe"): _set_aside("cte_cancelamento_antigo", "cancelamento_antigo"),
    ("", "CFe"): _document({"59": "cfe"}, "", "infCFe", "CFe", "", ""),
    ("", "CFeCanc"): _document({"59": "cfe_cancelamento"}, "", "infCFe", "CFe", "", ""),
}
