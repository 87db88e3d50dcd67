"""The demonstration: the sandbox as one more process, and what its presence changes for the others.

Nothing else of Esteira knows of it: boxes, rules and destinations reach the processes as ordinary settings and through
the ordinary command line. `python -m workers.demo` is the job that makes the destinations.
"""

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import Mapping
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from core.settings.deliveries import DeliverySettings
from core.settings.load import Settings
from workers.guard import guarded
from workers.spec import Process

INTERVAL_SECONDS = 5
LOOPBACK_NETWORK = "127.0.0.0/8"
EVENTS = "alerta_aberto,alerta_resolvido"
WEBHOOK, NTFY, TOPIC = "demo-webhook", "demo-ntfy", "esteira-demo"
STATE_PATH = "/_sandbox/estado"
STATE_SECONDS = 1.0
JOB_SECONDS = 60


class Sandbox:
    """The sandbox process: tells it the secret, learns its addresses, says what they mean for the others."""

    def __init__(self, settings: Settings) -> None:
        self._networks = [str(network) for network in settings[DeliverySettings].allow_networks]
        self._answered = False
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()  # pragma: allowlist secret
        self.addresses: dict[str, Any] = {}

    def processes(self) -> list[Process]:
        """Return the sandbox and the job that makes its receivers destinations."""
        return [
            Process(
                name="sandbox",
                command=(sys.executable, "-m", "sandbox"),
                stdin=self._greeting,
                on_line=self._listen,
                ready=lambda: self._answered,
                about="Demonstração: três SATHubs, servidor ntfy e receptor de webhooks",
                address="127.0.0.1, portas livres",
            ),
            Process(
                name="destinos",
                command=(sys.executable, "-m", "workers.demo"),
                after=("sandbox",),
                environment=self.environment,
                stdin=self._order,
                once=True,
                about="Demonstração: cadastra os dois destinos e termina",
            ),
        ]

    def environment(self) -> Mapping[str, str]:
        """Return the settings that the demonstration changes, for the processes of this line only."""
        hubs = self.addresses.get("hubs")
        if hubs is None:
            return {}
        boxes = [{"name": name, "interval_seconds": INTERVAL_SECONDS, **hub} for name, hub in hubs.items()]
        return {
            "ESTEIRA_SAT__BOXES": json.dumps(boxes),
            "ESTEIRA_DELIVERIES__ALLOW_NETWORKS": json.dumps([*self._networks, LOOPBACK_NETWORK]),
            "ESTEIRA_DELIVERIES__ALLOW_HTTP": "true",
        }

    def state(self) -> dict[str, Any]:
        """Ask each sandbox server what it received; one that does not answer is left out."""
        known = {"receptor": "receptor", "ntfy": "ntfy"}
        roots = {name: _root(self.addresses[key]) for name, key in known.items() if key in self.addresses}
        for name, hub in self.addresses.get("hubs", {}).items():
            roots[f"hub {name}"] = "http://{host}:{port}".format(**hub)
        answers = {name: _ask(root) for name, root in roots.items()}
        return {name: answer for name, answer in answers.items() if answer is not None}

    def _greeting(self) -> str:
        self._answered = False
        return json.dumps({"segredo": self.secret}) + "\n"

    def _listen(self, line: str) -> bool:
        """Take the line with the addresses; every other line is for people."""
        if self._answered:
            return False
        try:
            told = json.loads(line)
        except ValueError:
            return False
        if not isinstance(told, dict) or not {"hubs", "ntfy", "receptor"} <= told.keys():
            return False
        self.addresses, self._answered = told, True
        return True

    def _order(self) -> str:
        urls = {name: self.addresses[name] for name in ("receptor", "ntfy")}
        return json.dumps({"segredo": self.secret, **urls}) + "\n"


def prepare_destinations(urls: Mapping[str, str], secret: str) -> int:
    """Make the receivers destinations, or bring those of an earlier demonstration up to date; return the exit code."""
    webhook = ("webhook", WEBHOOK, urls["receptor"], "--segredo", "-")
    ntfy = ("ntfy", NTFY, urls["ntfy"], "--topico", TOPIC)
    commands = [_start(*webhook), _start(*ntfy)]
    codes = []
    for command, message in zip(commands, (secret, ""), strict=True):
        said, _ = command.communicate(message + "\n", timeout=JOB_SECONDS)
        if command.returncode:
            sys.stderr.write(said)
        codes.append(command.returncode)
    return max(codes)


def _start(tipo: str, nome: str, url: str, *more: str) -> subprocess.Popen[str]:
    options = ("--tipo", tipo, "--nome", nome, "--url", url, "--eventos", EVENTS, "--substituir", *more)
    return subprocess.Popen(  # noqa: S603 - our own command line
        guarded((sys.executable, "-m", "cli.main", "destinos", "criar", *options)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _ask(root: str) -> dict[str, Any] | None:
    try:
        with build_opener(ProxyHandler({})).open(root + STATE_PATH, timeout=STATE_SECONDS) as answer:
            content = json.load(answer)
    except (URLError, OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def main() -> int:
    """Read what to make from standard input and make it."""
    order = json.loads(sys.stdin.readline())
    return prepare_destinations(order, order["segredo"])


if __name__ == "__main__":
    sys.exit(main())
