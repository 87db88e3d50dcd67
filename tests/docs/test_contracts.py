"""Every citation of a contract leads to a section that is there, and there is one form of citing."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/reference/contracts"
PAGES = {page.name: page.read_text() for page in sorted(FOLDER.glob("*.md"))}
NAMES = "|".join(name.removesuffix(".md") for name in PAGES if name != "README.md")
CITED = re.compile(r"contracts/(?P<page>\w+\.md)\)?(?P<sections>(?:(?:,| to| and)?[ \n]§[\w.-]*\w)*)")
# In another contract a page is a neighbour.
BESIDE = re.compile(r"\]\((?P<page>\w+\.md)\)(?P<sections>(?:(?:,| to| and)? §[\w.-]*\w)*)")
LOOSE = re.compile(
    rf"(?<!contracts/)(?<!\"/)\b(?:(?:{NAMES})\.md\)?,? (?:§|sections? )?\d"
    r"|(?:integracoes|webhooks_delivery|delivery_pump)\b(?!\.md|/))"
    r"|\(contract, |\((?:see )?sections? \d"
)
HERE = re.compile(
    r"^(?:#{2,4} (?P<heading>[A-Z0-9][\w.]*?)\.? |\|? ?(?P<numbered>\d+\.\d+[a-z]?) |\| (?P<required>[A-Z]{2}-\d+) |"
    r"- (?P<rule>R\d+) |(?P<item>\d+)\. )",
    re.MULTILINE,
)


def sections(text: str) -> set[str]:
    """Return the sections of a page: headings, numbered paragraphs and rows, rules, items of a heading's list."""
    found: set[str] = set()
    heading = ""
    for match in HERE.finditer(text):
        if match["heading"]:
            heading = match["heading"]
        found.add(f"{heading}.{match['item']}" if match["item"] else str(match[match.lastgroup or 0]))
    return found


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name.endswith((".py", ".md", ".toml", ".yml"))]
    return sorted(path for path in files if path.is_file())


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def missing(text: str, form: re.Pattern[str]) -> list[str]:
    """Return the citations of a text that lead nowhere."""
    wrong = []
    for cited in form.finditer(text):
        page = PAGES.get(cited["page"])
        asked = re.findall(r"§([\w.-]*\w)", cited["sections"])
        known = sections(page) if page is not None else set()
        if page is None or not known.issuperset(asked):
            wrong.append(cited[0])
    return wrong


SOURCES = sources()
CITING = [path for path in SOURCES if CITED.search(path.read_text())]


def test_contracts_are_cited() -> None:
    assert len(CITING) > 15
    assert "CHANGELOG.md" not in PAGES
    assert len(PAGES) > 10


@pytest.mark.parametrize("path", CITING, ids=relative)
def test_a_citation_leads_to_a_section(path: Path) -> None:
    if path == Path(__file__):
        return
    assert missing(path.read_text(), CITED) == []


@pytest.mark.parametrize("name", PAGES)
def test_contracts_cite_each_other_rightly(name: str) -> None:
    assert missing(PAGES[name], BESIDE) == []


def test_there_is_one_form_of_citing() -> None:
    others = [path for path in SOURCES if path != Path(__file__) and not path.is_relative_to(FOLDER)]
    assert {relative(path): found[0] for path in others if (found := LOOSE.search(path.read_text()))} == {}


@pytest.mark.parametrize("name", PAGES)
def test_a_contract_speaks_of_esteira_and_the_outside_alone(name: str) -> None:
    assert not re.search(
        r"(?i)\bfor developers\b|\bthis project\b|\bissue [A-Z]\b|\bproposal\b|\b(?:helper|engineer)s?\b", PAGES[name]
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("docs/reference/contracts/questor.md §3, §4.", []),
        ("docs/reference/contracts/sat.md §4.4 to §4.11", []),
        ("docs/reference/contracts/sat.md §4.99", ["contracts/sat.md §4.99"]),
        ("docs/reference/contracts/nada.md", ["contracts/nada.md"]),
        ("docs/reference/contracts/sync.md §SY-42", []),
        ("docs/reference/contracts/sefaz.md §3.10a", []),
        ("docs/reference/contracts/delivery_pump.md §R4", []),
        ("docs/reference/contracts/integracoes.md §4.57 and §4.4a", []),
        ("[x](../reference/contracts/ntfy.md) §9", ["contracts/ntfy.md) §9"]),
    ],
)
def test_a_wrong_citation_is_found(text: str, wrong: list[str]) -> None:
    assert missing(text, CITED) == wrong


@pytest.mark.parametrize("text", ["(contract, section 3)", "sat.md 4.1", "(section 4)", "webhooks_delivery, section 2"])
def test_another_form_is_found(text: str) -> None:
    assert LOOSE.search(text)
