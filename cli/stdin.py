"""What comes by standard input, in the place of a word that a list of processes would show."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import UsageError

FROM_STDIN = "-"
NO_TEXT = "O que foi digitado ou veio pela entrada não está em UTF-8."


def line() -> str:
    """Return its next line, without the line's end."""
    with text():
        return sys.stdin.readline().rstrip("\r\n")


def whole() -> str:
    """Return all of it."""
    with text():
        return sys.stdin.read()


@contextmanager
def text() -> Iterator[None]:
    """Refuse what is read within where its bytes are no text."""
    try:
        yield
    except UnicodeDecodeError:
        raise UsageError(NO_TEXT) from None
