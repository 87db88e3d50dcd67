"""One request to a destination, and what came back of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.text import cut_bytes

READ_LIMIT = 16 * 1024
KEEP_LIMIT = 2 * 1024
CUT_MARK = "… [cortado]"


@dataclass(frozen=True)
class Request:
    """What is sent: always a POST. With `body_proves` the body of a success is worth waiting for."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    body_proves: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back: at most 16 KiB of its body, and what ended it early; `address` is the one that was called."""

    status: int
    retry_after: str | None
    body: bytes
    fault: Exception | None
    address: str | None

    @property
    def text(self) -> str:
        """Return at most 2 KiB of the body as text, with a mark when it was longer."""
        # PostgreSQL keeps no NUL in a text.
        return cut_bytes(self.body.decode("utf-8", "replace").replace("\x00", "\ufffd"), KEEP_LIMIT, CUT_MARK)
