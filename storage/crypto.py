"""Secrets at rest: a ring of Fernet keys, of which the first encrypts and all decrypt."""

import base64
import hmac
import os
from functools import lru_cache
from pathlib import Path

from core.errors import Misconfigured
from core.logs import get_logger
from core.settings.core import CoreSettings
from core.text import os_fault

KEY_FILE, KEY_BYTES = "chaves", 32
# So many texts stay open in the memory of a process, which has the keys themselves: opening one costs a statement.
OPEN_TEXTS, LONGEST_OPEN = 512, 1024
log = get_logger(__name__)


class KeyRing:
    """Encrypt with the first key, decrypt with any."""

    def __init__(self, keys: list[str]) -> None:
        from cryptography.fernet import Fernet, MultiFernet

        self._keys = keys
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except (ValueError, TypeError):
            raise Misconfigured("core.keys: cada chave deve ter 32 bytes em base64 (url-safe).") from None
        self._open = lru_cache(OPEN_TEXTS)(self._decrypt)

    def fingerprint(self, text: str) -> str:
        """Return a digest that only the holder of the keys can compute again."""
        return hmac.digest(self._keys[-1].encode(), text.encode(), "sha256").hex()

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


def key_path() -> Path:
    """Return where the key file of a local installation lives."""
    return CoreSettings.current().data_dir / KEY_FILE


def stored_keys() -> list[str]:
    """Return the keys of the settings, else of the key file, else none."""
    given = [key.get_secret_value() for key in CoreSettings.current().keys]
    if given:
        return given
    try:
        return key_path().read_text().split()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Misconfigured(f"Não consegui ler o arquivo de chaves {key_path()}: {os_fault(error)}.") from None


def create_key_file() -> None:
    """Make a key file readable by its owner only; a rival that was faster wins."""
    path = key_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{KEY_FILE}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        # What a Fernet key is; the library itself takes longer to load than all else that a first start does.
        file.write(base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
        log.warning(f"Criei o arquivo de chaves {path} (0600). Guarde uma cópia em lugar seguro.")
    except FileExistsError:
        pass
    finally:
        draft.unlink()


@lru_cache(maxsize=1)
def ring() -> KeyRing:
    """Return this process's key ring; the key file exists since the database was opened."""
    keys = stored_keys()
    if not keys:
        raise Misconfigured(f"Há segredos no banco, mas nenhuma chave: defina core.keys ou restaure {key_path()}.")
    return KeyRing(keys)
