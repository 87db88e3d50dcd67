"""`python -m workers.flower [WORKER…]`: Flower, once these workers answer, so that its API lists them and their tasks.

Without names it waits for those of many machines, one per family of queues.
Its options are in `flower_config.py`, which reads the settings; the password is never among the arguments.
"""

import importlib
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from core import messages
from core.errors import Misconfigured, PlatformError
from core.settings.core import CoreSettings
from core.settings.flower import FlowerSettings
from core.settings.load import Settings, get_settings
from workers.layout import one_per_family
from workers.private import private_folder, write_private

KEPT_IN = "flower.password"
PATIENCE_SECONDS = 30.0
CONFIGURATION = Path(__file__).with_name("flower_config.py")


def password_file(settings: Settings) -> Path:
    """Return where a generated password is kept."""
    return settings[CoreSettings].data_dir / KEPT_IN


def password(settings: Settings) -> str:
    """Return the password of the settings, else the generated one, which the first call makes."""
    given = settings[FlowerSettings].password
    if given is not None:
        return _usable(given.get_secret_value())
    path = password_file(settings)
    try:
        kept = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        kept = ""
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"Não consegui ler a senha do Flower em {path}; apague o arquivo ou corrija-o.") from None
    if not kept:
        kept = secrets.token_urlsafe(18)
        private_folder(path.parent)
        write_private(path, kept + "\n")
    return kept


def _usable(text: str) -> str:
    """Flower compares ASCII only, and an empty password would open it."""
    if not text or not text.isascii() or not text.isprintable():
        raise Misconfigured("flower.password deve ter letras sem acento, números ou símbolos, ao menos um.")
    return text


def credentials(settings: Settings) -> str:
    """Return user and password as Flower wants them."""
    user = settings[FlowerSettings].user
    if not user or not user.isascii() or not user.isprintable() or ":" in user:
        raise Misconfigured("flower.user deve ter letras sem acento, números ou símbolos, sem dois-pontos.")
    return f"{user}:{password(settings)}"


def wait_for(ping: Callable[[], set[str]], wanted: set[str], seconds: float = PATIENCE_SECONDS) -> set[str]:
    """Wait until all the wanted workers answer, or any after the patience is over; return who answered."""
    ends = time.monotonic() + seconds
    while True:
        answered = ping()
        if wanted <= answered or (answered and time.monotonic() > ends):
            return answered
        time.sleep(0.2)


def answering() -> set[str]:
    """Return the names, without host, of the workers that answer a ping now."""
    return {node.split("@")[0] for node in messages.answering()}


def main(names: Sequence[str] = ()) -> int:
    """Wait for the workers, then serve until a signal."""
    try:
        credentials(get_settings())
    except PlatformError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    # Loaded while the workers still start.
    from celery.bin.celery import main as celery

    importlib.import_module("flower.command")
    wait_for(answering, set(names) or {worker.name for worker in one_per_family()})
    sys.argv = ["celery", "-q", "-A", "workers", "flower", f"--conf={CONFIGURATION}"]
    return celery() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
