"""Bytes become a parsed document, or a reason why not.

Nothing is expanded or fetched: a DOCTYPE is refused unread, entities, network and huge trees are off.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from lxml import etree
from lxml.etree import _Element

from core.documentos.texto import Decoded, adapted, decode

# Atomic groups: without them some dozens of processing instructions take for ever.
_PROLOG = re.compile(r"(?>\s*(?:<\?(?>.*?\?>)|<!--(?>.*?-->)))*+\s*<!DOCTYPE", re.DOTALL | re.IGNORECASE)


_GLUED = "há mais alguma coisa depois do fim do documento, como outro colado a ele,"
_BROKEN = {
    etree.ErrorTypes.ERR_DOCUMENT_END: _GLUED,
    etree.ErrorTypes.ERR_RESERVED_XML_NAME: _GLUED,
    etree.ErrorTypes.ERR_RESOURCE_LIMIT: "o XML passa dos limites de tamanho ou de profundidade",
}


@dataclass(frozen=True, slots=True)
class Recusa:
    """Why bytes are no document: `motivo` is a code, `mensagem` a sentence where the code does not say all."""

    motivo: str
    mensagem: str | None = None


@dataclass(frozen=True, slots=True)
class Aberto:
    """A parsed document and its text."""

    raiz: _Element
    decodificado: Decoded

    def nome(self) -> tuple[str, str]:
        """Return the namespace of the root, empty without one, and its name."""
        return local_name(self.raiz)


def abrir(content: bytes, limite: int) -> Aberto | Recusa:
    """Decode and parse the bytes of a file of at most `limite` bytes."""
    if reason := _no_document(content, limite):
        return Recusa(reason)
    try:
        decoded = decode(content)
    except ValueError:
        return Recusa("codificacao")
    if _PROLOG.match(decoded.text):
        return Recusa("doctype")
    root = analisar(_utf8(content, decoded))
    return root if isinstance(root, Recusa) else Aberto(root, decoded)


def analisar(content: bytes) -> _Element | Recusa:
    """Parse UTF-8."""
    try:
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        said = _BROKEN.get(error.code, "o XML está mal formado")
        if content[:1].isspace() and content.lstrip().startswith(b"<?xml"):
            said = "há espaços ou linhas em branco antes de <?xml,"
        return Recusa("xml_invalido", f"{said} na linha {line}, coluna {column}")
    except ValueError:
        return Recusa("xml_invalido", "o XML está mal formado")


def local_name(element: _Element) -> tuple[str, str]:
    """Return the namespace of an element, empty without one, and its name."""
    return _split(str(element.tag))


@lru_cache(maxsize=256)
def _split(tag: str) -> tuple[str, str]:
    space, _, name = tag.rpartition("}")
    return space.removeprefix("{"), name


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


def _no_document(content: bytes, limite: int) -> str | None:
    if len(content) > limite:
        return "grande_demais"
    if not content.strip():
        return "vazio"
    if not content.strip(b"\0"):
        return "so_nulos"
    head = content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return None if head[:1] == b"<" or not head else "nao_e_xml"
