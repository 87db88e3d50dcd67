"""Where the tests of a module stand: each module that decides something is named by a test of its own room."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

Deciding = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.IfExp, ast.BoolOp, ast.Match)


def decides(text: str) -> bool:
    """Tell whether a function of a file has a branch or a loop."""
    functions = (one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(_is_a_branch(node) for function in functions for node in ast.walk(function))


def _is_a_branch(node: ast.AST) -> bool:
    return isinstance(node, Deciding) or (isinstance(node, ast.comprehension) and bool(node.ifs))


def module(name: str) -> str:
    """Return the dotted name of a file; of a `__main__`, that of its program."""
    dotted = name.removesuffix(".py").replace("/", ".")
    return dotted.removesuffix(".__init__").removesuffix(".__main__")


def named(text: str) -> set[str]:
    """Return what a test names: what it imports, and its words, among which are the programs that it starts."""
    return {name.removesuffix(".__main__") for node in ast.walk(ast.parse(text)) for name in _names(node)}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{one.name}" for one in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def own(name: str) -> str:
    """Return the test module of a file's own name: `core/text.py` has `tests/core/test_text.py`."""
    path = PurePosixPath(name)
    path = path.parent.with_suffix(".py") if path.name == "__init__.py" else path
    return str(PurePosixPath("tests") / path.with_name(f"test_{path.name}"))


def is_of_room(test: str, name: str) -> bool:
    """Tell whether a test stands in the mirrored room of a file, or is the one test module of that room."""
    folder = PurePosixPath(name).parent
    if PurePosixPath(name).name == "__init__.py":
        folder = folder.parent
    room = PurePosixPath("tests") / folder
    return test.startswith(f"{room}/") or test == str(room.with_name(f"test_{folder.name}.py"))


def without(modules: Iterable[str], tests: dict[str, set[str]]) -> list[str]:
    """Return the files, among these that decide something, which no test of their room names; `tests` by file."""
    return [name for name in modules if own(name) not in tests and not _is_named(name, tests)]


def _is_named(name: str, tests: dict[str, set[str]]) -> bool:
    wanted = module(name)
    return any(wanted in words for test, words in tests.items() if is_of_room(test, name))
