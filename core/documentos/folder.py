"""Find the XML files of a folder, also inside ZIPs, without following links and without reading any of them."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from core.documentos.archive import BadArchive, Member, members, overlapping
from core.documentos.member import unreadable
from core.documentos.opening import PLAINLY, present
from core.documentos.paths import shown
from core.logs import get_logger

XML, ZIP = b".xml", b".zip"
WENT = frozenset({errno.ENOENT, errno.ENOTDIR})
# In bytes: PostgreSQL takes 2,704 of them in a row of an index, where the number of the lot stands too.
PATH_LIMIT = 2000
# The largest number that a database takes: a ZIP may claim larger files, a file system has later dates.
_MOST = 2**63 - 1
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A file, by the path that a report shows; `motivo` is why it need not be read, `ignorar` whether it is no loss.

    `codificado` says that the path is percent-encoded (`core.documentos.paths`), `fechado` that nobody could look at
    what is there: in a folder, in a ZIP, or in the place of a file.
    """

    caminho: str
    codificado: bool
    tamanho: int
    mtime_ns: int
    motivo: str | None = None
    mensagem: str | None = None
    ignorar: bool = False
    fechado: bool = False


def walk(pasta: bytes, limite: int) -> Iterator[Found]:
    """Yield every file of a folder, in the order of the file system; larger ones than `limite` with that reason.

    Raises:
        Transient: the folder itself cannot be listed, also where that is so only in the middle.
    """
    present(pasta)
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(pasta, folder)) as entries:
                for entry in entries:
                    path = os.path.join(folder, entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif _links_to_folder(entry):
                        yield _named(path + b"/", None, 0, 0, "ligacao", ignorar=True)
                    else:
                        yield from _of(entry.path, path, entry.stat, limite)
        except OSError:
            present(pasta)
            yield _named(folder + b"/", None, 0, 0, "pasta_ilegivel", fechado=True)


def named(arquivo: bytes, limite: int) -> Iterator[Found]:
    """Yield a file that was named itself, by its name: a ZIP by its members, any other as XML, whatever its ending."""
    path, nothing = os.path.basename(arquivo), True
    ending = ZIP if path[-4:].lower() == ZIP else XML
    for one in _of(arquivo, path, partial(os.stat, arquivo), limite, ending=ending):
        nothing = nothing and one.ignorar
        yield one
    if nothing and ending == ZIP and os.path.isfile(arquivo) and not os.path.islink(arquivo):
        yield _named(path, None, 0, 0, "zip_sem_xml")


def _links_to_folder(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        # a link to itself, or into a place that cannot be looked at: it costs itself, not the rest of its folder
        return False


def _of(
    whole: bytes, path: bytes, look: Callable[..., os.stat_result], limite: int, *, ending: bytes | None = None
) -> Iterator[Found]:
    ending = ending or path[-4:].lower()
    if ending not in (XML, ZIP):
        return
    try:
        seen = look(follow_symlinks=False)
    except OSError as fault:
        # one that went between two looks is no file to tell of
        if fault.errno not in WENT:
            yield _named(path, None, 0, 0, "ilegivel", fechado=True)
        return
    size, changed = seen.st_size, seen.st_mtime_ns
    if stat.S_ISLNK(seen.st_mode):
        yield _named(path, None, 0, changed, "ligacao", ignorar=True)
    elif not stat.S_ISREG(seen.st_mode):
        yield _named(path, None, 0, changed, "nao_e_arquivo")
    elif ending == XML:
        yield _named(path, None, size, changed, "grande_demais" if size > limite else None)
    else:
        yield from _inside(whole, path, size, changed, limite)


def _inside(archive: bytes, path: bytes, size: int, changed: int, limite: int) -> Iterator[Found]:
    """Yield the XML files of a ZIP, each as old as the ZIP; and the ZIP itself where something is wrong with it."""
    listed: list[Member] = []
    wrong: tuple[str, str | None] | None = None
    try:
        with open(os.open(archive, PLAINLY), "rb") as file:
            listed.extend(members(file))
    except BadArchive as fault:
        wrong = fault.motivo, fault.mensagem
    except OSError:
        wrong = "ilegivel", None
    except Exception:
        log.exception("archive could not be read", caminho=shown(path)[0])
        wrong = "zip_invalido", None
    yield from _members(listed, path, changed, limite)
    if wrong is not None:
        yield _named(path, None, size, changed, *wrong, fechado=True)


def _members(listed: list[Member], path: bytes, changed: int, limite: int) -> Iterator[Found]:
    # Of two members of one name a ZIP gives the last.
    last = {member.name: place for place, member in enumerate(listed)}
    inside_others = overlapping(listed)
    for place, member in enumerate(listed):
        ending = member.name[-4:].lower()
        if ending not in (XML, ZIP):
            continue
        repeated = last[member.name] != place
        name = member.name + (f" ({place + 1})".encode() if repeated else b"")
        if b"__MACOSX" in member.name.split(b"/")[:-1]:
            yield _named(path, name, member.size, changed, "sobra_do_macos", ignorar=True)
            continue
        wrong = _unread(member, ending, repeated, place in inside_others, limite)
        yield _named(path, name, member.size, changed, *wrong)


def _unread(
    member: Member, ending: bytes, repeated: bool, overlaps: bool, limite: int
) -> tuple[str | None, str | None]:
    if ending == ZIP:
        return "zip_dentro_de_zip", None
    if repeated:
        return "nome_repetido", None
    if overlaps:
        return "zip_invalido", "o conteúdo é parte de outro arquivo do mesmo ZIP"
    if fault := unreadable(member):
        return fault.motivo, fault.mensagem
    return ("grande_demais" if member.size > limite else None), None


def _named(
    path: bytes,
    member: bytes | None,
    tamanho: int,
    mtime_ns: int,
    motivo: str | None,
    mensagem: str | None = None,
    *,
    ignorar: bool = False,
    fechado: bool = False,
) -> Found:
    """Return a find; a path too long for an index ends in a digest, and its file cannot be told apart to be sent."""
    caminho, codificado = shown(path, member)
    if len(raw := caminho.encode()) > PATH_LIMIT:
        whole = hashlib.sha256(raw).hexdigest()
        caminho = f"{raw[: PATH_LIMIT - len(whole) - 1].decode(errors='ignore')}#{whole}"
        motivo = "caminho_longo_demais"
    return Found(caminho, codificado, min(tamanho, _MOST), min(mtime_ns, _MOST), motivo, mensagem, ignorar, fechado)
