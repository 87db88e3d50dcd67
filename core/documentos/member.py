"""The bytes of one member of an archive, never more than asked for."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Mapping
from io import BufferedReader
from typing import Protocol

from core.documentos.archive import BadArchive, Member

# What is stored of a file may be a little more than the file.
_SURPLUS = 64 * 1024
_MOST_DICTIONARY = 16 * 1024 * 1024
_NAMES = {
    1: "Shrink", 2: "Reduce", 3: "Reduce", 4: "Reduce", 5: "Reduce", 6: "Implode", 9: "Deflate64", 10: "PKWARE DCL",
    18: "IBM TERSE", 19: "LZ77", 20: "Zstandard", 93: "Zstandard", 94: "MP3", 96: "JPEG", 97: "WavPack", 98: "PPMd",
}  # fmt: skip
DAMAGED = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, IndexError)


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def unpacked(file: BufferedReader, member: Member, limit: int) -> bytes:
    """Return the content of a member.

    Raises:
        BadArchive: it is protected, packed in a way that is not read, damaged, or larger than `limit`.
    """
    if reason := unreadable(member):
        raise reason
    file.seek(member.offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise BadArchive("ilegivel", "o ZIP não tem o arquivo onde o diretório diz")
    # its name there is not looked at: other programs write `/` here and `\\` in the directory
    file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    raw = file.read(min(member.packed, limit + limit // 100 + _SURPLUS))
    return _checked(member, _content(member, raw, limit), limit)


def unreadable(member: Member) -> BadArchive | None:
    """Return why a member cannot be read, as far as the directory tells."""
    if member.encrypted:
        return BadArchive("zip_protegido", "o arquivo dentro do ZIP tem senha")
    if member.method not in _METHODS:
        name = _NAMES.get(member.method, f"o método {member.method}")
        return BadArchive("zip_metodo", f"compactado com {name}, que não se lê aqui; compacte de novo como ZIP comum")
    return None


def _content(member: Member, raw: bytes, limit: int) -> bytes:
    try:
        return _METHODS[member.method](raw, limit + 1)
    except DAMAGED:
        raise BadArchive("ilegivel", "o arquivo está danificado dentro do ZIP") from None


def _checked(member: Member, content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise BadArchive("grande_demais")
    if zlib.crc32(content) != member.crc:
        raise BadArchive("ilegivel", "o arquivo está danificado dentro do ZIP: a soma CRC-32 não confere")
    return content


def _stored(raw: bytes, most: int) -> bytes:
    return raw[:most]


def _whole(unpacker: _Unpacker, raw: bytes, most: int) -> bytes:
    content = unpacker.decompress(raw, most)
    if not unpacker.eof and len(content) < most:
        raise EOFError
    return content


def _deflated(raw: bytes, most: int) -> bytes:
    return _whole(zlib.decompressobj(-zlib.MAX_WBITS), raw, most)


def _bzip2(raw: bytes, most: int) -> bytes:
    return _whole(bz2.BZ2Decompressor(), raw, most)


def _lzma(raw: bytes, most: int) -> bytes:
    """Unpack LZMA as a ZIP has it (APPNOTE 5.8): a head with the properties, then the bare stream."""
    properties, at = raw[4:9], 4 + int.from_bytes(raw[2:4], "little")
    rest, lc = divmod(properties[0], 9)
    pb, lp = divmod(rest, 5)
    # nothing larger is ever referred to, and a lie about it would be room that is made
    size = min(int.from_bytes(properties[1:5], "little"), _MOST_DICTIONARY)
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": max(size, 4096), "lc": lc, "lp": lp, "pb": pb}]
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
    # the end need not be marked: the checksum tells
    return unpacker.decompress(raw[at:], most)


def _xz(raw: bytes, most: int) -> bytes:
    return _whole(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=4 * _MOST_DICTIONARY), raw, most)


_METHODS: Mapping[int, Callable[[bytes, int], bytes]] = {0: _stored, 8: _deflated, 12: _bzip2, 14: _lzma, 95: _xz}
