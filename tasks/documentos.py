"""Fiscal documents: import a chunk of what was asked for, and look after what nobody works on."""

from dataclasses import asdict
from typing import Any

from core import messages
from core.queues import Queue
from tasks.base import DEFAULT, task

IMPORT = "documentos.importar_bloco"
# A little less than beat's period: nothing piles up behind long imports.
ASK_SECONDS = 27.0
# A chunk takes no further files after 40 s; those at hand are a hundred, or one large lot.
DOCUMENTOS = Queue(
    name="documentos",
    worker="documentos",
    processes=2,
    about="Importa documentos fiscais",
    longest=180,
    ends_in=lambda: 20,
    needs="It reads the folders that are imported: mount them here, at the path they were asked for.",
)


@task(IMPORT, DOCUMENTOS)
def importar_bloco(importacao_id: int) -> dict[str, Any]:
    """Import files of a request; when more are due, ask for the next chunk."""
    return _chunk(importacao_id)


@task("documentos.importar_xml", DOCUMENTOS)
def importar_xml(caminho: str, usuario: str | None = None, empresa: str | None = None) -> dict[str, Any]:
    """Import a file, a ZIP or a folder for a user or a company; what a chunk does not reach goes on by itself."""
    from flows.documentos import asking

    (importacao_id,) = asking.pedir([caminho], usuario, empresa)
    return {"importacao": importacao_id} | _chunk(importacao_id)


@task("documentos.avancar", DEFAULT)
def avancar() -> dict[str, Any]:
    """Ask for a chunk of every request that is owed and has a process to spare; no message waits for the next time."""
    from flows.documentos import asking

    owed = asking.to_advance(limit=100)
    messages.send_all(((IMPORT, [importacao_id]) for importacao_id in owed), expires=ASK_SECONDS)
    return {"importacoes": len(owed)}


@task("documentos.conferir_numeracao", DOCUMENTOS)
def conferir_numeracao() -> dict[str, Any]:
    """Note which numbers are missing among what each company issued."""
    from flows.documentos.numeracao import conferir

    return {"series": conferir()}


def _chunk(importacao_id: int) -> dict[str, Any]:
    from flows.documentos import importing

    tally = importing.import_chunk(importacao_id)
    if tally.mais:
        messages.send(IMPORT, [importacao_id])
    return asdict(tally)
