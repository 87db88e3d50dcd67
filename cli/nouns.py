"""What can be typed after `esteira`: each file of this package that declares `app = Noun("…")` or `app = Verb("…")`.

A noun of many commands is a folder: `noun.py` declares it, each file beside that some of its commands. The root's help
reads the line in the files; a file or folder is loaded when its name is typed, with all that it imports.
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
from core import walk

NOUN = "noun"
DECLARED = re.compile(r"^app = (?:Noun|Verb)\((\".*\")\)$", re.MULTILINE)


@cache
def abouts() -> dict[str, str]:
    """Return what each is about, by name."""
    found = {}
    for module in pkgutil.iter_modules(cli.__path__):
        file = f"{module.name}/{NOUN}.py" if module.ispkg else f"{module.name}.py"
        source = Path(cli.__path__[0], file).read_text(encoding="utf-8")
        if declared := DECLARED.search(source):
            found[module.name] = ast.literal_eval(declared[1])
    return found


def declared(name: str) -> typer.Typer:
    """Load what one is, with all its commands; raise `AttributeError` for a file that is none."""
    found = importlib.import_module(f"cli.{name}")
    if hasattr(found, "__path__"):
        found = next(module for module in list(walk.modules(found.__name__)) if module.__name__.endswith(f".{NOUN}"))
    app: typer.Typer = found.app
    # whoever loaded one of the files before changes no order
    app.registered_commands.sort(key=lambda one: getattr(one.callback, "__module__", ""))
    return app


class Root(Group):
    """The command without its nouns: each is loaded when it is typed."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(abouts())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load what was typed; none when there is no such file."""
        if cmd_name not in abouts():
            return None
        return typer.main.get_command(declared(cmd_name))

    def told(self, ctx: Any) -> list[tuple[str, str]]:
        """Return the names and what they are about, and load none."""
        return list(abouts().items())
