"""SEFAZ in a process of its own, with so many companies and so many documents waiting for each.

`python -m bench.sefaz_server --pasta PASTA --empresas N --documentos N [--completas] [--latencia S]`. The folder gets a
PKCS#12 file for each company, named by its CNPJ, and the authority's certificate. A question on stdin is answered by
what was asked so far, and how often hands were shaken.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sandbox import faults
from sandbox.documentos.comum import Feito, Pessoa, chave, cnpj
from sandbox.documentos.notas import nota, resumo
from sandbox.sefaz import Autoridade, SefazServer
from sandbox.sefaz.textos import FORNECEDOR

FIRST = 10_000_001


def main() -> None:
    """Serve until stdin ends."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pasta", type=Path, required=True)
    arguments.add_argument("--empresas", type=int, required=True)
    arguments.add_argument("--documentos", type=int, required=True)
    arguments.add_argument("--completas", action="store_true", help="a nota inteira em vez do resumo")
    arguments.add_argument("--latencia", type=float, default=0.0)
    given = arguments.parse_args()
    autoridade = Autoridade(given.pasta, uma_chave=True)
    server = SefazServer(autoridade)
    for number in range(given.empresas):
        company(server, given.pasta, number, given.documentos, whole if given.completas else summary)
    if given.latencia:
        server.faults.always(faults.slow(given.latencia))
    with server:
        print(server.port, flush=True)
        for _ in sys.stdin:
            print(json.dumps({**server.estado(), "url": server.url, "ca": str(autoridade.raiz)}), flush=True)


def company(
    server: SefazServer, folder: Path, number: int, documents: int, make: Callable[[str, int], tuple[str, bytes]]
) -> None:
    """Give a company its certificate, and the documents that wait for it."""
    who = cnpj(FIRST + number)
    (folder / f"{who}.pfx").write_bytes(server.autoridade.cliente(who).pfx)
    server.comecar(who)
    for each in range(documents):
        schema, xml = make(who, number * documents + each + 1)
        server.publicar(who, "nfe", schema, xml)


def summary(recipient: str, number: int) -> tuple[str, bytes]:
    """Return the summary of a note, as a recipient gets it first."""
    made = Feito(chave("55", number, emitente=FORNECEDOR.documento, quando=_today()), "")
    return "resNFe_v1.01.xsd", resumo(made, emitente=FORNECEDOR, quando=_today())


def whole(recipient: str, number: int) -> tuple[str, bytes]:
    """Return a whole note of one item."""
    made = nota(number, emitente=FORNECEDOR, destinatario=Pessoa(recipient), quando=_today(), ambiente=2)
    return "procNFe_v4.00.xsd", made.xml


def _today() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


if __name__ == "__main__":
    main()
