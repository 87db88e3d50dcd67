"""Read a file of a lot again, by the path that the manifest and the report give it."""

import hashlib
import lzma
import os
import re
import zipfile
import zlib

from core.documentos import LIMITE

_ESCAPED = re.compile(rb"%([0-9A-F]{2})")
_MEMBER = re.compile(r"(?is)(.+?\.zip)!/(.+)")
_LIKE_A_MEMBER = re.compile(rb"(?i)(\.zip)!/")
UNREADABLE = (
    OSError,
    KeyError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
)


class Changed(Exception):
    """A file that is not what it was when it was scanned: `motivo` says how."""

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo


def shown(path: bytes) -> str:
    """Return a path as the report has it: bytes that are no UTF-8 percent-encoded.

    So is a percent sign that would be read as such a byte, and the mark of a folder named like the inside of a ZIP, so
    that the path can be found again.
    """
    plain = _LIKE_A_MEMBER.sub(rb"\1%21/", re.sub(rb"%(?=[0-9A-F]{2})", b"%25", path))
    text = plain.decode("utf-8", "surrogateescape")
    return re.sub(r"[\udc80-\udcff]", lambda found: f"%{ord(found[0]) - 0xDC00:02X}", text)


def found(caminho: str) -> bytes:
    """Return the bytes of a path that `shown` made."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), caminho.encode())


class Files:
    """The files of one folder; the ZIP read last stays open for its other members."""

    def __init__(self, pasta: str) -> None:
        self._pasta = os.fsencode(pasta)
        self._zip: tuple[bytes, zipfile.ZipFile] | None = None

    def read(self, caminho: str, sha256: str) -> bytes:
        """Return the content that was scanned.

        Raises:
            Changed: it is gone, or other bytes are there now.
        """
        content = self.content(caminho)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Changed("mudou")
        return content

    def content(self, caminho: str) -> bytes:
        """Return what is there now; raise `Changed` where nothing can be read."""
        try:
            return self._content(caminho)
        except UNREADABLE:
            raise Changed("sumiu") from None

    def close(self) -> None:
        """Close the ZIP that is open."""
        if self._zip is not None:
            self._zip[1].close()
        self._zip = None

    def _content(self, caminho: str) -> bytes:
        inside = _MEMBER.fullmatch(caminho)
        if inside is None:
            return _regular(os.path.join(self._pasta, found(caminho)))
        archive = self._open(os.path.join(self._pasta, found(inside[1])))
        # names of members are text already; undecodable ones were read as surrogates
        with archive.open(found(inside[2]).decode("utf-8", "surrogateescape")) as member:
            return _capped(member.read(LIMITE + 1))

    def _open(self, archive: bytes) -> zipfile.ZipFile:
        if self._zip is None or self._zip[0] != archive:
            self.close()
            self._zip = (archive, zipfile.ZipFile(os.fsdecode(archive)))
        return self._zip[1]


def _regular(path: bytes) -> bytes:
    # a FIFO would wait for ever, a link may lead out of the folder
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        # asking for the limit itself would make room for it each time
        size = min(os.fstat(descriptor).st_size, LIMITE) + 1
        content = os.read(descriptor, size)
        while len(content) < size and (more := os.read(descriptor, size - len(content))):
            content += more
    finally:
        os.close(descriptor)
    return _capped(content)


def _capped(content: bytes) -> bytes:
    if len(content) > LIMITE:
        raise ValueError("grande demais")
    return content
