"""The menu of the site, a hook of `mkdocs.yml`: each section is a pattern, so a new page needs no line here."""

from pathlib import Path
from typing import Any

# The first section that fits takes the page; the names given stand first, in this order, the others by name.
SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Começar", "*.md", ("index.md", "primeiros-passos.md", "INICIO_RAPIDO_INTEGRACOES.md", "INTEGRACOES.md")),
    ("Estender", "how-to/novo-*.md", ()),
    ("Como fazer", "how-to/*.md", ("how-to/solucao-de-problemas.md",)),
    ("Referência", "reference/*.md", ()),
    ("Contratos", "reference/contracts/*.md", ("reference/contracts/README.md",)),
    ("Decisões", "decisions/*.md", ()),
)
# Where the sections stand in the menu.
ORDER = ("Começar", "Como fazer", "Referência", "Estender", "Contratos", "Decisões")
# What is written for those who build Esteira comes behind what is written for those who use it.
BEHIND, LESS = ("decisions/", "reference/contracts/", "reference/layout", "how-to/novo-"), 0.2


def on_config(config: Any) -> Any:
    """Give the site its menu."""
    config.nav = nav(Path(config.docs_dir))
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Say how much a page counts in a search."""
    if page.file.src_uri.startswith(BEHIND):
        page.meta.setdefault("search", {"boost": LESS})
    return markdown


def nav(docs: Path) -> list[dict[str, list[str]]]:
    """Return each section with the paths of its pages; a page's title is its first heading."""
    taken: set[str] = set()
    found: dict[str, list[str]] = {}
    for name, pattern, first in SECTIONS:
        pages = {path.relative_to(docs).as_posix() for path in docs.glob(pattern)} - taken
        taken |= pages
        found[name] = [page for page in first if page in pages] + sorted(pages - set(first))
    return [{name: found[name]} for name in ORDER if found[name]]
