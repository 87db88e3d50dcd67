"""`python -m connectors.sat.child`: one query through a vendor library, in a process that may be killed.

A JSON request on stdin (so that the activation code is in no argument and no environment), a JSON line on stdout.
"""

import json
import os
import sys
from typing import IO, Any

from core.process import die_with_parent

# The functions that can be asked for, each with the most that is taken of its answer; all only read.
LIMITS = {"ConsultarStatusOperacional": 64 * 1024, "ExtrairLogs": 384 * 1024 * 1024}


def main() -> int:
    """Answer one request; the library's own prints go nowhere."""
    with _own_channel() as channel:
        request = json.loads(sys.stdin.read())
        die_with_parent(parent=request["parent"])
        channel.write(json.dumps(_query(request)) + "\n")
    return 0


def _own_channel() -> IO[str]:
    """Return the real stdout, and leave a null device in its place."""
    channel = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    return channel


def _query(request: dict[str, Any]) -> dict[str, str]:
    from satcfe import BibliotecaSAT, ClienteSATLocal
    from satcfe.base import FuncoesSAT

    asked = {
        "ConsultarStatusOperacional": FuncoesSAT.consultar_status_operacional,
        "ExtrairLogs": FuncoesSAT.extrair_logs,
    }
    code, funcao = request["activation_code"], request["funcao"]
    if "\0" in code:
        # C would cut it there, and a wrong code sent again and again locks the box
        return {"erro": "codigo"}
    try:
        library = BibliotecaSAT(_path(request["library"]))
    except (OSError, AttributeError, ValueError):
        return {"erro": "biblioteca"}
    if not hasattr(library.ref, funcao):
        return {"erro": "funcao"}
    client = ClienteSATLocal(
        library,
        codigo_ativacao=code,
        numerador_sessao=lambda: request["sessao"],
        # One character per byte: the encoding is found out afterwards, vendors differ.
        encoding="latin-1",
    )
    try:
        # The text itself: satcfe's own reading of it would fail on one odd field.
        line = asked[funcao](client)
    except AttributeError:
        return {"erro": "nulo"}
    except UnicodeError:
        return {"erro": "codigo"}
    return {"retorno": _decoded(line[: LIMITS[funcao]].encode("latin-1"))}


def _path(library: str) -> str:
    """Return the path of a file of this folder too; a bare name is looked for in the system's folders only."""
    return os.path.abspath(library) if os.path.exists(library) else library


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


if __name__ == "__main__":
    sys.exit(main())
