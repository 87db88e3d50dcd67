"""Files that arrive in a watched folder are imported together, each known by its path in that folder."""

import os
from collections.abc import Iterator, Sequence

from core.clock import SYSTEM, Clock
from core.documentos.paths import shown
from core.errors import PlatformError
from flows.documentos import unstored
from flows.documentos.entries import Resultado
from flows.documentos.logs import Linha, Show
from flows.documentos.owners import Dono, confirm
from flows.documentos.receiving import importar_arquivos
from flows.documentos.watching import Folders, Take

UNSTORED = "o arquivo não pôde ser guardado; o log da Esteira diz por quê"


def importer(folders: Folders, dono: Dono, show: Show, clock: Clock = SYSTEM) -> Take:
    """Return what imports files for an owner; `show` is told of each document.

    It raises `Conflict` once the owner is turned off, and nothing is taken then.
    """

    def take(paths: Sequence[bytes]) -> Iterator[bool]:
        confirm(dono)
        return _taken([(path, shown(os.path.relpath(path, folders.pasta))[0]) for path in paths], dono, show, clock)

    return take


def _taken(files: Sequence[tuple[bytes, str]], dono: Dono, show: Show, clock: Clock) -> Iterator[bool]:
    """Import files; where a fault of ours is in one of them, the others that are not in yet are imported without it."""
    done = 0
    try:
        for accepted in importar_arquivos(files, dono, show, clock):
            done += 1
            yield accepted
        return
    except (PlatformError, BrokenPipeError):
        # the latter is of who was shown the outcome, and went away
        raise
    except Exception as fault:  # noqa: BLE001 - it is logged, and costs one file
        found = fault
    yield from _halved(found, files[done:], dono, show, clock)


def _halved(
    fault: Exception, files: Sequence[tuple[bytes, str]], dono: Dono, show: Show, clock: Clock
) -> Iterator[bool]:
    """Import by halves files of which one has a fault of ours, until it is alone: it costs that one."""
    if len(files) > 1:
        middle = len(files) // 2
        for half in (files[:middle], files[middle:]):
            yield from _taken(half, dono, show, clock)
        return
    ((_, nome),) = files
    unstored.note(fault, nome)
    show(Linha(nome, 0, "", None, "erro", UNSTORED, Resultado.ERRO))
    yield False
