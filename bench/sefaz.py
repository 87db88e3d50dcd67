"""Distribution: pages per second of one worker process, TLS handshakes, and the memory of a long catching up.

`python -m bench.sefaz [--parte empresas|atraso|pausas] [--banco sqlite|postgresql] [--empresas 500]`. The national
environment is a process of its own; the task is the shipped one, in a worker with one process. Beside it: the same
pages fetched by requests, unpacked and parsed by lxml, one certificate after the other.

Between two pages of one company there are two seconds, by the service's rules. `empresas` has one page for each company
and so none of them. `pausas` keeps them: what it shows is how many companies are asked meanwhile. `atraso` follows one
company through 200,000 documents and does not sleep them, or it would take hours; it says how long they would be.
"""

import argparse
import base64
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import requests_pkcs12
from lxml import etree

from bench import figures, machine
from bench.child import Ask, child
from bench.cpu import tree
from bench.installation import KINDS, ROOT, children, fresh, rss, workers

PER_PAGE, PAGES_PER_SECOND, GROWTH_MIB = 50, 10.0, 40.0
PATIENCE_SECONDS = 900.0
PARTS = ("empresas", "pausas", "atraso")
SENHA = "senha-do-arquivo"  # pragma: allowlist secret
NS = "http://www.portalfiscal.inf.br/nfe"


@contextmanager
def environment(folder: Path, name: str, companies: int, documents: int, *more: str) -> Iterator[tuple[Path, Ask]]:
    """Run an environment where so many documents wait for each company; give the folder with the certificates."""
    place = folder / name
    place.mkdir()
    flags = ("--pasta", str(place), "--empresas", str(companies), "--documentos", str(documents), *more)
    with child("bench.sefaz_server", *flags) as (_, ask):
        yield place, ask


def point_to(ask: Ask) -> None:
    """Point the settings of this process and its children to an environment."""
    from core.settings.load import get_settings

    said = ask()
    os.environ |= {
        "ESTEIRA_SEFAZ__AMBIENTE": "2",
        "ESTEIRA_SEFAZ__CA": said["ca"],
        "ESTEIRA_SEFAZ__URL_NFE": f"{said['url']}/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx",
        "ESTEIRA_SEFAZ__URL_CTE": f"{said['url']}/CTeDistribuicaoDFe/CTeDistribuicaoDFe.asmx",
    }
    get_settings.cache_clear()


def register(place: Path) -> None:
    """Take in a company of one user with each certificate, to be consulted by itself."""
    from flows.certificados.keeping import Arquivo, automatizar, guardar
    from flows.empresas.managing import criar
    from flows.usuarios import managing
    from flows.usuarios.finding import caller_of

    managing.criar("bench")
    for path in sorted(place.glob("*.pfx")):
        criar(path.stem, uf="SP", caller=caller_of("bench"))
        guardar(Arquivo(path.read_bytes(), SENHA, path.stem, "bench"))
        automatizar(path.stem, "bench")


def stored() -> int:
    """Return how many documents were stored with their numbers."""
    from sqlalchemy import func, select

    from storage.models.sefaz import DocumentoDistribuido
    from storage.session import reading

    with reading() as db:
        return db.scalar(select(func.count()).select_from(DocumentoDistribuido)) or 0


def bare(place: Path, url: str, ca: str) -> float:
    """Return the seconds in which requests and lxml alone fetch and read one page of each company."""
    began = time.perf_counter()
    for path in sorted(place.glob("*.pfx")):
        with requests.Session() as session:
            adapter = requests_pkcs12.Pkcs12Adapter(pkcs12_data=path.read_bytes(), pkcs12_password=SENHA)
            session.mount("https://", adapter)
            reply = session.post(url, data=_envelope(path.stem), headers=_headers(), verify=ca, timeout=60)
        packed = etree.fromstring(reply.content).iter(f"{{{NS}}}docZip")
        read = [etree.fromstring(gzip.decompress(base64.b64decode(one.text or ""))) for one in packed]
        if len(read) != PER_PAGE:
            raise SystemExit(f"{len(read)} documentos: {reply.text[:300]}")
    return time.perf_counter() - began


def _envelope(cnpj: str) -> str:
    wsdl = f"{NS}/wsdl/NFeDistribuicaoDFe"
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
        f'<nfeDistDFeInteresse xmlns="{wsdl}"><nfeDadosMsg><distDFeInt xmlns="{NS}" versao="1.01"><tpAmb>2</tpAmb>'
        f"<cUFAutor>35</cUFAutor><CNPJ>{cnpj}</CNPJ><distNSU><ultNSU>{0:015d}</ultNSU></distNSU></distDFeInt>"
        "</nfeDadosMsg></nfeDistDFeInteresse></e:Body></e:Envelope>"
    )


def _headers() -> dict[str, str]:
    action = f"{NS}/wsdl/NFeDistribuicaoDFe/nfeDistDFeInteresse"
    return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}


