"""The stack as its operator has it: a copy of the tree, `preparar.sh`, `docker compose up`; and what is asked of it."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.layout import REST

ROOT = Path(__file__).parents[2]
DOMAIN = "esteira.teste"
SECRET = "whsec_c2VncmVkby1kZS1wcm92YS1zw7MtZW0tY29udMOqaW5lcmVz"  # pragma: allowlist secret
TOKEN = "chave-de-prova"  # pragma: allowlist secret
PATIENCE_SECONDS = 300.0
SETTINGS = f"""
ESTEIRA_DELIVERIES__ALLOW_HTTP=true
ESTEIRA_DELIVERIES__ALLOW_NETWORKS=["172.31.241.0/24"]
ESTEIRA_DELIVERIES__SCHEDULE=[2, 2, 2, 5, 5, 10, 10, 10]
# {DOMAIN}
"""
# No way out for anybody: an address that has gone leads nowhere. The world outside is a container.
OVERRIDE = f"""
services:
  migrar:
    build:
      network: host
  proxy:
    ports: !reset []
    networks: !override
      externa:
        aliases: [{DOMAIN}]
  {REST}:
    volumes:
      - ../lotes:/lotes:ro
  servidor-ntfy:
    image: esteira:local
    entrypoint: [python, /prova/outside.py]
    command: !override [serve]
    user: "10001:10001"
    environment: {{SEGREDO: "{SECRET}", ESTEIRA_CORE__DATA_DIR: /tmp}}
    volumes: !override ["../prova:/prova:ro"]
    healthcheck:
      test: !override [CMD, saude, http, "8080", /v1/health, "200"]
  fora:
    image: esteira:local
    command: [python, /prova/outside.py]
    environment:
      SEGREDO: "{SECRET}"
      ESTEIRA_CORE__DATA_DIR: /tmp
      AUTORIDADE: /prova/autoridade.crt
    volumes: ["../prova:/prova:ro"]
    networks: [externa]
  escritorio:
    image: esteira:local
    entrypoint: [sh, -c]
    command: ['echo ''{{"token": "{TOKEN}", "listen": "0.0.0.0", "port": 9100}}'' | exec python -m sandbox.questor']
    environment: {{ESTEIRA_CORE__DATA_DIR: /tmp}}
    networks: [externa]
networks:
  externa:
    internal: true
