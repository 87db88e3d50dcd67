"""The ground the stack stands on: an engine, Compose, and images made of Debian's packages where the real ones cannot
be had. All of it lies in one scratch folder, which is kept, so that the next run begins with the stack."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from containers.images import BASE, STAND_INS

SCRATCH = "CONTAINERS_DIR"
COMPOSE_VERSION = "2.29.7"
COMPOSE = "github.com/docker/compose/v2"
MIRROR = "http://deb.debian.org/debian"


def _tell(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


class NotHereError(Exception):
    """Why the checks cannot run on this machine, in words that end a sentence."""


class Ground:
    """The scratch folder, and the engine that runs for as long as this is entered."""

    def __init__(self) -> None:
        self.folder = Path(os.environ.get(SCRATCH) or Path(tempfile.gettempdir()) / "esteira-containers")
        self.environment = {
            SCRATCH: str(self.folder),
            "DOCKER_HOST": os.environ.get("DOCKER_HOST") or f"unix://{self.folder}/docker.sock",
            "DOCKER_CONFIG": str(self.folder / "config"),
            # The images are told apart by their names alone; BuildKit would ask a registry about them.
            "DOCKER_BUILDKIT": "0",
        }
        self._engine: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if sys.platform != "linux" or os.geteuid() != 0:
            raise NotHereError("é preciso ser root num Linux")
        for program in ("docker", "debootstrap"):
            if shutil.which(program) is None:
                raise NotHereError(f"falta o programa {program}")
        (self.folder / "config" / "cli-plugins").mkdir(parents=True, exist_ok=True)
        if not os.environ.get("DOCKER_HOST"):
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine is not None:
            self._engine.terminate()
            self._engine.wait()

    def _start(self) -> None:
        if shutil.which("dockerd") is None:
            raise NotHereError("falta o dockerd (pacote docker.io)")
        log = (self.folder / "dockerd.log").open("wb")
        state = [f"--{name}={self.folder / name}" for name in ("data-root", "exec-root")]
        address = [f"--host={self.environment['DOCKER_HOST']}", f"--pidfile={self.folder / 'docker.pid'}"]
        self._engine = subprocess.Popen(["dockerd", *state, *address], stdout=log, stderr=log)
        for _ in range(60):
            if self._engine.poll() is None and self._ran("docker", "info"):
                return
            time.sleep(1)
        raise NotHereError(f"o dockerd não começou (veja {self.folder / 'dockerd.log'})")

    def prepare(self) -> None:
        """Have Compose and every image there."""
        self._compose()
        if not self._ran("docker", "image", "inspect", BASE):
            self._base()
        for name, recipe in STAND_INS.items():
            if not self._ran("docker", "image", "inspect", name):
                _tell(f"Fazendo {name} dos pacotes do Debian…")
                self._run("docker", "build", "--network", "host", "--tag", name, "-", given=recipe)

    def _compose(self) -> None:
        found = self.folder / "config" / "cli-plugins" / "docker-compose"
        if self._ran("docker", "compose", "version"):
            return
        if shutil.which("go") is None:
            raise NotHereError("falta o Docker Compose (ou o Go, para construí-lo)")
        _tell("Construindo o Docker Compose…")
        module = self.folder / "compose"
        module.mkdir(exist_ok=True)
        if not (module / "go.mod").exists():
            self._run("go", "mod", "init", "compose", within=module)
        self._run("go", "get", f"{COMPOSE}/cmd@v{COMPOSE_VERSION}", within=module)
        names = f"-s -w -X {COMPOSE}/internal.Version=v{COMPOSE_VERSION}"
        self._run("go", "build", "-p", "2", "-ldflags", names, "-o", str(found), f"{COMPOSE}/cmd", within=module)

    def _base(self) -> None:
        """Import Debian with Python under the name that the Dockerfile wants."""
        _tell(f"Fazendo {BASE} com o debootstrap…")
        tree = self.folder / "base"
        shutil.rmtree(tree, ignore_errors=True)
        packages = "--include=python3,python3-venv,ca-certificates"
        self._run("debootstrap", "--variant=minbase", packages, "bookworm", str(tree), MIRROR)
        (tree / "usr" / "bin" / "python").symlink_to("python3")
        # What this machine trusts and where it finds packages, the image does too.
        for file in ("etc/ssl/certs/ca-certificates.crt", "etc/apt/sources.list.d/debian.sources"):
            if Path("/", file).exists():
                shutil.copy(Path("/", file), tree / file)
                if file.endswith(".sources"):
                    (tree / "etc/apt/sources.list").unlink(missing_ok=True)
        shutil.rmtree(tree / "var/cache/apt/archives")
        with subprocess.Popen(["tar", "-C", str(tree), "-c", "."], stdout=subprocess.PIPE) as packed:
            subprocess.run(
                ["docker", "import", "-", BASE], stdin=packed.stdout, env=os.environ | self.environment, check=True
            )

    def _ran(self, *words: str) -> bool:
        done = subprocess.run(words, env=os.environ | self.environment, capture_output=True, check=False)
        return done.returncode == 0

    def _run(self, *words: str, given: str | None = None, within: Path | None = None) -> None:
        environment = os.environ | self.environment
        done = subprocess.run(
            words, env=environment, cwd=within, input=given, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise NotHereError(f"{' '.join(words[:2])} falhou: {(done.stderr or done.stdout).strip()[-500:]}")
