"""`python -m workers.guard SIGNAL PARENT -- command…`: become the command, tied to the life of the parent.

The wish survives `exec`, so the command itself needs to know nothing; it imports little because every process starts
through it.
"""

import os
import signal
import sys

from core.process import KILL, die_with_parent
from core.text import os_fault

SEPARATOR = "--"
NOT_FOUND = 127


def guarded(command: tuple[str, ...], number: int = KILL) -> list[str]:
    """Return the arguments that run a command as a child of this process which dies with it."""
    return [sys.executable, "-m", "workers.guard", str(int(number)), str(os.getpid()), SEPARATOR, *command]


def main(arguments: list[str]) -> int:
    """Tie this process to its parent and become the command; return only when that is not possible."""
    try:
        number, parent, separator, *command = arguments
        if separator != SEPARATOR or not command:
            raise ValueError
        die_with_parent(signal.Signals(int(number)), int(parent))
    except ValueError:
        sys.stderr.write("uso: python -m workers.guard SINAL PAI -- comando…\n")
        return 2
    try:
        os.execvp(command[0], command)  # noqa: S606 - the whole purpose; no shell
    except OSError as error:
        sys.stderr.write(f"Não consegui executar {command[0]}: {os_fault(error)}.\n")
        return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
