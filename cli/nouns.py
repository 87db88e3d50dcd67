"""What can be typed after `esteira`: each file of this package that declares `app = Noun("…")` or `app = Verb("…")`.

The root's help reads that line in the files; a file is loaded when its name is typed, with all that it imports.
"""

import ast
import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any

import typer

import cli
from cli.portuguese import Group

DECLARED = re.compile(r"^app = (?:Noun|Verb)\((\".*\")\)$", re.MULTILINE)


@cache
def abouts() -> dict[str, str]:
    """Return what each is about, by name."""
    found = {}
    for module in pkgutil.iter_modules(cli.__path__):
        source = Path(cli.__path__[0], f"{module.name}.py").read_text(encoding="utf-8")
        if declared := DECLARED.search(source):
            found[module.name] = ast.literal_eval(declared[1])
    return found


class Root(Group):
    """The command without its nouns: each is loaded when it is typed."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(abouts())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load what was typed; none when there is no such file."""
        if cmd_name not in abouts():
            return None
        return typer.main.get_command(importlib.import_module(f"cli.{cmd_name}").app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the names and what they are about."""
        with formatter.section("Comandos"):
            formatter.write_dl(list(abouts().items()))
