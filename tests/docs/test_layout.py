"""The table of imports and the trees that people read are those that the tests hold."""

import re
from pathlib import Path

from support.architecture import APART, BESIDES, HAND_IT_ON, MAY_IMPORT, READ_THE_ENVIRONMENT, SHARING, imported

ROOT = Path(__file__).parents[2]
LAYOUT = (ROOT / "docs/reference/layout.md").read_text()
ROW = re.compile(r"(?m)^\| `(?P<package>\w+)(?:/\w+)?` \| (?P<may>.*?) \|")
NAMES = re.compile(r"`([\w/.]+)`")
# In the README's tree, and no package of ours.
BESIDE_PACKAGES = {"bench", "docker", "tests", "windows"}


def told() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return what the page says that each package may import, and what some files may besides."""
    packages, besides = {}, {}
    for row in ROW.finditer(LAYOUT.split("## Mais um")[0]):
        first, *more = row["may"].split(";")
        packages[row["package"]] = set(NAMES.findall(first))
        for exception in more:
            if named := NAMES.findall(exception):
                besides[named[0]] = set(named[1:])
    return packages, besides


def test_the_page_tells_the_table_that_is_held() -> None:
    assert told() == (MAY_IMPORT, BESIDES)


def test_an_exception_that_nobody_needs_is_none() -> None:
    for name, packages in BESIDES.items():
        files = [ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py")
        used = {names[0] for path in files for names in imported(path.read_text())}
        assert packages <= used, name


def test_the_rules_name_what_is_there() -> None:
    shared = {f"{room}/{name}" for room, names in APART.items() for name in names}
    files = {*SHARING, *READ_THE_ENVIRONMENT, *HAND_IT_ON}
    assert [name for name in sorted(files) if not (ROOT / name).is_file()] == []
    assert [name for name in sorted(shared) if not (ROOT / name).is_dir() and not (ROOT / f"{name}.py").is_file()] == []


def test_the_readme_shows_every_folder_once() -> None:
    tree = re.search(r"(?s)```\nbeat_schedule.*?```", (ROOT / "README.md").read_text())
    assert tree
    shown = re.findall(r"(?m)^(\w+)(?:/|\.py) ", tree[0])
    assert sorted(shown) == sorted(set(MAY_IMPORT) | BESIDE_PACKAGES)
