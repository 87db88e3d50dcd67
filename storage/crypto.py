"""Secrets at rest: a ring of Fernet keys, of which the first encrypts and all decrypt."""

import base64
import contextlib
import hmac
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core import file_lock, owner
from core.disk import sync_folder
from core.errors import Misconfigured, Transient
from core.logs import get_logger
from core.settings.core import CoreSettings
from core.text import os_fault

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_FILE, LOCK_FILE, KEY_BYTES = "chaves", "chaves.lock", 32
# So many texts stay open in the memory of a process, which has the keys themselves: opening one costs a statement.
OPEN_TEXTS, LONGEST_OPEN = 512, 1024
LASTING = b"esteira.duradouro"
log = get_logger(__name__)


class KeysLost(Misconfigured):
    """The database holds secrets, and nothing opens them."""

    def __init__(self) -> None:
        super().__init__(f"Há segredos no banco, mas nenhuma chave: defina core.keys ou restaure {key_path()}.")


class KeyRing:
    """Encrypt with the first key, decrypt with any."""

    def __init__(self, keys: Sequence[str], kept: Callable[["KeyRing"], str | None] | None = None) -> None:
        if not keys or not all(map(is_key, keys)):
            raise Misconfigured("core.keys: cada chave deve ter 32 bytes em base64 (url-safe).")
        self.keys, self._kept = tuple(keys), kept
        self._marking: bytes | None = None
        self._open = lru_cache(OPEN_TEXTS)(self._decrypt)

    @cached_property
    def _fernet(self) -> "MultiFernet":
        # Who only looks whether there are keys needs no library.
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(key) for key in self.keys])

    @property
    def marking(self) -> str:
        """What marks are made with: kept by the database since a first rotation, till then the last key."""
        if self._marking is None:
            kept = self._kept(self) if self._kept else None
            self._marking = (kept or self.keys[-1]).encode()
        return self._marking.decode()

    def fingerprint(self, text: str) -> str:
        """Return a digest that only this installation can compute again, also when its keys were changed since."""
        return hmac.digest(self.marking.encode(), text.encode(), "sha256").hex()

    @cached_property
    def lasting(self) -> "KeyRing":
        """A ring for what is given away and comes back after years; it is the same when the keys were changed."""
        derived = hmac.digest(self.marking.encode(), LASTING, "sha256")
        return KeyRing([base64.urlsafe_b64encode(derived).decode()])

    def encrypt(self, text: str) -> bytes:
        """Return the text encrypted with the first key."""
        return self.seal(text.encode())

    def decrypt(self, token: bytes) -> str:
        """Return the text, whichever key of the ring encrypted it."""
        return self._open(token) if len(token) <= LONGEST_OPEN else self._decrypt(token)

    def _decrypt(self, token: bytes) -> str:
        return self.unseal(token).decode()

    def seal(self, content: bytes) -> bytes:
        """Return bytes encrypted with the first key."""
        return self._fernet.encrypt(content)

    def unseal(self, token: bytes) -> bytes:
        """Return the bytes, whichever key of the ring encrypted them."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(token)
        except InvalidToken:
            raise Misconfigured(
                "Nenhuma chave de core.keys (ou do arquivo de chaves) abre os segredos guardados no banco."
            ) from None


def name_of(key: str) -> str:
    """Return what a key is called where people see it; nothing of the key can be read from it."""
    return hmac.digest(key.encode(), b"esteira.chave", "sha256").hex()[:8]


def key_path() -> Path:
    """Return where the key file of a local installation lives."""
    return CoreSettings.current().data_dir / KEY_FILE


def _file() -> Path:
    """Return the key file itself, where a link stands in its place."""
    return Path(os.path.realpath(key_path()))


def stored_keys() -> list[str]:
    """Return the keys of the settings, else of the key file, else none."""
    given = [key.get_secret_value() for key in CoreSettings.current().keys]
    if given:
        return given
    try:
        return key_path().read_text(encoding="utf-8-sig").split()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Misconfigured(f"Não consegui ler o arquivo de chaves {key_path()}: {os_fault(error)}.") from None


def are_set() -> bool:
    """Tell whether the settings name the keys; the key file is not looked at then."""
    return bool(CoreSettings.current().keys)


def is_key(text: str) -> bool:
    """Tell whether a text is a key."""
    try:
        return len(base64.urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False


def new_key() -> str:
    """Return a new key. The library itself takes longer to load than all else that a first start does."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def create_key_file() -> None:
    """Make a key file readable by its owner only; a rival that was faster wins."""
    path = _file()
    with _writing(), _drafted([new_key()]) as draft:
        mine = _name_first(draft, path)
        # a rival's too: what its key seals may reach the disk before it comes to this
        sync_folder(path.parent)
    if mine:
        log.warning(f"Criei o arquivo de chaves {path} (0600). Guarde uma cópia em lugar seguro.")


def change_key_file(change: Callable[[list[str]], Sequence[str]]) -> None:
    """Put what becomes of its keys in the place of the key file, in one step.

    Who changes it at the same time waits: a key that a step of before had put there would be gone otherwise, and what
    it has sealed since with it.
    """
    path = _file()
    with _writing(), owner.open_lock(key_path().with_name(LOCK_FILE)) as held:
        file_lock.wait_for_lock(held)
        with _drafted(change(stored_keys())) as draft:
            draft.replace(path)
            sync_folder(path.parent)


@contextmanager
def _writing() -> Iterator[None]:
    """Have the folder of the key file; raise `Transient` where the disk takes no file."""
    path = key_path()
    try:
        owner.make_folder(path.parent)
        yield
    except OSError as fault:
        raise Transient(f"Não consegui escrever o arquivo de chaves {path}: {os_fault(fault)}.") from fault


@contextmanager
def _drafted(keys: Sequence[str]) -> Iterator[Path]:
    """Yield a draft of keys that is on the disk; unless it was given a name, it goes at the end."""
    path = _file()
    # a process that was killed has left its own, and another may have its number: containers mostly do
    draft = path.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(owner.create(draft, 0o600, replaces=path), "w") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _name_first(draft: Path, path: Path) -> bool:
    """Give a draft its name; tell whether nobody had it."""
    try:
        if sys.platform == "win32":
            draft.rename(path)
        else:
            os.link(draft, path)
    except FileExistsError:
        return False
    return True


def ring() -> KeyRing:
    """Return the key ring of now: a key file that was written anew is read anew; it exists since the database does."""
    return _ring(_written_at())


def _written_at() -> tuple[int, int] | None:
    """Return what tells one writing of the key file from another; none where the settings name the keys."""
    if are_set():
        return None
    try:
        found = os.stat(_named(CoreSettings.current().data_dir))
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


@lru_cache(maxsize=8)
def _named(folder: Path) -> str:
    """Return the name of a folder's key file: it is looked at for each secret that is read."""
    return str(folder / KEY_FILE)


@lru_cache(maxsize=1)
def _ring(_written: tuple[int, int] | None) -> KeyRing:
    keys = stored_keys()
    if not keys:
        raise KeysLost
    return KeyRing(keys, _kept)


def _kept(ring: KeyRing) -> str | None:
    from storage import segredos

    return segredos.kept(ring, segredos.MARKS)


def forget() -> None:
    """Forget the keys of this process."""
    _ring.cache_clear()
