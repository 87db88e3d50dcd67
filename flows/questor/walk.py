"""Find the XML files of a folder, also inside ZIPs, without following links and without reading any of them."""

import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from core.documentos import LIMITE
from flows.questor.files import UNREADABLE, shown

XML, ZIP = b".xml", b".zip"
INSIDE = "!/"
PATH_LIMIT = 2000
# A ZIP with more has its count in another record, and a list of its members would fill the memory.
MOST_MEMBERS = 0xFFFF
_END_RECORD, _END_SIZE, _COMMENT = b"PK\x05\x06", 22, 0xFFFF


@dataclass(frozen=True, slots=True)
class Found:
    """A file, by the path of the report; `motivo` is why it need not be read, `ignorar` whether it is no loss."""

    caminho: str
    tamanho: int
    mtime_ns: int
    motivo: str | None = None
    ignorar: bool = False


def walk(pasta: bytes) -> Iterator[Found]:
    """Give every file of a folder, in whatever order the folders have them."""
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(pasta, folder)) as entries:
                for entry in entries:
                    path = os.path.join(folder, entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif entry.is_symlink() and entry.is_dir():
                        yield _named(shown(path) + "/", 0, 0, "ligacao", ignorar=True)
                    else:
                        yield from _of(entry, path)
        except OSError:
            yield _named(shown(folder) + "/", 0, 0, "pasta_ilegivel")


def _of(entry: os.DirEntry[bytes], path: bytes) -> Iterator[Found]:
    ending = path[-4:].lower()
    if ending not in (XML, ZIP):
        return
    try:
        seen = entry.stat(follow_symlinks=False)
    except OSError:
        # it went between two looks: there is no file to tell of
        return
    size, changed = seen.st_size, seen.st_mtime_ns
    if stat.S_ISLNK(seen.st_mode):
        yield _named(shown(path), 0, changed, "ligacao", ignorar=True)
    elif not stat.S_ISREG(seen.st_mode):
        yield _named(shown(path), 0, changed, "nao_e_arquivo")
    elif ending == XML:
        yield _named(shown(path), size, changed, "grande_demais" if size > LIMITE else None)
    else:
        yield from _members(entry.path, shown(path), size, changed)


def _members(archive: bytes, caminho: str, size: int, changed: int) -> Iterator[Found]:
    """Give the XML files of a ZIP; each is as old as the ZIP."""
    try:
        if _count(archive) >= MOST_MEMBERS:
            yield _named(caminho, size, changed, "zip_grande_demais")
            return
        with zipfile.ZipFile(os.fsdecode(archive)) as opened:
            members = opened.infolist()
    except UNREADABLE:
        yield _named(caminho, size, changed, "zip_invalido")
        return
    # Of two members of one name a ZIP gives the last.
    last = {member.filename: place for place, member in enumerate(members)}
    for place, member in enumerate(members):
        name = shown(member.filename.encode("utf-8", "surrogateescape"))
        ending = name[-4:].lower().encode("utf-8", "replace")
        if ending not in (XML, ZIP):
            continue
        repeated = last[member.filename] != place
        inside = f"{caminho}{INSIDE}{name}" + (f" ({place + 1})" if repeated else "")
        yield _named(inside, member.file_size, changed, _unread(member, ending, repeated=repeated))


def _unread(member: zipfile.ZipInfo, ending: bytes, *, repeated: bool) -> str | None:
    if ending == ZIP:
        return "zip_dentro_de_zip"
    if repeated:
        return "nome_repetido"
    if member.flag_bits & 1:
        return "zip_protegido"
    return "grande_demais" if member.file_size > LIMITE else None


def _count(archive: bytes) -> int:
    """Return how many members a ZIP says it has (its end of central directory record)."""
    descriptor = os.open(archive, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        file.seek(-min(_END_SIZE + _COMMENT, os.fstat(descriptor).st_size), os.SEEK_END)
        tail = file.read()
    place = tail.rfind(_END_RECORD)
    return int.from_bytes(tail[place + 10 : place + 12], "little") if place >= 0 else 0


def _named(caminho: str, tamanho: int, mtime_ns: int, motivo: str | None, *, ignorar: bool = False) -> Found:
    """Return a find; a path too long for an index ends in a digest, and its file cannot be told apart to be sent."""
    if len(caminho) > PATH_LIMIT:
        whole = hashlib.sha256(caminho.encode("utf-8", "replace")).hexdigest()
        caminho, motivo = f"{caminho[: PATH_LIMIT - len(whole) - 1]}#{whole}", "caminho_longo_demais"
    return Found(caminho, tamanho, mtime_ns, motivo, ignorar)
