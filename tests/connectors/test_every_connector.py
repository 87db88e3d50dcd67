"""No connector without the standard set."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent.name for path in (ROOT / "connectors").glob("*/__init__.py"))


def sets(folder: str) -> list[str]:
    """Return the classes of a connector's `test_standard.py` that inherit from one of the standard sets."""
    path = ROOT / "tests/connectors" / folder / "test_standard.py"
    if not path.exists():
        return []
    classes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    standard = {"Standard", "DatabaseStandard", "MailStandard"}
    for one in classes:
        if standard & {base.id for base in one.bases if isinstance(base, ast.Name)}:
            standard.add(one.name)
    return [name for name in standard if name.startswith("Test")]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_connector_passes_the_standard_set(folder: str) -> None:
    assert sets(folder), f"connectors/{folder} has no tests/connectors/{folder}/test_standard.py with a Standard"


def test_there_are_connectors() -> None:
    assert {"base", "questor", "sat"} <= set(FOLDERS)
    assert sets("nenhum") == []
