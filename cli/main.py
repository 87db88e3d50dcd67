"""Entry of the `esteira` command: one sentence in Portuguese and an exit code for every fault, no traceback.

Exit codes: 0 done, 1 an answer of "no" (a SAT alert is active), 2 wrong usage, 3 an outside system did not answer, or
there was no room, 4 configuration, 5 refused, 70 a fault of our own, 130 interrupted.
"""

import codecs
import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from cli import hints, portuguese
from cli.nouns import Root
from cli.output import say
from core.context import begin
from core.errors import PlatformError, Refusal, Transient, UsageError
from core.logs import configure
from core.text import os_fault, redact, storable

BUG_EXIT, INTERRUPTED_EXIT = 70, 130
NO_TEXT = "um dos textos do comando não está em UTF-8."
# Containers made before the collector looks: more than most commands ever make.
SHORT_LIVED = 300_000
app = portuguese.Noun("Esteira: integrações fiscais brasileiras em uma linha confiável.", name="esteira", cls=Root)


@app.callback()
def _root(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Mostra o erro completo.")] = False,
) -> None:
    context.obj = {"debug": debug}
    configure(debug=debug)
    begin()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    # Accepted anywhere on the line, because nobody remembers where it goes.
    given = (["--debug"] if debug else []) + [word for word in given if word != "--debug"]
    try:
        code = app(given, standalone_mode=False, prog_name="esteira")
        return code if isinstance(code, int) else 0
    except typer.Exit as done:
        return done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        say("Interrompido.")
        return INTERRUPTED_EXIT
    except typer.TyperException as error:
        say(_usage(error))
        return UsageError.exit_code
    except PlatformError as error:
        if debug:
            raise
        say(f"Erro: {hints.sentence(error) if isinstance(error, Refusal) else error}")
        return error.exit_code
    except SystemExit as ended:
        # what the libraries make of a reader that is gone
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        return 0
    except Exception as error:
        if debug:
            raise
        return _unforeseen(error, given)
    finally:
        _close()


def _usage(error: typer.TyperException) -> str:
    """Return the help of a group called without a command, else what is wrong."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        return str(context.get_help())
    return portuguese.sentence(error)


def _unforeseen(error: Exception, given: Sequence[str]) -> int:
    """Say what no command foresaw, and return its exit code."""
    if isinstance(error, UnicodeEncodeError) and not all(storable(word) for word in given):
        # a file may be called so, but nothing that is kept
        say(f"Erro: {NO_TEXT}")
        return UsageError.exit_code
    if isinstance(error, OSError) and _is_full(error):
        return _no_room(error)
    say(f"Erro interno ({type(error).__name__}): {redact(str(error))[:300]}. Rode de novo com --debug.")
    return BUG_EXIT


def _is_full(error: OSError) -> bool:
    # only who fails loads it
    from core.disk import FULL

    return error.errno in FULL


def _no_room(error: OSError) -> int:
    """Say that something could not be written for want of room, and return the exit code."""
    say(f"Erro: não consegui escrever tudo: {os_fault(error)}.")
    return Transient.exit_code


def _close() -> None:
    """Close what commands leave open for the next call in the same process."""
    kind = sys.modules.get("events.delivery.kind")
    if kind is not None:
        kind.close()
    session = sys.modules.get("storage.session")
    if session is not None:
        session.dispose()
    loop = sys.modules.get("core.loop")
    if loop is not None:
        loop.close()


def run() -> None:
    """Console script."""
    # What a command loads stays; looking for rubbish among it costs as much as a query does.
    gc.set_threshold(SHORT_LIVED, 20, 20)
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("esteira", _written)
        sys.stdout.reconfigure(errors="esteira")
    _end(main())


def _written(fault: UnicodeError) -> tuple[str | bytes, int]:
    """Write a path as it was typed, in whatever encoding; what this output has no letter for by its number."""
    try:
        return codecs.lookup_error("surrogateescape")(fault)
    except UnicodeError:
        return codecs.backslashreplace_errors(fault)


def _end(code: int) -> NoReturn:
    """End this process without taking apart what it loaded: that too costs as much as a query does."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        # Whoever read this has what they wanted.
        pass
    except OSError as error:
        code = code or _no_room(error)
    os._exit(code)


if __name__ == "__main__":
    run()
