"""The documents build into a site without a warning, and the site calls no other host."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from docs.generate.nav import nav

ROOT = Path(__file__).parents[2]
# What makes a browser fetch something by itself; a link is only followed by a person.
FETCHING = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "use": "href"}
NO_FETCH = {"canonical", "prev", "next"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it once, as `make site` does."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    return folder


class Fetched(HTMLParser):
    """Collects what a browser fetches for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("rel") not in NO_FETCH:
            self.addresses += [given.get(FETCHING.get(tag, "")) or ""]


def fetched(text: str) -> list[str]:
    parser = Fetched()
    parser.feed(text)
    return [address for address in parser.addresses if re.match(r"(?i)\s*(?:[a-z]+:)?//", address)]


def test_no_page_calls_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 40
    assert {page.name: outside for page in pages if (outside := fetched(page.read_text()))} == {}
    styles = [style.read_text() for style in site.rglob("*.css")]
    assert [
        outside for style in styles for outside in re.findall(r"(?:url\(|@import\s*)[\"']?(?:https?:)?//", style)
    ] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<a href="https://exemplo.com.br">x</a><link rel="canonical" href="https://exemplo.com.br/">', []),
        ('<script src="js/x.js"></script><img src="data:image/png;base64,x">', []),
        ('<script src="https://cdn.exemplo/x.js"></script>', ["https://cdn.exemplo/x.js"]),
        ('<link rel="stylesheet" href="//fontes.exemplo/x.css">', ["//fontes.exemplo/x.css"]),
        ('<img src="HTTP://pixel.exemplo/x">', ["HTTP://pixel.exemplo/x"]),
    ],
)
def test_what_a_browser_would_fetch_is_found(text: str, found: list[str]) -> None:
    assert fetched(text) == found


def test_a_new_page_stands_in_the_menu_once(tmp_path: Path) -> None:
    for name in ("index.md", "outra.md", "how-to/novo-x.md", "how-to/x.md", "how-to/a.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert nav(tmp_path) == [
        {"Começar": ["index.md", "outra.md"]},
        {"Como fazer": ["how-to/a.md", "how-to/x.md"]},
        {"Estender": ["how-to/novo-x.md"]},
    ]
