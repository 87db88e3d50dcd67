"""What processes print becomes lines that are safe to show: whole, of bounded length, printable, without secrets."""

import json
from collections.abc import Callable, Iterator

from core.clock import SYSTEM
from core.masking import mask, masked
from core.text import redact

LIMIT = 8192
CUT = " […]"
UNPRINTABLE = "�"


class Lines:
    """Cuts a stream of bytes into lines; of a line beyond the limit the rest is dropped."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._dropping = False

    def feed(self, data: bytes) -> Iterator[str]:
        """Return the lines that are complete now."""
        *whole, rest = data.split(b"\n")
        for part in whole:
            yield from self._end(part)
        self._keep(rest)

    def finish(self) -> Iterator[str]:
        """Return what came after the last line break."""
        if self._kept:
            yield from self._end(b"")

    def _keep(self, part: bytes) -> None:
        self._kept += part
        if len(self._kept) > LIMIT:
            del self._kept[LIMIT:]
            self._dropping = True

    def _end(self, part: bytes) -> Iterator[str]:
        self._keep(part)
        text = bytes(self._kept).decode("utf-8", "replace").rstrip("\r") + (CUT if self._dropping else "")
        self._kept.clear()
        self._dropping = False
        if text.strip():
            yield text


def shown(text: str) -> str:
    """Return a line as people may see it: no secret, nothing that moves the terminal's cursor."""
    return "".join(c if c.isprintable() or c == "\t" else UNPRINTABLE for c in redact(text))


# Takes who says something, and what; gives the line that is written.
Dress = Callable[[str, str], str]


def for_people(width: int) -> Dress:
    """Return how lines are written for people: behind the name of who says it."""
    return lambda name, text: f"{name:<{width}} | {shown(text)}" if name else shown(text)


def as_json(name: str, text: str) -> str:
    """Return a line as one JSON object: what is one already, as it is."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        now = SYSTEM.now().isoformat().replace("+00:00", "Z")
        said = {"timestamp": now, "level": "info", "service": name or "esteira", "message": mask(text)}
    return json.dumps(masked(said), ensure_ascii=False)
