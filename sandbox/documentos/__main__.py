"""`python -m sandbox.documentos PASTA`: made-up documents of a made-up company, as files to import."""

import argparse
import sys
from pathlib import Path

from sandbox.documentos.comum import QUANDO, Feito
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota


def amostras() -> dict[str, Feito]:
    """Return two notes and a CT-e by the names of their files."""
    notas = {f"nfe-{numero}.xml": nota(numero, quando=QUANDO) for numero in (1, 2)}
    return {**notas, "cte-1.xml": conhecimento(1)}


def main(words: list[str]) -> None:
    """Write them into a folder, made where it is not there."""
    parser = argparse.ArgumentParser("sandbox.documentos", description="Documentos inventados, para importar.")
    parser.add_argument("pasta", type=Path, help="criada se não existir")
    folder: Path = parser.parse_args(words).pasta
    folder.mkdir(parents=True, exist_ok=True)
    for name, feito in amostras().items():
        (folder / name).write_bytes(feito.xml)
        sys.stdout.write(f"{folder / name}  {feito.chave}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
