"""The directory of a ZIP, member by member, read as `unzip` does: one bad entry costs itself.

Sources: PKWARE APPNOTE 6.3, sections 4.3 (records) and 4.5 (extra fields). The standard library gives up a whole
archive for one name that is no text.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from os import SEEK_END

from core.text import plural

# Of each some 300 bytes are kept while an archive is gone through.
MOST_MEMBERS = 200_000
_END, _END_SIZE, _TAIL = b"PK\x05\x06", 22, 66_000
_LOCATOR, _WIDE_END = b"PK\x06\x07", b"PK\x06\x06"
_ENTRY, _ENTRY_SIZE = struct.Struct("<4s6H3L5H2L"), 46
_SENTINEL, _SHORT_SENTINEL = 0xFFFFFFFF, 0xFFFF
_UTF8_NAME, _ENCRYPTED, _AES = 0x800, 0x2041, 99
_WIDE_SIZES, _UNICODE_NAME = 0x0001, 0x7075


class BadArchive(Exception):
    """An archive, or one of its members, that cannot be read: `motivo` is a code, the text a sentence."""

    def __init__(self, motivo: str, mensagem: str | None = None) -> None:
        super().__init__(mensagem or motivo)
        self.motivo, self.mensagem = motivo, mensagem


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive as its directory has it; `name` is UTF-8, or the bytes as they are where they are not."""

    name: bytes
    offset: int
    packed: int
    size: int
    crc: int
    method: int
    encrypted: bool


@dataclass(frozen=True)
class _Directory:
    """Where the directory stands, and by how much everything is shifted by what stands before the archive."""

    begin: int
    size: int
    count: int
    shift: int


def members(file: BufferedReader) -> Iterator[Member]:
    """Yield the members in the order of the directory.

    Raises:
        BadArchive: there is no directory, or it breaks off; the members before that were given.
    """
    directory = _found(file)
    if directory.count > MOST_MEMBERS:
        raise BadArchive("zip_grande_demais", f"o ZIP tem mais de {MOST_MEMBERS} arquivos")
    place, end, number = directory.begin, directory.begin + directory.size, 0
    # by its size, for the count is of 16 bits: more than 65,535 members without the larger record begin anew at 0
    while place + _ENTRY_SIZE <= end and number <= MOST_MEMBERS:
        file.seek(place)
        head = file.read(_ENTRY_SIZE)
        if len(head) < _ENTRY_SIZE or head[:4] != b"PK\x01\x02":
            break
        fields = _ENTRY.unpack(head)
        lengths = fields[10:13]
        yield _member(fields, file.read(lengths[0]), file.read(lengths[1]), directory.shift)
        place, number = place + _ENTRY_SIZE + sum(lengths), number + 1
    if number > MOST_MEMBERS:
        raise BadArchive("zip_grande_demais", f"o ZIP tem mais de {MOST_MEMBERS} arquivos")
    if number < directory.count:
        raise BadArchive(
            "zip_invalido", f"o diretório do ZIP está danificado depois de {plural(number, 'arquivo', 'arquivos')}"
        )


def _found(file: BufferedReader) -> _Directory:
    """Find the last record that ends a directory: comments may hold its mark too."""
    whole = file.seek(0, SEEK_END)
    begin = file.seek(max(whole - _TAIL, 0))
    tail = file.read()
    ends = [at for at in _all(tail, _END) if len(tail) >= at + _END_SIZE]
    # one whose comment ends with the file is the true one; then those of files with something behind them
    ends.sort(key=lambda at: (_ends_with(tail, at), at), reverse=True)
    for at in ends:
        if directory := _directory(file, tail[at : at + _END_SIZE], begin + at):
            return directory
    raise BadArchive("zip_invalido", "o ZIP não tem diretório; talvez esteja cortado")


def _all(tail: bytes, mark: bytes) -> Iterator[int]:
    at = tail.find(mark)
    while at >= 0:
        yield at
        at = tail.find(mark, at + 1)


def _ends_with(tail: bytes, at: int) -> bool:
    return at + _END_SIZE + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)


def _directory(file: BufferedReader, record: bytes, at: int) -> _Directory | None:
    count, size, offset = struct.unpack("<HLL", record[10:20])
    end = at
    # either field may be a mark for the larger record, whatever the size of the archive
    if (wide := _wide(file, at)) and (count == _SHORT_SENTINEL or _SENTINEL in (size, offset)):
        end, values = wide
        count = values[0] if count == _SHORT_SENTINEL else count
        size = values[1] if size == _SENTINEL else size
        offset = values[2] if offset == _SENTINEL else offset
    # before its end, where something may stand before the archive; else where it is said to be, which is so where
    # something stands between it and its end, as a larger record that nothing points to
    if 0 <= end - size >= offset and _begins(file, end - size, count):
        return _Directory(end - size, size, count, end - size - offset)
    if offset < end and count and _begins(file, offset, count):
        return _Directory(offset, end - offset, count, 0)
    return None


def _begins(file: BufferedReader, place: int, count: int) -> bool:
    file.seek(place)
    return not count or file.read(4) == b"PK\x01\x02"


def _wide(file: BufferedReader, at: int) -> tuple[int, tuple[int, int, int]] | None:
    """Return where the ZIP64 record stands, and its count, size and offset."""
    file.seek(max(at - 20, 0))
    locator = file.read(20)
    if len(locator) < 20 or locator[:4] != _LOCATOR:
        return None
    for place in (struct.unpack("<Q", locator[8:16])[0], at - 20 - 56):
        if not 0 <= place <= at - 20 - 56:
            continue
        file.seek(place)
        record = file.read(56)
        if record[:4] == _WIDE_END:
            count, size, offset = struct.unpack("<3Q", record[32:56])
            return place, (count, size, offset)
    return None


def _member(fields: tuple[int, ...], raw: bytes, extra: bytes, shift: int) -> Member:
    _, _, _, flags, method, _, _, crc, packed, size, *_, offset = fields
    extras = dict(_extras(extra))
    values = iter(_longs(extras.get(_WIDE_SIZES, b"")))
    size, packed, offset = (next(values, value) if value == _SENTINEL else value for value in (size, packed, offset))
    name = _name(raw, flags, extras.get(_UNICODE_NAME, b""))
    return Member(name, offset + shift, packed, size, crc, method, bool(flags & _ENCRYPTED) or method == _AES)


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        yield kind, extra[4 : 4 + length]
        extra = extra[4 + length :]


def _longs(field: bytes) -> list[int]:
    return [int.from_bytes(field[at : at + 8], "little") for at in range(0, len(field) - 7, 8)]


def _name(raw: bytes, flags: int, unicode_name: bytes) -> bytes:
    """Return a name: by the field made for it, as UTF-8 where it is that, else in the code page of DOS."""
    if len(unicode_name) > 5 and unicode_name[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
        return unicode_name[5:]
    if flags & _UTF8_NAME:
        return raw
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp437").encode()
    return raw


def overlapping(found: list[Member]) -> set[int]:
    """Return the places of members whose bytes are those of others too, as in a bomb that is packed once."""
    order = sorted(range(len(found)), key=lambda place: found[place].offset)
    end, inside = 0, set()
    for place in order:
        member = found[place]
        if member.offset < end:
            inside.add(place)
        end = max(end, member.offset + 30 + member.packed)
    return inside
