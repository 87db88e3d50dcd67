"""A folder of files and a table that says whose they are: one result per row, and each row costs itself alone."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.clock import SYSTEM, Clock
from core.csv_rows import read_rows, read_table
from core.errors import Refusal, UsageError
from core.text_file import read_bytes
from flows.certificados.keeping import Arquivo, guardar

RECUSADO = "recusado"
NEEDED, ALLOWED = ("arquivo", "empresa", "senha"), ("arquivo", "empresa", "senha", "usuario", "nome")
FILE_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Linha:
    """What became of a row; never its password."""

    linha: int
    arquivo: str
    empresa: str
    resultado: str
    motivo: str | None = None


def importar(tabela: Path, pasta: Path | None = None, clock: Clock = SYSTEM) -> list[Linha]:
    """Keep the certificates that a table names; without a folder they are beside the table."""
    folder = pasta or tabela.parent
    return [_kept(number, cells, folder, clock) for number, cells in _table(tabela)]


def _table(tabela: Path) -> Iterator[tuple[int, dict[str, str]]]:
    rows = read_rows(read_table(tabela))
    titles = [cell.strip().lower() for cell in next(rows, (1, []))[1]]
    while titles and not titles[-1]:
        titles.pop()
    if not set(NEEDED) <= set(titles) <= set(ALLOWED) or len(set(titles)) != len(titles):
        raise UsageError(f"A primeira linha deve ter as colunas {', '.join(NEEDED)}; pode ter usuario e nome.")
    for number, cells in rows:
        yield number, dict(zip(titles, cells, strict=False))


def _kept(number: int, cells: Mapping[str, str], folder: Path, clock: Clock) -> Linha:
    said = {name: cells.get(name, "").strip() for name in ALLOWED}
    try:
        given = Arquivo(
            pfx=read_bytes(_path(said["arquivo"], folder), FILE_LIMIT),
            # a blank may be part of it
            senha=cells.get("senha", ""),
            empresa=said["empresa"],
            usuario=said["usuario"] or None,
            nome=said["nome"] or None,
        )
        result, reason = guardar(given, clock).resultado.value, None
    except Refusal as fault:
        result, reason = RECUSADO, str(fault)
    return Linha(number, said["arquivo"], said["empresa"], result, reason)


def _path(name: str, folder: Path) -> Path:
    """Return a file of the folder, and of no other place."""
    if not name or "\x00" in name:
        raise UsageError("Falta o nome do arquivo.")
    path = folder / name
    # not `resolve`, which raises for links in a circle
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise UsageError(f"{name} está fora da pasta {folder}.")
    return path
