"""`python -m sandbox.sefaz`: a SEFAZ to try things against, until SIGTERM or SIGINT.

Standard input: one JSON line, `{"pasta": "...", "cnpj": "...", "notas": 120}`. The folder gets its certificate
and the authority's. Standard output: one JSON line with what goes into `[sefaz]`, and `pfx` and `senha`. `GET
/_sandbox/estado` needs the certificate, like everything there.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from core import stop_signals
from core.fiscal import cnpj_valido
from sandbox.sefaz import Autoridade, SefazServer
from sandbox.sefaz.nacional import BASE as NACIONAL
from sandbox.sefaz.servicos import EVENTO_CAMINHO, SERVICOS

WANTED = '{"pasta": "...", "cnpj": "...", "notas": 20}; a pasta tem de existir, o CNPJ de ser válido'


async def serve(pasta: Path, cnpj: str, notas: int) -> None:
    """Serve, say where, until asked to end."""
    over = asyncio.Event()
    stop_signals.on_loop(over.set)
    autoridade = Autoridade(pasta)
    cliente, server = autoridade.cliente(cnpj), SefazServer(autoridade)
    server.comecar(cnpj)
    for _ in range(notas):
        server.emitir(cnpj)
    pfx = pasta / f"{cnpj}.pfx"
    pfx.write_bytes(cliente.pfx)
    await server.start()
    try:
        urls = {f"url_{one.nome}": server.url + one.caminho for one in SERVICOS}
        said = {
            "ambiente": 2,
            "ca": str(autoridade.raiz),
            **urls,
            "url_nfse": server.url + NACIONAL,
            "url_evento": server.url + EVENTO_CAMINHO,
        }
        sys.stdout.write(json.dumps({**said, "pfx": str(pfx), "senha": cliente.senha}) + "\n")
        sys.stdout.flush()
        await over.wait()
    finally:
        await server.finish()


def main() -> int:
    """Read what is wanted, serve, and return the exit code; with --help only say what that is."""
    if "--help" in sys.argv[1:]:
        sys.stdout.write(f"{__doc__}\n")
        return 0
    try:
        given: Any = json.loads(sys.stdin.readline())
        pasta, cnpj, notas = Path(given["pasta"]), given["cnpj"], int(given.get("notas", 0))
    except (ValueError, TypeError, KeyError, AttributeError):
        given = None
    if given is None or not isinstance(cnpj, str) or not cnpj_valido(cnpj) or not pasta.is_dir():
        sys.stderr.write(f"sandbox.sefaz: a entrada padrão deve trazer uma linha {WANTED}\n")
        return 2
    asyncio.run(serve(pasta, cnpj, notas))
    return 0


if __name__ == "__main__":
    sys.exit(main())
