"""What a file is: kind and identity of the fiscal documents in it, or why there are none.

Nothing is expanded or fetched: a DOCTYPE is refused unread, entities, network and huge trees are off.
"""

import re
from dataclasses import replace
from functools import cache

from lxml import etree

from core.documentos.lote import TooLarge, coupons
from core.documentos.raizes import LOTES, Acao, Leitura, classified, local_name, separar
from core.documentos.texto import FALLBACK, MIXED, Decoded, adapted, decode

LIMITE = 5 * 1024 * 1024
MARKED = {FALLBACK: "lido_como_windows_1252", MIXED: "codificacao_mista"}
# Atomic groups: without them some dozens of processing instructions take for ever.
_PROLOG = re.compile(r"(?>\s*(?:<\?(?>.*?\?>)|<!--(?>.*?-->)))*+\s*<!DOCTYPE", re.DOTALL | re.IGNORECASE)


def ler(content: bytes) -> list[Leitura]:
    """Read one file; return at least one result for any content, more than one only for a lot of coupons."""
    if reason := _no_document(content):
        return [separar(reason)]
    try:
        decoded = decode(content)
    except ValueError:
        return [separar("codificacao")]
    if _PROLOG.match(decoded.text):
        return [separar("doctype")]
    root = _parsed(_utf8(content, decoded))
    if isinstance(root, Leitura):
        return [root]
    if local_name(root)[1] in LOTES:
        return _parts(decoded)
    return [_marked(classified(root), decoded)]


def texto(content: bytes) -> str:
    """Return the text of a document as it is sent.

    Raises:
        ValueError: it is no text.
    """
    return adapted(decode(content).text)


def textos_do_lote(content: bytes) -> list[str]:
    """Return the texts of the coupons of a lot, in their order.

    Raises:
        ValueError: it is no text, or no XML.
    """
    return coupons(texto(content))


def _parts(decoded: Decoded) -> list[Leitura]:
    try:
        found = coupons(adapted(decoded.text))
    except TooLarge:
        return [separar("grande_demais", "os cupons do lote, cada um por si, passam do tamanho que se lê")]
    if not found:
        return [separar("lote_vazio", "o lote não traz nenhum cupom")]
    return [replace(_marked(_of_part(text), decoded), parte=place) for place, text in enumerate(found, 1)]


def _of_part(text: str) -> Leitura:
    root = _parsed(text.encode())
    return root if isinstance(root, Leitura) else classified(root)


def _marked(found: Leitura, decoded: Decoded) -> Leitura:
    if found.acao is Acao.IMPORTAR and decoded.encoding in MARKED:
        return replace(found, motivo=MARKED[decoded.encoding])
    return found


def _parsed(content: bytes) -> etree._Element | Leitura:
    try:
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        return separar("xml_invalido", f"o XML está mal formado na linha {line}, coluna {column}")
    except ValueError:
        return separar("xml_invalido", "o XML está mal formado")


@cache
def _parser() -> etree.XMLParser:
    """Return this process's parser; making one takes as long as reading a document."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        # the text before one of these is not the whole text of an element
        remove_comments=True,
        remove_pis=True,
    )


def _utf8(content: bytes, decoded: Decoded) -> bytes:
    """Return what is parsed, which is what would be sent; a text of UTF-8 without mark is there already."""
    sent = adapted(decoded.text)
    return content if sent is decoded.text and decoded.encoding == "utf-8" and content[:1] == b"<" else sent.encode()


def _no_document(content: bytes) -> str | None:
    if len(content) > LIMITE:
        return "grande_demais"
    if not content.strip():
        return "vazio"
    if not content.strip(b"\0"):
        return "so_nulos"
    head = content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return None if head[:1] == b"<" or not head else "nao_e_xml"
