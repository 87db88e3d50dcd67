"""What leaves a flow for people is plain: frozen dataclasses of plain values, and no table reaches a surface."""

import ast
import dataclasses
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VIEWS = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for pattern in ("flows/*/views.py", "flows/*/views/[!_]*.py", "flows/*/detalhe.py")
    for path in ROOT.glob(pattern)
)
TABLES = sorted((ROOT / "api/admin").rglob("*.py"))
SURFACES = sorted({path for room in ("cli", "api") for path in (ROOT / room).rglob("*.py")} - {*TABLES})
PLAIN = {"int", "str", "bool", "float", "None", "Decimal", "datetime", "date", "tuple", "dict", "Any", "Mapping"}


def models(module: str) -> list[type]:
    """Return the read models that a module declares."""
    found = inspect.getmembers(importlib.import_module(module), inspect.isclass)
    return [kind for _, kind in found if kind.__module__ == module and dataclasses.is_dataclass(kind)]


READ_MODELS = {kind.__name__ for module in VIEWS for kind in models(module)}


@pytest.mark.parametrize("module", VIEWS)
def test_read_models_are_frozen_and_plain(module: str) -> None:
    own = models(module)
    assert own
    names = PLAIN | READ_MODELS
    for kind in own:
        assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
        for field in dataclasses.fields(kind):
            annotation = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
            words = {word.rpartition(".")[2] for word in re.findall(r"[A-Za-z_][\w.]*", annotation)}
            assert words <= names, f"{kind.__name__}.{field.name}: {annotation}"


@pytest.mark.parametrize("path", SURFACES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_table_reaches_a_surface(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        assert not module.startswith(("storage.models", "sqlalchemy.orm")), f"{path}: {module}"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_admin_only_reads_tables(path: Path) -> None:
    """It shows tables as they are, so it names them; what it changes it asks of flows."""
    named = {
        alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("storage", "sqlalchemy"))
        for alias in node.names
    }
    assert not named & {"transaction", "engine", "insert", "update", "delete", "Session"}


ROOMS = ("flows", "cli", "core", "storage", "events", "claims", "tasks")
PACKAGES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("__init__.py"))


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.parent.relative_to(ROOT).as_posix())
def test_package_files_hold_no_logic(path: Path) -> None:
    """What stands in one is done by everybody who imports anything below it."""
    body = ast.parse(path.read_text()).body
    defined = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert set(defined) <= {"__getattr__"}, "a name may be looked up late, no more"
