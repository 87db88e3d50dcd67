"""The documents tell every event, setting, command and exit code, and their links lead somewhere."""

import dataclasses
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from support import pages

from cli import main, nouns
from core.errors import Bug, Misconfigured, PlatformError, Transient, UsageError
from core.settings.reference import every_key
from events.catalog import CATALOG

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", ROOT / "README.pt-BR.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def row(text: str, first_cell: str) -> str:
    """Return the table row that begins with this cell."""
    found = re.search(rf"(?m)^\| `{re.escape(first_cell)}` \|.*$", text)
    return found[0] if found else ""


def reference() -> str:
    return "\n".join(pages.reference())


@pytest.mark.parametrize("name", CATALOG)
def test_the_reference_tells_every_field_of_an_event(name: str) -> None:
    told = set(re.findall(r"`(\w+)`", row(reference(), name)))
    lacking = {field.name for field in dataclasses.fields(CATALOG[name])} - told  # type: ignore[arg-type]
    assert not lacking, (
        f"nenhuma página diz o que são os campos {sorted(lacking)} do evento {name!r}: ponha uma linha "
        f"`| `{name}` | quando | campos |` em docs/reference/events.md ou na página do fluxo em docs/reference/"
    )


def test_the_reference_tells_every_setting() -> None:
    text = (ROOT / "docs/reference/settings.md").read_text()
    assert [key.name for key in every_key() if not row(text, key.name)] == []


@pytest.mark.parametrize("path", DOCS, ids=relative)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as a host of repositories and the site make them."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", path.read_text())
    heads = re.findall(r"(?m)^#+ (.*)$", html.unescape(text))
    return {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCS, ids=relative)
def test_links_lead_to_headings(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]*)#([^)]+)\)", path.read_text())
    assert [one for one in links if one[1] not in anchors(path.parent / one[0] if one[0] else path)] == []


def commands() -> Iterator[str]:
    root = typer.main.get_command(main.app)
    context: Any = None
    for name in nouns.abouts():
        noun: Any = root.get_command(context, name)  # type: ignore[attr-defined]
        for verb in getattr(noun, "commands", [""]):
            yield f"{name} {verb}".strip()


def test_the_readme_tells_every_command_and_every_exit_code() -> None:
    text = (ROOT / "README.md").read_text()
    typed = list(commands())
    assert len(typed) > 10
    told = text + reference()
    lacking = [command for command in typed if f"| `esteira {command}" not in told]
    assert lacking == [], (
        "cada comando precisa de uma linha `| `esteira …` |` no README.md ou numa página de docs/reference/"
    )
    codes = {kind.exit_code for kind in (PlatformError, Transient, UsageError, Misconfigured, Bug)}
    assert [code for code in codes | {0, 1, main.INTERRUPTED_EXIT} if not re.search(rf"(?m)^\| {code} \|", text)] == []


def test_each_decision_gives_context_decision_and_consequences() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    wanted = ["Context", "Decision", "Consequences"]
    assert [page.name for page in pages if re.findall(r"(?m)^## (.+)$", page.read_text()) != wanted] == []
