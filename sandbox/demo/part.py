"""What a part of the demonstration is: servers, what their presence changes in the settings, and what is typed then.

One more outside system joins as one more file of this package with a `PART`. It is read by the supervisor too: what is
heavy, its servers above all, is loaded by those who serve.
"""

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import walk

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Stage:
    """Where a demonstration plays: its folder, the ports of each part, and what its secrets are made of."""

    folder: str
    ports: Mapping[str, Sequence[int]]
    seed: str

    def path(self, name: str) -> Path:
        """Return a place of its own in the folder."""
        return Path(self.folder, name)

    def url(self, part: str, number: int = 0) -> str:
        """Return the address of a part's server, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.ports[part][number]}"

    def secret(self, part: str) -> bytes:
        """Return the 32 secret bytes of a part."""
        return hashlib.sha256(f"{self.seed} {part}".encode()).digest()

    def text_secret(self, part: str) -> str:
        """Return them as letters and digits."""
        return base64.b32encode(self.secret(part)).decode().rstrip("=")


@dataclass(frozen=True)
class Typed:
    """A command of `esteira`, and what it reads from standard input."""

    words: tuple[str, ...]
    stdin: str = ""


class Part(ABC):
    """One outside system of the demonstration.

    `ports` is how many servers it has, `watched` which of them tell what they have seen (None: all), `look` what an
    operator may type in another terminal to see what it does.
    """

    name: str
    about: str
    ports: int = 1
    watched: Sequence[int] | None = None
    look: tuple[str, ...] = ()

    @abstractmethod
    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        """Return its servers, one for each port."""

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        """Return the tables of the settings that lead to it."""
        return {}

    def commands(self, stage: Stage) -> Sequence[Typed]:
        """Return what is typed once, in order, before the workers start."""
        return ()

    def pages(self, stage: Stage, api: str) -> Sequence[str]:
        """Return what may be opened in a browser, given the address of the API: an address, and what is there."""
        return ()

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        """Say in a few words what its servers have seen, given what each that is watched answers."""
        return ""


@cache
def parts() -> dict[str, Part]:
    """Return every part, by name."""
    found = [getattr(module, "PART", None) for module in walk.modules("sandbox.demo")]
    return {part.name: part for part in found if isinstance(part, Part)}
