"""`python -m workers.run -A workers worker|beat …`: these two commands of Celery, with the options they have there.

Celery's own command line loads everything that any of its commands may need, Flower's server among it, and keeps it.
"""

import gc
import importlib
import sys

from core import stop_signals
from core.errors import PlatformError

USAGE = "uso: python -m workers.run -A MÓDULO worker|beat OPÇÕES…\n"
COMMANDS = ("worker", "beat")


def main(arguments: list[str]) -> None:
    """Run one of the commands until its end; it exits with its own code."""
    if len(arguments) < 3 or arguments[0] != "-A" or arguments[2] not in COMMANDS:
        sys.stderr.write(USAGE)
        sys.exit(2)
    _, module, name, *options = arguments
    # What is loaded stays: to look for garbage among it takes a tenth of the start, and parts the children's pages.
    gc.disable()
    try:
        app = importlib.import_module(module).app
    except PlatformError as error:
        sys.stderr.write(f"Erro: {error}\n")
        sys.exit(error.exit_code)
    from celery.bin.base import CLIContext

    stop_signals.break_is_term()
    command = getattr(importlib.import_module(f"celery.bin.{name}"), name)
    gc.freeze()
    gc.enable()
    command.main(options, prog_name="celery", obj=CLIContext(app=app, no_color=True, workdir=None, quiet=True))


if __name__ == "__main__":
    main(sys.argv[1:])
