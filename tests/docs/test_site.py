"""The documents build into a site without a warning; it calls no other host, and its search finds what is sought."""

import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.browser import browser, needs_browser, page

from docs.generate.nav import nav

ROOT = Path(__file__).parents[2]
# What makes a browser fetch something by itself; a link is only followed by a person.
FETCHING = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "use": "href"}
NO_FETCH = {"canonical", "prev", "next"}
# What people type, and the pages that have to be among the first three.
SEEDS = {
    "SAT não responde": ("how-to/solucao-de-problemas",),
    "sat nao responde": ("how-to/solucao-de-problemas",),
    "monitorar SAT MFE": ("how-to/frota-de-caixas",),
    "frota de caixas": ("how-to/frota-de-caixas",),
    "caixa USB": ("how-to/caixas-usb",),
    "fila Oracle ntfy": ("how-to/fila-oracle",),
    "ordem de serviço celular": ("how-to/fila-oracle",),
    "ORA-28000": ("how-to/fila-oracle", "how-to/solucao-de-problemas"),
    "Ploomes Milvus": ("how-to/sincronizar-ploomes-milvus",),
    "sincronizar clientes CRM": ("how-to/sincronizar-ploomes-milvus",),
    "Questor XML lote": ("how-to/enviar-questor",),
    "enviar XML contabilidade": ("how-to/enviar-questor",),
    "importar NF-e": ("how-to/importar-documentos",),
    "importar xml": ("how-to/importar-documentos",),
    "SEFAZ consulta notas": ("how-to/consultar-sefaz",),
    "consumo indevido": ("how-to/consultar-sefaz",),
    "manifestação destinatário": ("how-to/manifestar-notas",),
    "certificado vencido": ("how-to/certificados",),
    "webhook assinatura": ("how-to/receber-webhooks", "INTEGRACOES"),
    "verificar assinatura": ("INTEGRACOES", "how-to/receber-webhooks"),
    "evento nfe_importada": ("INTEGRACOES",),
    "início rápido": ("INICIO_RAPIDO_INTEGRACOES",),
    "email não chega": ("how-to/solucao-de-problemas", "how-to/avisos-por-email"),
    "resumo diário": ("how-to/avisos-por-email",),
    "painel senha": ("how-to/painel",),
    "filtro destino": ("reference/filtros",),
    "backup restaurar": ("how-to/backup",),
    "esteira destinos criar": ("reference/comandos", "how-to/receber-webhooks"),
}
# Asks the search of the site itself, in the form in which its page does.
SEEK = """async ([place, queries]) => {
  const engine = new Worker(place);
  const said = () => new Promise((done) => { engine.onmessage = (one) => done(one.data); });
  const index = await (await fetch("search/search_index.json")).json();
  engine.postMessage({type: 0, data: {...index, options: {suggest: false}}});
  await said();
  const found = {};
  for (const query of queries) {
    engine.postMessage({type: 2, data: query});
    found[query] = (await said()).data.items.map((one) => one[0].location);
  }
  engine.terminate();
  return found;
}"""


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


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def first_pages(found: list[str]) -> list[str]:
    """Return the first three pages that a search shows."""
    pages = [location.partition("#")[0].removesuffix(".html") for location in found]
    return list(dict.fromkeys(pages))[:3]


@needs_browser
def test_what_people_look_for_is_among_the_first_three_pages(site: Path) -> None:
    (engine,) = site.glob("assets/javascripts/workers/search.*.js")
    asked: list[str] = []
    with serving(site) as url, browser() as running, page(running) as shown:
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(f"{url}/index.html")
        found = shown.evaluate(SEEK, [engine.relative_to(site).as_posix(), list(SEEDS)])
    seen = {query: first_pages(locations) for query, locations in found.items()}
    assert {query: seen[query] for query, wanted in SEEDS.items() if not set(wanted) & set(seen[query])} == {}
    assert {urlsplit(one).netloc for one in asked} == {urlsplit(url).netloc}


def test_a_new_page_stands_in_the_menu_once(tmp_path: Path) -> None:
    for name in ("index.md", "outra.md", "how-to/novo-x.md", "how-to/x.md", "how-to/a.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert nav(tmp_path) == [
        {"Começar": ["index.md", "outra.md"]},
        {"Como fazer": ["how-to/a.md", "how-to/x.md"]},
        {"Estender": ["how-to/novo-x.md"]},
    ]
