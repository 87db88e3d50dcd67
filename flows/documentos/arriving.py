"""Files that arrive in a watched folder are imported one after the other, each known by its path in that folder."""

import os
from collections.abc import Sequence

from core.clock import SYSTEM, Clock
from core.documentos.paths import shown
from core.errors import PlatformError
from core.logs import get_logger
from flows.documentos.entries import Resultado
from flows.documentos.logs import Linha, Show
from flows.documentos.owners import Dono
from flows.documentos.receiving import importar_arquivo
from flows.documentos.watching import Folders, Take

UNSTORED = "o arquivo não pôde ser guardado; o log da Esteira diz por quê"
log = get_logger(__name__)


def importer(folders: Folders, dono: Dono, show: Show, clock: Clock = SYSTEM) -> Take:
    """Return what imports files for an owner; `show` is told of each document."""

    def take(paths: Sequence[bytes]) -> list[bool]:
        return [_take(path) for path in paths]

    def _take(path: bytes) -> bool:
        lines = _imported(path, shown(os.path.relpath(path, folders.pasta))[0], dono, clock)
        for line in lines:
            show(line)
        return all(line.resultado is not Resultado.ERRO for line in lines)

    return take


def _imported(path: bytes, nome: str, dono: Dono, clock: Clock) -> list[Linha]:
    """Import a file; a fault of ours with one of them costs that one."""
    try:
        return importar_arquivo(path, nome, dono, clock)
    except PlatformError:
        raise
    except Exception:
        log.exception("file could not be stored", arquivo=nome)
        return [Linha(nome, 0, "", None, "erro", UNSTORED, Resultado.ERRO)]
