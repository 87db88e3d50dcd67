"""`python -m cli.typed`: several commands in one process, as if they were typed one after another.

Standard input is a JSON list, `[{"words": […], "stdin": "…"}]`. The first command that is refused ends it: what it said
goes to standard error, and its exit code is the answer. What the others say is not told.
"""

import io
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from cli.main import main


def type_all(commands: Sequence[Mapping[str, Any]]) -> int:
    """Run the commands in order; return the exit code of the last that ran."""
    for typed in commands:
        said = io.StringIO()
        before, sys.stdin = sys.stdin, io.StringIO(typed["stdin"])
        try:
            with redirect_stdout(said), redirect_stderr(said):
                code = main(list(typed["words"]))
        finally:
            sys.stdin = before
        if code:
            sys.stderr.write(said.getvalue())
            return code
    return 0


if __name__ == "__main__":
    sys.exit(type_all(json.load(sys.stdin)))
