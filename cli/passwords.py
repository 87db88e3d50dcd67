"""A password as it is given to a command: typed unseen, or by standard input; never as a word, which others see."""

import sys
from collections.abc import Callable

from cli import stdin
from core.errors import UsageError


def read(said: str | None, prompt: str, besides: Callable[[], str | None] = lambda: None, hint: str = "") -> str:
    """Return the password: from standard input for `-`, from where else it may be given, or as it is typed now."""
    if said == stdin.FROM_STDIN:
        return stdin.line()
    if said is not None:
        raise UsageError("A senha não vai no comando, onde outros a veem. Use --senha - e a entrada.", campo="senha")
    found = besides()
    if found is not None:
        return found
    if not sys.stdin.isatty():
        raise UsageError(f"A senha não foi dita. Use --senha - e a entrada padrão{hint}.", campo="senha")
    from getpass import getpass

    with stdin.text():
        return getpass(prompt)
