"""The tests mirror the tree: of each module that decides something its own room says what it does."""

from pathlib import Path, PurePosixPath

import pytest
from support.architecture import MAY_IMPORT
from support.mirror import decides, is_of_room, module, named, own, without

ROOT = Path(__file__).parent.parent
# Pages and programs to be copied are tried as a whole.
TRIED_AS_A_WHOLE = {"docs", "exemplos"}
# Migrations are tried by the database that they make, from each version on (tests/storage/test_upgrade.py).
MIGRATIONS = "storage/migrations/"
LACKING = (
    "nenhum teste da sua sala olha {}: escreva {}, ou importe-o num teste em {}/ (docs/how-to/novo-fluxo.md, “Testes”)"
)


def files(folder: str) -> dict[str, str]:
    """Return the text of each Python file of a package, by its name in the tree."""
    package = ROOT / folder
    paths = package.rglob("*.py") if package.is_dir() else [package.with_suffix(".py")]
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}


def test_each_module_that_decides_is_named_by_a_test_of_its_room() -> None:
    ours = {name: text for one in sorted(MAY_IMPORT.keys() - TRIED_AS_A_WHOLE) for name, text in files(one).items()}
    deciding = [name for name, text in ours.items() if not name.startswith(MIGRATIONS) and decides(text)]
    tests = {name: named(text) for name, text in files("tests").items()}
    lacking = [
        LACKING.format(name, own(name), PurePosixPath("tests", name).parent) for name in without(deciding, tests)
    ]
    assert not lacking, "\n".join(lacking)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a):\n    return a + 1\n", False),
        ("if True:\n    A = 1\n", False),
        ("def f(a):\n    return [b for b in a]\n", False),
        ("def f(a):\n    return [b for b in a if b]\n", True),
        ("def f(a):\n    return a or 1\n", True),
        ("class A:\n    async def f(self, a):\n        async for b in a:\n            yield b\n", True),
    ],
)
def test_what_decides_has_a_branch(text: str, expected: bool) -> None:
    assert decides(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import flows.sat", {"flows.sat"}),
        ("from flows.sat import views", {"flows.sat", "flows.sat.views"}),
        ("run([python, '-m', 'sandbox.sefaz'])", {"-m", "sandbox.sefaz"}),
    ],
)
def test_a_test_names_what_it_imports_and_starts(text: str, expected: set[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("name", "test"),
    [
        ("core/text.py", "tests/core/test_text.py"),
        ("beat_schedule.py", "tests/test_beat_schedule.py"),
        ("cli/sefaz/__init__.py", "tests/cli/test_sefaz.py"),
    ],
)
def test_a_module_has_a_test_of_its_name(name: str, test: str) -> None:
    assert own(name) == test


@pytest.mark.parametrize(
    ("test", "name", "expected"),
    [
        ("tests/cli/sefaz/test_chaves.py", "cli/sefaz/iniciar.py", True),
        ("tests/cli/test_sefaz.py", "cli/sefaz/iniciar.py", True),
        ("tests/cli/test_sat.py", "cli/sefaz/iniciar.py", False),
        ("tests/cli/test_sat.py", "cli/sefaz/__init__.py", True),
        ("tests/flows/cli/test_sat.py", "cli/sat.py", False),
    ],
)
def test_a_room_is_mirrored(test: str, name: str, expected: bool) -> None:
    assert is_of_room(test, name) is expected


def test_what_only_another_room_names_is_found() -> None:
    tests = {"tests/a/test_doors.py": {"a.one", "b.two"}, "tests/a/test_three.py": set[str](), "tests/b/main.py": {"b"}}
    assert without(["a/one.py", "a/three.py", "b/two.py", "b/__main__.py"], tests) == ["b/two.py"]
    assert module("b/__main__.py") == "b"