def whole_round(documents: int) -> tuple[float, float, float]:
    """Let one worker process consult all that is due; return the seconds, those of its CPU, and its most memory."""
    from core import messages

    most = 0.0
    with workers("sefaz", concurrency=1) as (worker,):
        before, began = _cpu(worker.pid), time.perf_counter()
        messages.send("sefaz.varrer")
        while stored() < documents and time.perf_counter() - began < PATIENCE_SECONDS:
            most = max(most, *(rss(pid) for pid in children(worker)))
            time.sleep(0.2)
        return time.perf_counter() - began, _cpu(worker.pid) - before, most


def _cpu(pid: int) -> float:
    return sum(tree([pid]).values())


def measure_companies(kind: str, companies: int, *more: str) -> None:
    """One page of 50 documents for each company, and nothing by CT-e."""
    what, flags = ("notas inteiras" if more else "resumos"), more
    with fresh(kind) as folder:
        with environment(folder, "referencia", companies, PER_PAGE, *flags) as (place, ask):
            said = ask()
            reference = bare(place, f"{said['url']}/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx", said["ca"])
        with environment(folder, "sefaz", companies, PER_PAGE, *flags) as (place, ask):
            point_to(ask)
            register(place)
            seconds, cpu, memory = whole_round(companies * PER_PAGE)
            said = ask()
    beside = ("requests e lxml", companies / reference)
    name = f"{companies} empresas, {what}, {kind}"
    figures.show(name, companies / seconds, "páginas/s", beside, above=PAGES_PER_SECOND)
    figures.show(f"{name}: CPU", cpu / companies * 1000, "ms/página", ("requests e lxml", reference / companies * 1000))
    figures.show("apertos de mão TLS", said["apertos"], "", ("certificados", companies), below=companies + 1)
    print(f"  {said['pedidos']} perguntas; memória {memory:.0f} MiB", flush=True)


def measure_pauses(kind: str, companies: int, pages: int, latency: float) -> None:
    """Several pages for each company, with the pauses between them, of an environment that takes its time."""
    with fresh(kind) as folder:
        flags = ("--latencia", str(latency))
        with environment(folder, "sefaz", companies, pages * PER_PAGE, *flags) as (place, ask):
            point_to(ask)
            register(place)
            seconds, _, memory = whole_round(companies * pages * PER_PAGE)
            said = ask()
    from core.settings.sefaz import SefazSettings

    together = SefazSettings.current().simultaneas
    bound = min(together, companies) / (2 + latency)
    name = f"{companies} empresas de {pages} páginas, {latency:g} s cada, {kind}"
    beside = (f"{together} ao mesmo tempo, só esperando", bound)
    figures.show(name, companies * pages / seconds, "páginas/s", beside, above=PAGES_PER_SECOND)
    figures.show("apertos de mão TLS", said["apertos"], "", ("certificados", companies), below=companies + 1)
    print(f"  memória {memory:.0f} MiB", flush=True)


def measure_backlog(kind: str, documents: int) -> None:
    """One company with so many documents behind, in this process, its pauses counted and not slept."""
    with fresh(kind) as folder, environment(folder, "sefaz", 1, documents) as (place, ask):
        point_to(ask)
        register(place)
        from flows.documentos.owners import recipient
        from flows.sefaz.consultas import consultar_para

        who, slept, first, pages, runs = recipient("bench", next(place.glob("*.pfx")).stem), [0.0], 0.0, 0, 0
        began = time.perf_counter()
        while stored() < documents:
            found: Any = consultar_para(who, "nfe", sleep=lambda seconds: slept.append(seconds))
            pages, runs, first = pages + found.paginas, runs + 1, first or rss(os.getpid())
            if found.situacao != "concluida":
                raise SystemExit(found.mensagem)
        seconds, last, said = time.perf_counter() - began, rss(os.getpid()), ask()
    name = f"{documents} documentos em atraso, {kind}"
    figures.show(name, pages / seconds, "páginas/s", ("com as pausas", pages / (seconds + sum(slept))))
    figures.show("memória no fim", last, "MiB", ("após a 1ª rodada", first), below=first + GROWTH_MIB)
    print(
        f"  {pages} páginas em {runs} rodadas, {said['apertos']} apertos de mão; pausas sem dormir: {sum(slept):.0f} s",
        flush=True,
    )


def main() -> None:
    """Run each part in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--parte", choices=PARTS)
    arguments.add_argument("--banco", choices=KINDS)
    arguments.add_argument("--empresas", type=int, default=500)
    arguments.add_argument("--completas", action="store_true", help="a nota inteira em vez do resumo")
    arguments.add_argument("--paginas", type=int, default=5)
    arguments.add_argument("--latencia", type=float, default=0.5)
    arguments.add_argument("--atraso", type=int, default=200_000)
    given = arguments.parse_args()
    if given.parte == "empresas":
        measure_companies(given.banco or "sqlite", given.empresas, *(["--completas"] if given.completas else []))
    elif given.parte == "pausas":
        measure_pauses(given.banco or "sqlite", given.empresas, given.paginas, given.latencia)
    elif given.parte == "atraso":
        measure_backlog(given.banco or "sqlite", given.atraso)
    else:
        machine.tell()
        for part in PARTS:
            for kind in KINDS if given.banco is None else (given.banco,):
                words = [sys.executable, "-m", "bench.sefaz", "--parte", part, *sys.argv[1:], "--banco", kind]
                subprocess.run(words, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
