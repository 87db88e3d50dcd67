"""What the documents tell people to type exists: commands, options, targets of make, modules, files of the tree."""

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from cli import main, nouns

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "docs/reference/contracts"
PAGES = [
    page
    for page in (
        ROOT / "README.md",
        ROOT / "README.pt-BR.md",
        ROOT / "CHANGELOG.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    )
    if CONTRACTS not in page.parents
]
ANYWHERE = {"--debug", "--help"}
CODE = re.compile(r"(?ms)^[ ]*```\w*\n(?P<block>.*?)^[ ]*```|`(?P<inline>[^`\n]+(?:\n[^`\n]+)?)`")
TYPED = re.compile(r"\besteira (?P<words>[a-z][^#&|;)`]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
FILE = re.compile(r"(?:[\w.-]+/)+[\w.-]*")
# What the pages ask a reader to make, or what a run makes.
EXAMPLES = re.compile(r"precos|cadastro|brinquedo|^dados/")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def snippets(text: str) -> Iterator[str]:
    """Return what stands in code, a block line by line; a line that ends in a backslash goes on."""
    for found in CODE.finditer(text):
        if found["inline"]:
            yield " ".join(found["inline"].split())
        else:
            yield from found["block"].replace("\\\n", " ").splitlines()


@cache
def noun(name: str) -> Any:
    """Return what is typed after `esteira`; nothing where there is no such word."""
    context: Any = None
    return typer.main.get_command(main.app).get_command(context, name)  # type: ignore[attr-defined]


def missing(typed: str) -> list[str]:
    """Return the words of a line that mean nothing: an unknown noun, verb or option."""
    words = typed.replace("\\|", " ").split()
    command = noun(words[0]) if words[0] in nouns.abouts() else None
    if command is None:
        return [words[0]]
    verbs = getattr(command, "commands", None)
    if verbs is not None and len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]) and not words[1].startswith("-"):
        if words[1] not in verbs:
            return words[:2]
        command = verbs[words[1]]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return [option for option in OPTION.findall(typed) if option not in known | ANYWHERE]


def lines_typed(text: str) -> Iterator[str]:
    for snippet in snippets(text):
        # In a table's cell a bar is written with a backslash, and means a choice.
        for typed in TYPED.finditer(snippet.replace("\\|", " ")):
            yield typed["words"]


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_command_and_option_that_is_told_exists(page: Path) -> None:
    assert {typed: wrong for typed in lines_typed(page.read_text()) if (wrong := missing(typed))} == {}


def test_what_the_painel_tells_people_to_type_exists() -> None:
    texts = [page.read_text() for page in (ROOT / "api/painel/templates").rglob("*.html")]
    said = [typed for text in texts for typed in re.findall(r"<code>esteira ([^<]+)</code>", text)]
    assert len(said) > 8
    assert {typed: wrong for typed in said if (wrong := missing(typed))} == {}


def test_commands_are_found_in_the_pages() -> None:
    found = [typed for page in PAGES for typed in lines_typed(page.read_text())]
    assert len(found) > 100
    assert {typed.split()[0] for typed in found} >= {"subir", "sat", "questor", "destinos", "entregas", "fila"}


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_target_and_module_that_is_told_exists(page: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))
    code = "\n".join(snippets(page.read_text()))
    assert set(re.findall(r"(?m)(?:^|&& )make ([a-z]+)", code)) - targets == set()
    modules = re.findall(r"\bpython -m ([a-z_.]+)", code)
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_file_that_is_told_exists(page: Path) -> None:
    named = {snippet.rstrip(".") for snippet in snippets(page.read_text()) if FILE.fullmatch(snippet)}
    ours = {name for name in named if name.split("/")[0] in FOLDERS and not EXAMPLES.search(name)}
    assert [name for name in sorted(ours) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("sat listar --loja L", []),
        ("sat listar --lojas L", ["--lojas"]),
        ("sat procurar", ["sat", "procurar"]),
        ("caixas", ["caixas"]),
        ("subir --demo --debug", []),
    ],
)
def test_a_word_that_means_nothing_is_found(typed: str, wrong: list[str]) -> None:
    assert missing(typed) == wrong
