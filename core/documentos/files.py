"""Read a file of a folder, or a member of an archive there, by the path that a report shows."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from typing import Protocol

from core.documentos.archive import BadArchive, Member, members
from core.documentos.member import unpacked
from core.documentos.opening import PLAINLY
from core.documentos.paths import found

# What the system says of a path that leads to no file: a link is not followed (`PLAINLY`).
GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class NotRead(Exception):
    """A file that cannot be read: `motivo` is a code, `mensagem` a sentence where the code does not say all."""

    def __init__(self, motivo: str, mensagem: str | None = None) -> None:
        super().__init__(mensagem or motivo)
        self.motivo, self.mensagem = motivo, mensagem


class Gone(NotRead):
    """A file that is surely not there any more, or a link by now."""


class Contents(Protocol):
    """Where texts are read, by the path by which they were met."""

    def content(self, caminho: str, *, codificado: bool) -> bytes:
        """Return what is there now; raise `NotRead` where nothing can be read."""


class Files:
    """The files of one folder, up to a size; the archive read last stays open for its other members.

    `look` is called where a read fails, before the other that decides: it raises `Transient` where the whole folder is
    away, so that nothing is known of any file.
    """

    def __init__(self, pasta: str, limite: int, look: Callable[[], object] = lambda: None) -> None:
        self._pasta, self._limite, self._look = os.fsencode(pasta), limite, look
        self._open: tuple[bytes, BufferedReader, dict[bytes, Member]] | None = None

    def content(self, caminho: str, *, codificado: bool) -> bytes:
        """Return what is there now.

        Raises:
            NotRead: it is not there (`Gone`), cannot be read, or is too large.
            Transient: the folder is away.
        """
        path, member = found(caminho, codificado=codificado)
        whole = os.path.join(self._pasta, path)
        try:
            return self._content(whole, member)
        except OSError:
            with suppress(OSError):
                self.close()
            self._look()
        # the folder may have been away, and be back
        try:
            return self._content(whole, member)
        except OSError as fault:
            raise (Gone if fault.errno in GONE else NotRead)("ilegivel") from None

    def _content(self, whole: bytes, member: bytes | None) -> bytes:
        try:
            return _regular(whole, self._limite) if member is None else self._inside(whole, member)
        except BadArchive as fault:
            raise NotRead(fault.motivo, fault.mensagem) from None

    def close(self) -> None:
        """Close the archive that is open."""
        archive, self._open = self._open, None
        if archive is not None:
            archive[1].close()

    def _inside(self, archive: bytes, member: bytes) -> bytes:
        _, file, directory = self._archive(archive)
        if member not in directory:
            raise Gone("ilegivel")
        return unpacked(file, directory[member], self._limite)

    def _archive(self, path: bytes) -> tuple[bytes, BufferedReader, dict[bytes, Member]]:
        if self._open is None or self._open[0] != path:
            self.close()
            file = open(_descriptor(path), "rb")  # noqa: SIM115 - stays open for the other members
            try:
                self._open = path, file, _directory(file)
            except BaseException:
                file.close()
                raise
        return self._open


def _directory(file: BufferedReader) -> dict[bytes, Member]:
    """Return the members by name, the last of each; those before the place where a directory is damaged."""
    listed: dict[bytes, Member] = {}
    try:
        for member in members(file):
            listed[member.name] = member
    except BadArchive:
        if not listed:
            raise
    return listed


def _descriptor(path: bytes) -> int:
    return os.open(path, PLAINLY)


def _regular(path: bytes, limite: int) -> bytes:
    descriptor = _descriptor(path)
    try:
        # asking for the limit itself would make room for it each time
        size = min(os.fstat(descriptor).st_size, limite) + 1
        content = os.read(descriptor, size)
        while len(content) < size and (more := os.read(descriptor, size - len(content))):
            content += more
    finally:
        os.close(descriptor)
    if len(content) > limite:
        raise NotRead("grande_demais")
    return content
