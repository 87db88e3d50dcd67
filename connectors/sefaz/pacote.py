"""The packed documents of an answer: each is opened within a limit, and a bad one costs itself alone.

docs/reference/contracts/sefaz.md §2.5, §2.6.
"""

import binascii
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.sefaz.resposta import Recebido
from core.documentos.abertura import Recusa, abrir
from core.documentos.motivos import frase

MIB = 1024 * 1024
MOST_EACH, MOST_TOGETHER = 10 * MIB, 64 * MIB
GZIP, GZIP_MAGIC = 31, b"\x1f\x8b"
SCHEMA_LIMIT = 100
# What may stand before a text: marks of encodings, and white space.
BEFORE = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
# What is XML, and is not taken all the same.
UNTAKEN = frozenset({"codificacao", "doctype"})


@dataclass(frozen=True)
class Pacote:
    """A document as it comes: its number, where it has one, what it is said to be, and its gzip in base64."""

    nsu: int | None
    schema: str
    base64: str


class _Fechado(Exception):
    """A document cannot be opened; `args[0]` is why."""


def abertos(pacotes: Iterable[Pacote], raizes: Mapping[str, str]) -> tuple[Recebido, ...]:
    """Open the documents of an answer; `raizes` has the root of each kind of document there is."""
    left, found = MOST_TOGETHER, []
    for one in pacotes:
        received = _opened(one, raizes, min(MOST_EACH, left))
        left -= len(received.xml or b"")
        found.append(received)
    return tuple(found)


def reaberto(nsu: int | None, schema: str, bruto: bytes, raizes: Mapping[str, str]) -> Recebido:
    """Open again what was kept of a document: its text, its gzip, or what stood there instead of base64."""
    if bruto.lstrip(BEFORE).startswith(b"<"):
        return _named(nsu, schema, bruto, bruto, raizes)
    if bruto.startswith(GZIP_MAGIC):
        return _unpacked(nsu, schema, bruto, raizes, MOST_EACH)
    return _decoded(nsu, schema, bruto, raizes, MOST_EACH)


def _opened(pacote: Pacote, raizes: Mapping[str, str], limit: int) -> Recebido:
    nsu, schema = pacote.nsu, pacote.schema[:SCHEMA_LIMIT]
    packed = "".join(pacote.base64.split()).encode("ascii", "replace")
    return _decoded(nsu, schema, packed, raizes, limit)


def _decoded(nsu: int | None, schema: str, packed: bytes, raizes: Mapping[str, str], limit: int) -> Recebido:
    try:
        raw = binascii.a2b_base64(packed, strict_mode=True)
    except (binascii.Error, ValueError):
        return Recebido(nsu, schema, None, None, packed, "o conteúdo não é base64")
    return _unpacked(nsu, schema, raw, raizes, limit)


def _unpacked(nsu: int | None, schema: str, raw: bytes, raizes: Mapping[str, str], limit: int) -> Recebido:
    try:
        xml = _inflated(raw, limit)
    except _Fechado as reason:
        return Recebido(nsu, schema, None, None, raw, str(reason))
    return _named(nsu, schema, xml, raw, raizes)


def _named(nsu: int | None, schema: str, xml: bytes, raw: bytes, raizes: Mapping[str, str]) -> Recebido:
    """Say what a text is, by its schema and its root; `raw` is what is kept where it is no XML."""
    try:
        root = _root_name(xml)
    except _Fechado as reason:
        return Recebido(nsu, schema, None, None, raw, str(reason))
    kind = re.split(r"_v|\.xsd", schema)[0]
    if kind not in raizes:
        return Recebido(nsu, schema, None, xml, None, f"o esquema {schema!r} não é conhecido")
    if root != raizes[kind]:
        return Recebido(nsu, schema, None, xml, None, f"o esquema é {schema!r}, mas a raiz é {root!r}")
    return Recebido(nsu, schema, kind, xml)


def _inflated(raw: bytes, limit: int) -> bytes:
    unpack = zlib.decompressobj(wbits=GZIP)
    try:
        plain = unpack.decompress(raw, limit + 1)
    except zlib.error:
        raise _Fechado("o conteúdo não é gzip") from None
    if len(plain) > limit:
        raise _Fechado("o documento aberto passa do limite de tamanho")
    if not unpack.eof:
        raise _Fechado("o gzip está cortado")
    if unpack.unused_data.strip(b"\x00"):
        raise _Fechado("há outros dados depois do gzip")
    return plain


def _root_name(xml: bytes) -> str:
    """Return the local name of a text's root, read as whoever imports it reads it."""
    found = abrir(xml, MOST_EACH)
    if isinstance(found, Recusa):
        raise _Fechado(frase(found.motivo) if found.motivo in UNTAKEN else "o documento não é XML")
    return found.nome()[1]
