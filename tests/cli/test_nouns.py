"""The root of the command line: it knows its commands by their files, and loads the one that is typed."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import cli
from cli import nouns
from cli.main import main
from cli.nouns import abouts

# What takes longer to load than a report takes to answer.
HEAVY = "celery kombu redis aiohttp alembic lxml satcfe requests fastapi flower structlog".split()
LOADED = """
import sys
from cli.main import main
code = main({words!r})
print(code, *sorted({{name.split(".")[0] for name in sys.modules}}))
"""


def declared() -> dict[str, typer.Typer]:
    """Return what the files of the package, and the nouns of its folders, call `app`, but for the root itself."""
    found = pkgutil.iter_modules(cli.__path__)
    modules = {one.name: importlib.import_module(f"cli.{one.name}{'.noun' * one.ispkg}") for one in found}
    apps = {name: getattr(module, "app", None) for name, module in modules.items() if name != "main"}
    return {name: app for name, app in apps.items() if isinstance(app, typer.Typer)}


def test_every_file_of_a_folder_adds_its_commands_to_the_noun() -> None:
    folders = [one.name for one in pkgutil.iter_modules(cli.__path__) if one.ispkg]
    assert folders
    for folder in folders:
        adding = {one.callback.__module__ for one in nouns.declared(folder).registered_commands if one.callback}
        texts = {one.stem: one.read_text() for one in Path(cli.__path__[0], folder).glob("*.py")}
        assert adding == {f"cli.{folder}.{name}" for name, text in texts.items() if "@app.command" in text}


def test_every_file_that_declares_a_command_is_one() -> None:
    assert set(abouts()) == set(declared())


@pytest.mark.parametrize("name", abouts())
def test_the_root_says_of_a_command_what_its_own_help_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert abouts()[name] in " ".join(capsys.readouterr().out.split())


def loaded(*words: str) -> set[str]:
    """Type a command in a process of its own; return the packages it loaded."""
    script = LOADED.format(words=list(words))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    code, *names = done.stdout.splitlines()[-1].split()
    assert code == "0", done.stderr
    return set(names)


@pytest.mark.parametrize("noun", ["alertas", "destinos", "entregas", "eventos", "questor", "sat"])
def test_a_report_loads_no_more_than_it_shows(noun: str, sqlite: str) -> None:
    assert loaded(noun, "listar").isdisjoint({*HEAVY, "cryptography", "psycopg"})


def test_the_help_loads_no_command() -> None:
    assert loaded("--help").isdisjoint({*HEAVY, "sqlalchemy", "pydantic", "flows", "storage", "events"})


def test_whoever_loaded_a_file_of_a_noun_before_changes_no_order() -> None:
    app = nouns.declared("sefaz")
    before = list(app.registered_commands)
    app.registered_commands.sort(key=lambda one: one.callback.__module__ if one.callback else "", reverse=True)
    assert app.registered_commands != before
    assert nouns.declared("sefaz").registered_commands == before
