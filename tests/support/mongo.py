"""A MongoDB for the tests: the one of `MONGODB_URL`, else a server that speaks its wire protocol, on loopback."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from support.ports import free_port, wait_until


class MongoServer:
    """A server that can be killed and started again on the same port and files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.real = os.environ.get("MONGODB_URL")
        self.process: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        """Return the address of a database of its own."""
        name = f"esteira_{secrets.token_hex(6)}"
        return f"{self.real.rstrip('/')}/{name}" if self.real else f"mongodb://127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start and wait until it answers."""
        if self.real:
            return
        # by our own interpreter: the first line of the script may name one of an environment that was moved
        program = Path(sys.executable).with_name("nx-27017")
        flags = ["--data-dir", str(self.folder), "--port", str(self.port), "--log-file", str(self.folder / "log")]
        pid = ["--pid-file", str(self.folder / "pid")]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [sys.executable, str(program), *flags, *pid], stdout=quiet, stderr=quiet, cwd=self.folder
        )
        wait_until(self.answers)

    def answers(self) -> bool:
        """Tell whether it answers."""
        with MongoClient[dict[str, object]](f"mongodb://127.0.0.1:{self.port}", serverSelectionTimeoutMS=500) as client:
            try:
                return bool(client.admin.command("ping"))
            except PyMongoError:
                return False

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> "MongoServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