"""


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until something holds; return how many seconds that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"não aconteceu em {seconds:.0f} s: {what}"
        time.sleep(0.5)
    return time.monotonic() - began


@dataclass
class Stack:
    """The project in its folder."""

    folder: Path

    @property
    def docker_folder(self) -> Path:
        return self.folder / "arvore" / "docker"

    def prepare(self) -> None:
        """Copy the tree, as `git` knows it, and make .env and the secrets by the line that an operator types."""
        tree = self.folder / "arvore"
        shutil.rmtree(tree, ignore_errors=True)
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        for name in filter(None, names):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, tree / name)
        proof = tree / "prova"
        proof.mkdir(mode=0o755)
        shutil.copy(Path(__file__).with_name("outside.py"), proof)
        (tree / "lotes").mkdir(mode=0o755)
        subprocess.run(["sh", "preparar.sh", DOMAIN, "internal"], cwd=self.docker_folder, check=True)
        (self.docker_folder / "compose.override.yaml").write_text(OVERRIDE)
        with (self.docker_folder / ".env").open("a") as file:
            file.write(SETTINGS)
        self._account()

    def _account(self) -> None:
        """Give the account of an office to those who send to it and those who show it, and to nobody else."""
        values = {"office": "escritorio", "token": TOKEN, "base_url": "http://escritorio:9100", "window": "sempre"}
        for name in ("questor", "api"):
            file = self.docker_folder / "segredos" / name / "esteira_questor__contas"
            file.write_text(
                json.dumps({"padrao": {**values, "max_batch_items": 5, "agreed_with_vendor": "Prova, hoje"}})
            )
            file.chmod(0o444)

    def compose(self, *words: str, check: bool = True) -> str:
        """Run a command of Compose in the project; return what it printed."""
        return self.run("docker", "compose", *words, check=check)

    def run(self, *words: str, check: bool = True) -> str:
        """Run a command in the folder of the project."""
        done = subprocess.run(words, cwd=self.docker_folder, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def containers(self) -> dict[str, str]:
        """Return the service of each container, by the container's name; what has ended is among them."""
        lines = self.compose("ps", "--all", "--format", "{{.Name}} {{.Service}}").split("\n")
        return dict(line.split() for line in lines if line)

    def of(self, service: str) -> str:
        """Return the (first) container of a service."""
        return min(name for name, one in self.containers().items() if one == service)

    def inspect(self, container: str) -> dict[str, Any]:
        """Return all that the engine tells of a container."""
        found: dict[str, Any] = json.loads(self.run("docker", "inspect", container))[0]
        return found

    def well(self, container: str) -> bool:
        """Ask a container whether it is well, by its own check, without waiting for the engine to do so."""
        told = self.inspect(container)
        if not told["State"]["Running"]:
            return False
        kind, *words = told["Config"].get("Healthcheck", {}).get("Test") or ["CMD", "true"]
        words = ["sh", "-c", words[0]] if kind == "CMD-SHELL" else words
        done = subprocess.run(["docker", "exec", container, *words], capture_output=True, check=False)
        return done.returncode == 0

    def kill(self, container: str) -> None:
        """Kill all the processes of a container as the kernel would, without telling the engine."""
        os.kill(int(self.inspect(container)["State"]["Pid"]), signal.SIGKILL)

    def signal(self, container: str, number: signal.Signals) -> None:
        """Send a signal to all the processes of a container."""
        for line in self.run("docker", "top", container, "-eo", "pid").splitlines()[1:]:
            with suppress(ProcessLookupError):
                os.kill(int(line), number)

    def python(self, service: str, program: str, *arguments: str) -> str:
        """Run a program inside a container of a service."""
        return self.run("docker", "exec", self.of(service), "python", "-c", program, *arguments)

    def esteira(self, *words: str, service: str = "api") -> str:
        """Run the command line inside a container."""
        return self.run("docker", "exec", self.of(service), "esteira", *words)

    def sql(self, question: str) -> list[list[str]]:
        """Ask the database; return the rows as texts."""
        command = ("docker", "exec", self.of("postgres"), "psql", "-U", "esteira", "-Atc", question)
        return [line.split("|") for line in self.run(*command).splitlines()]

    def ask(self, url: str, *who: str) -> dict[str, Any]:
        """Ask for a page as a visitor from outside."""
        said = self.run("docker", "exec", self.of("fora"), "python", "/prova/outside.py", "ask", url, *who)
        found: dict[str, Any] = json.loads(said)
        return found

    def received(self) -> dict[str, Any]:
        """Return what the receiver has."""
        told = self.ask("http://127.0.0.1:9000/_sandbox/estado")["text"]
        found: dict[str, Any] = json.loads(told.partition(', "recebidos"')[0] + "}")
        return found

    def webhook(self) -> None:
        """Subscribe the receiver to what the checks fire."""
        name = ("--tipo", "webhook", "--nome", "fora", "--url", "http://fora:9000/x")
        self.esteira("destinos", "criar", *name, "--eventos", "alerta_aberto", "--segredo", SECRET)

    def logs(self, container: str) -> list[str]:
        """Return the lines that a container has written."""
        command = ["docker", "logs", container]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
        return done.stdout.splitlines()

    @staticmethod
    def rest(seconds: float) -> None:
        """Leave it alone for so long."""
        time.sleep(seconds)

    def fire(self, amount: int, service: str = REST) -> None:
        """Record events, each with its delivery, in a container."""
        program = (
            "import sys\nfrom events import disparar_webhook\n"
            "for n in range(int(sys.argv[1])): disparar_webhook('alerta_aberto', {'mensagem': f'prova {n}'})"
        )
        self.python(service, program, str(amount))
