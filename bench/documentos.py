"""Fiscal documents read, and stored, per second and process.

`python -m bench.documentos [--so-leitura] [--quantos 20000]`. Beside the reading: the same bytes
parsed by lxml alone. The storing is `bench.documentos_store`, in a process of its own for each database.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice

from lxml import etree

from bench import figures, installation, machine
from core.documentos.leitor import ler_documentos
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.eventos import evento
from sandbox.documentos.notas import Produto, nota

PER_SECOND = 2_000
_BLOCK = 500
KINDS: dict[str, Callable[[int], bytes]] = {
    "NF-e, 1 item": lambda number: nota(number).xml,
    "NF-e, 10 itens": lambda number: nota(number, produtos=(Produto(),) * 10).xml,
    "CT-e": lambda number: conhecimento(number).xml,
    "evento": lambda number: evento(nota(number)),
}


def main() -> None:
    """Measure what was asked for."""
    asked = _arguments()
    machine.tell()
    reading(asked.quantos)
    if asked.so_leitura:
        return
    for kind in installation.KINDS:
        words = [sys.executable, "-m", "bench.documentos_store", "--banco", kind, "--quantos", str(asked.quantos)]
        subprocess.run(words, cwd=installation.ROOT, check=True)


def reading(amount: int) -> None:
    """Tell how many documents of each kind are read in a second of this process."""
    for kind, make in KINDS.items():
        read, parsed = _seconds(amount, make)
        beside = ("lxml.etree.fromstring sozinho", amount / parsed)
        figures.show(f"leitura de {kind}", amount / read, "documentos/s", beside, above=PER_SECOND)


def _seconds(amount: int, make: Callable[[int], bytes]) -> tuple[float, float]:
    """Return what reading, and parsing alone, cost in all; in turn, for the machine is never the same."""
    read = parsed = 0.0
    numbers = iter(range(1, amount + 1))
    while block := [make(number) for number in islice(numbers, _BLOCK)]:
        read += _cost(block, ler_documentos)
        parsed += _cost(block, etree.fromstring)
    return read, parsed


def _cost(contents: Sequence[bytes], work: Callable[[bytes], object]) -> float:
    began = time.process_time()
    for content in contents:
        work(content)
    return time.process_time() - began


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.documentos", description=__doc__)
    parser.add_argument("--so-leitura", action="store_true", help="só a leitura, sem banco")
    parser.add_argument("--quantos", type=int, default=20_000, metavar="N", help="quantos documentos de cada tipo")
    return parser.parse_args()


if __name__ == "__main__":
    main()
