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
from typing import Any

from core import logs, messages
from core.errors import Misconfigured, PlatformError
from core.settings.core import CoreSettings
from core.settings.flower import FlowerSettings
from core.settings.load import Settings, get_settings
from workers.layout import one_per_family
from workers.private import private_folder, write_private

KEPT_IN = "flower.password"
PATIENCE_SECONDS, LOOK_SECONDS = 30.0, 0.2
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


def access(settings: Settings) -> str:
    """Return who opens it, and where the password stands."""
    given = settings[FlowerSettings].password is not None
    where = "de flower.password" if given else f"em {password_file(settings)}"
    return f"usuário {settings[FlowerSettings].user}, senha {where}"


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


class Patience:
    """How long to wait for workers: until all the wanted answer, and after so many seconds until any does."""

    def __init__(self, wanted: set[str], seconds: float = PATIENCE_SECONDS) -> None:
        self._wanted, self._ends = wanted, time.monotonic() + seconds

    def enough(self, answered: set[str]) -> bool:
        """Tell whether to wait no more."""
        return self._wanted <= answered or (bool(answered) and time.monotonic() > self._ends)


def wait_for(ping: Callable[[], set[str]], patience: Patience) -> set[str]:
    """Wait as long as there is patience; return who answered."""
    while not patience.enough(answered := ping()):
        time.sleep(LOOK_SECONDS)
    return answered


def answering() -> set[str]:
    """Return the names, without host, of the workers that answer a ping now."""
    return {node.split("@")[0] for node in messages.answering()}


def served() -> Any:
    """Serve it on the running event loop; return its application, whose events are to be stopped at the end."""
    from flower.app import Flower
    from flower.command import apply_options, extract_settings, options, settings, setup_logging
    from tornado.ioloop import IOLoop

    from workers.app import app

    apply_options("flower", [f"--conf={CONFIGURATION}"])
    extract_settings()
    setup_logging()
    made = Flower(capp=app, options=options, io_loop=IOLoop.current(), **settings)
    made.start_http_server()
    # What its own start does, save that the loop runs already.
    made.events.start()
    made.update_workers()
    return made


def main(names: Sequence[str] = ()) -> int:
    """Wait for the workers, then serve until a signal."""
    try:
        logs.of_process("flower")
        credentials(get_settings())
    except PlatformError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    # Loaded while the workers still start.
    from celery.bin.celery import main as celery

    importlib.import_module("flower.command")
    wait_for(answering, Patience(set(names) or {worker.name for worker in one_per_family()}))
    sys.argv = ["celery", "-q", "-A", "workers", "flower", f"--conf={CONFIGURATION}"]
    return celery() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
