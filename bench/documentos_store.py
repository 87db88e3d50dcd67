"""Fiscal documents from files into the store, per second and process: read, parsed, stored, settled, events recorded.

`python -m bench.documentos_store [--banco sqlite|postgresql] [--quantos 20000] [--itens 5]`. The documents belong to a
company of a user, one in ten is cancelled by an event of its own. Beside it: the same files parsed by lxml alone.
"""

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from bench import figures, machine
from bench.cpu import Meter
from bench.installation import KINDS, fresh, rss

PER_SECOND, GROWTH_MIB = 400, 40
BLOCK = 5000


def write(folder: Path, numbers: range, itens: int) -> list[Path]:
    """Write so many notes, and an event for one in ten."""
    from sandbox.documentos.eventos import evento
    from sandbox.documentos.notas import Produto, nota

    made = []
    for number in numbers:
        one = nota(number, produtos=(Produto(),) * itens)
        made.append(folder / f"{number}.xml")
        made[-1].write_bytes(one.xml)
        if number % 10 == 0:
            made.append(folder / f"{number}-canc.xml")
            made[-1].write_bytes(evento(one))
    return made


def owner() -> None:
    """Register the issuer as the company of a user."""
    from core.clock import SYSTEM
    from sandbox.documentos.comum import EMITENTE
    from storage.models.empresas import Empresa, dono
    from storage.models.usuarios import Usuario
    from storage.session import transaction

    with transaction() as db:
        user = Usuario(username="bench")
        db.add(user)
        db.flush()
        mine = {"usuario_id": user.id, "dono": dono(user.id), "criada_em": SYSTEM.now()}
        db.add(Empresa(cnpj=EMITENTE.documento, **mine))


def blocks(amount: int) -> Iterator[range]:
    """Yield the numbers of the notes, some thousands at a time."""
    for start in range(1, amount + 1, BLOCK):
        yield range(start, min(start + BLOCK, amount + 1))


def measure(kind: str, amount: int, itens: int) -> None:
    """Print documents per second, of the wall and of the processors, and how the memory grew."""
    with fresh(kind) as folder:
        from flows.documentos.asking import pedir
        from flows.documentos.importing import importar

        owner()
        place = folder / "xml"
        place.mkdir()
        stored = seconds = cpu = everything = parsed = first = 0.0
        for numbers in blocks(amount):
            made = write(place, numbers, itens)
            (request,) = pedir([str(place)], "bench")
            meter, began = Meter(), time.perf_counter()
            tally = importar(request)
            seconds += time.perf_counter() - began
            cpu += meter.own()
            everything += meter.seconds()
            if tally.novos != len(made) or tally.erros:
                raise SystemExit(f"{tally} de {len(made)} arquivos")
            stored += len(numbers)
            parsed += _parse(made)
            first = first or rss(os.getpid())
            for one in made:
                one.unlink()
        last = rss(os.getpid())
    what = f"NF-e de {itens} itens, eventos, {kind}"
    figures.show(what, stored / seconds, "NF-e/s", ("só lxml", stored / parsed), above=PER_SECOND)
    figures.show(f"{what}: CPU", cpu / stored * 1000, "ms/NF-e", ("só lxml", parsed / stored * 1000))
    figures.show(f"{what}: CPU com o banco", everything / stored * 1000, "ms/NF-e", ("sem", cpu / stored * 1000))
    grown = last - first
    figures.show(
        f"memória após {amount} NF-e, {kind}",
        last,
        "MiB",
        (f"após {min(BLOCK, amount)}", first),
        below=first + GROWTH_MIB,
    )
    print(f"cresceu {grown:.1f} MiB", flush=True)


def _parse(made: list[Path]) -> float:
    parser, began = etree.XMLParser(resolve_entities=False), time.perf_counter()
    for path in made:
        etree.parse(str(path), parser)
    return time.perf_counter() - began


def main() -> None:
    """Measure on one database."""
    arguments = argparse.ArgumentParser(prog="python -m bench.documentos_store", description=__doc__)
    arguments.add_argument("--banco", choices=KINDS, default="postgresql")
    arguments.add_argument("--quantos", type=int, default=20_000, metavar="N")
    arguments.add_argument("--itens", type=int, default=5, metavar="N")
    given = arguments.parse_args()
    machine.tell()
    measure(given.banco, given.quantos, given.itens)


if __name__ == "__main__":
    main()
