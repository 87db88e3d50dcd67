"""The page of a new flow shows code that could stand in the tree: what it imports is there, under that name."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/novo-fluxo.md").read_text()
# What the page has people write themselves.
THEIRS = re.compile(r"\.precos$|^flows\.precos")


def imports() -> Iterator[tuple[str, str]]:
    for block in re.findall(r"(?ms)^```python\n(.*?)^```", PAGE):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module and not THEIRS.search(node.module):
                yield from ((node.module, one.name) for one in node.names)


@pytest.mark.parametrize(("module", "name"), sorted(set(imports())))
def test_what_is_imported_is_there(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


def test_the_files_and_folders_that_are_named_are_there() -> None:
    named = set(re.findall(r"`((?:core|docs|flows|storage|tasks|tests|events)/[\w./]+)`", PAGE))
    assert "flows/ritmo/" in named
    assert [one for one in sorted(named) if "precos" not in one and not (ROOT / one).exists()] == []
