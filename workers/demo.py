"""The demonstration: the outside world in miniature as one more process, and a folder where it plays.

It has a data folder of its own, made new at each start, with the settings that lead to its servers; while it lives
every command typed in the same place reads them (`core.settings.demonstration`). Boxes, rules and destinations are
ordinary settings and ordinary commands: nothing else of Esteira knows of it.
"""

import json
import secrets
import shutil
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from core import file_lock
from core.settings.api import ApiSettings
from core.settings.core import CoreSettings
from core.settings.deliveries import DeliverySettings
from core.settings.demonstration import FOLDER, LOCK_FILE, SETTINGS_FILE
from core.settings.flower import FlowerSettings
from core.settings.load import Settings, get_settings
from sandbox.demo.part import Stage, parts
from workers import flower
from workers.ports import free_ports
from workers.private import private_folder, write_private
from workers.spec import Process

SANDBOX, ACCESS_FILE = "sandbox", "acessos.txt"
LOOPBACK_NETWORK = "127.0.0.0/8"
STATE_PATH = "/_sandbox/estado"
STATE_SECONDS = 1.0
# It ends at once, save on a machine where everything else ends at the same time.
SANDBOX_GRACE = 3.0


@contextmanager
def staged(settings: Settings) -> Iterator["Demonstration"]:
    """Make the demonstration's folder anew and let its settings hold until the end of the block."""
    folder = settings[CoreSettings].data_dir.resolve() / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    private_folder(folder)
    stage = Stage(str(folder), {name: free_ports(part.ports) for name, part in parts().items()}, secrets.token_hex(16))
    write_private(folder / SETTINGS_FILE, json.dumps(tables(stage, settings)))
    with (folder / LOCK_FILE).open("wb") as lock:
        file_lock.wait_for_lock(lock)
        get_settings.cache_clear()
        shown = Demonstration(stage, _api(settings))
        try:
            access = (*shown.pages(), _flower(get_settings()))
            write_private(shown.access_file, "".join(f"{page}\n" for page in access))
            yield shown
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            get_settings.cache_clear()


def tables(stage: Stage, settings: Settings) -> dict[str, Any]:
    """Return the settings that differ: a database and a broker of its own, its servers, and leave to call them."""
    networks = [str(network) for network in settings[DeliverySettings].allow_networks]
    found: dict[str, Any] = {
        "core": {
            "data_dir": stage.folder,
            "database_url": f"sqlite:///{stage.folder}/esteira.db",
            "redis_url": None,
            "broker_url": None,
            # A key file of its own would ask to be kept, and is gone at the end.
            "keys": [urlsafe_b64encode(stage.secret("chaves")).decode()],
        },
        "deliveries": {"allow_networks": [*networks, LOOPBACK_NETWORK], "allow_http": True},
        "api": {"base_url": settings[ApiSettings].base_url or _api(settings)},
    }
    for part in parts().values():
        found = _merged(found, part.settings(stage))
    return found


def _api(settings: Settings) -> str:
    api = settings[ApiSettings]
    return f"http://{api.host}:{api.port}"


def _flower(settings: Settings) -> str:
    return f"{settings[FlowerSettings].page}  filas e tarefas: {flower.access(settings)}"


def _merged(first: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    both = {key: _merged(first[key], more[key]) for key in first if key in more and isinstance(more[key], Mapping)}
    return {**first, **more, **both}


class Demonstration:
    """The sandbox process, the job that types, and what both did."""

    def __init__(self, stage: Stage, api: str) -> None:
        self.stage, self.api = stage, api
        self._serves = False

    @property
    def access_file(self) -> Path:
        """Where the addresses stand with their users and passwords, for whoever does not see what `subir` prints."""
        return Path(self.stage.folder) / ACCESS_FILE

    def processes(self, after: Sequence[Process]) -> list[Process]:
        """Return the sandbox and the job that is done once it serves and `after` run."""
        about = ", ".join(part.about for part in parts().values())
        return [
            Process(
                name=SANDBOX,
                command=(sys.executable, "-m", "sandbox"),
                stdin=self._greeting,
                on_line=self._listen,
                ready=lambda: self._serves,
                grace=SANDBOX_GRACE,
                about=f"Demonstração: {about}",
                address="127.0.0.1, portas livres",
            ),
            Process(
                name="preparo",
                command=(sys.executable, "-m", "cli.typed"),
                after=(SANDBOX, *(process.name for process in after)),
                stdin=self.typed,
                once=True,
                about="Demonstração: cadastra usuários, empresas e destinos, e termina",
            ),
        ]

    def typed(self) -> str:
        """Return what the parts want typed, as `cli.typed` reads it."""
        return json.dumps([asdict(one) for part in parts().values() for one in part.commands(self.stage)])

    def look(self) -> list[str]:
        """Return what may be typed in another terminal."""
        return [f"esteira {words}" for part in parts().values() for words in part.look] + ["esteira diagnostico"]

    def pages(self) -> list[str]:
        """Return what may be opened in a browser."""
        return [page for part in parts().values() for page in part.pages(self.stage, self.api)]

    def seen(self) -> dict[str, Any]:
        """Ask each server what it received; a part that does not answer is left out."""
        states = {name: self._states(name) for name in parts()}
        told = {name: parts()[name].told(state) for name, state in states.items() if state}
        arrived = [one for state in states.values() for server in state for one in server.get("recebidos", [])]
        return {"partes": {name: text for name, text in told.items() if text}, "webhooks": arrived}

    def _states(self, name: str) -> list[dict[str, Any]]:
        watched = parts()[name].watched
        numbers = range(len(self.stage.ports[name])) if watched is None else watched
        answers = [_ask(self.stage.url(name, number)) for number in numbers]
        return [answer for answer in answers if answer is not None] if None not in answers else []

    def _greeting(self) -> str:
        self._serves = False
        return json.dumps(asdict(self.stage)) + "\n"

    def _listen(self, line: str) -> bool:
        """Take the line that says that all serve; every other line is for people."""
        if self._serves or line.strip() != json.dumps({"ports": self.stage.ports}):
            return False
        self._serves = True
        return True


def _ask(root: str) -> dict[str, Any] | None:
    try:
        with build_opener(ProxyHandler({})).open(root + STATE_PATH, timeout=STATE_SECONDS) as answer:
            content = json.load(answer)
    except (URLError, OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
