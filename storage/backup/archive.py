"""The file of a backup: a ZIP of the database, its manifest and, when asked for, the keys. Anybody may have made it."""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.errors import NotFound, Rejected
from core.text import os_fault
from storage import crypto
from storage.backup import manifest
from storage.backup.manifest import Manifest

DATABASE, MANIFEST, KEYS = "esteira.db", "manifesto.json", "chaves"
CHUNK, LONGEST_TEXT = 1 << 20, 1 << 20
FASTEST = 1
BROKEN = "{} está truncado ou foi alterado, ou não é um backup da Esteira: {}."
# Whatever a file that is no archive, or a damaged one, makes the library raise.
_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError),
    *(ValueError, LookupError, OverflowError, OSError),
)

_SAID: Mapping[type[Exception], str] = {
    zipfile.BadZipFile: "não é um ZIP inteiro",
    zlib.error: "a compressão está danificada",
    EOFError: "acaba antes do fim",
}


def write(file: IO[bytes], database: Path, said: Manifest, keys: list[str] | None) -> None:
    """Write an archive; the manifest comes last, with the digest of what was written."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=FASTEST) as archive:
        with database.open("rb") as source, archive.open(_private(DATABASE), "w", force_zip64=True) as member:
            digest = hashlib.sha256()
            while part := source.read(CHUNK):
                digest.update(part)
                member.write(part)
        if keys is not None:
            archive.writestr(_private(KEYS), "\n".join(keys) + "\n")
        whole = said.model_copy(update={"sha256": digest.hexdigest()})
        archive.writestr(_private(MANIFEST), json.dumps(whole.model_dump(mode="json"), ensure_ascii=False, indent=2))


def _private(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o100600 << 16
    return member


class Archive:
    """An archive that is open for reading; nothing in it is believed before it is proven."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        names = sorted(archive.namelist())
        if names not in (sorted([DATABASE, MANIFEST]), sorted([DATABASE, KEYS, MANIFEST])):
            raise Rejected(BROKEN.format(path, "o conteúdo não é o de um backup"))
        # of the others the library unpacks a piece whole, however large that becomes
        if any(one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in archive.infolist()):
            raise Rejected(BROKEN.format(path, "a compressão não é a de um backup"))
        self.manifest = manifest.read(self._text(MANIFEST))
        if archive.getinfo(DATABASE).file_size != self.manifest.tamanho:
            raise Rejected(BROKEN.format(path, "o tamanho não é o do manifesto"))

    @property
    def has_keys(self) -> bool:
        """Whether the keys are in it."""
        return KEYS in self._archive.namelist()

    def keys(self) -> list[str]:
        """Return the keys that are in it; raise `Rejected` where one is none."""
        found = self._text(KEYS).decode("ascii").split() if self.has_keys else []
        if not all(map(crypto.is_key, found)):
            raise Rejected(BROKEN.format(self._path, "as chaves não são chaves"))
        return found

    def database(self) -> Iterator[bytes]:
        """Yield the database, no more of it than the manifest says; raise `Rejected` at the end when it is another."""
        digest, left = hashlib.sha256(), self.manifest.tamanho
        with self._archive.open(DATABASE) as member:
            while left and (part := member.read(min(CHUNK, left))):
                digest.update(part)
                left -= len(part)
                yield part
            more = member.read(1)
        if left or more or digest.hexdigest() != self.manifest.sha256:
            raise Rejected(BROKEN.format(self._path, "a soma do banco não confere"))

    def prove(self) -> None:
        """Read it all. Raises `Rejected` when it is not what was written."""
        self.keys()
        for _ in self.database():
            pass

    def _text(self, name: str) -> bytes:
        with self._archive.open(name) as member:
            return member.read(LONGEST_TEXT)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive. Raises `NotFound` without one, `Rejected` for one that is truncated, altered or none."""
    try:
        file = path.open("rb")
    except OSError as fault:
        raise NotFound(f"Não consegui abrir {path}: {os_fault(fault)}.") from None
    with file, faults_of(path), zipfile.ZipFile(file) as archive:
        yield Archive(path, archive)


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Turn what the library says of a broken archive into our sentence."""
    try:
        yield
    except _FAULTS as fault:
        said = os_fault(fault) if isinstance(fault, OSError) else _SAID.get(type(fault), "o conteúdo não se lê")
        raise Rejected(BROKEN.format(path, said)) from fault
