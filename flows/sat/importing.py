"""Boxes from a CSV file into the database, one result per row; the settings of a box are its columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts import state
from alerts.sat import FONTE
from core.clock import SYSTEM
from core.csv_rows import read_rows, read_table
from core.errors import Conflict, NotFound, UsageError
from core.settings.mistakes import explain
from core.settings.sat import BoxSettings, OwnThresholds, SatSettings, same_equipment
from flows.sat.boxes import prepare, random_session
from flows.sat.known_boxes import digest, imported, written
from flows.sat.spreadsheet import shortened
from storage.models.base import CONTA_PADRAO
from storage.models.sat import Caixa
from storage.session import transaction

CRIADA, ALTERADA, IGUAL, RECUSADA = "criada", "alterada", "igual", "recusada"
# As people name them, besides the names of the settings.
ALIASES = {
    "nome": "name",
    "tipo": "kind",
    "biblioteca": "library",
    "codigo_ativacao": "activation_code",
    "fuso": "timezone",
    "serie": "serial",
    "horario": "opening_hours",
    "manutencao": "maintenance",
    "intervalo": "interval_seconds",
}
THRESHOLDS = "thresholds."
COLUMNS = (
    *(name for name in BoxSettings.model_fields if name != "thresholds"),
    *(THRESHOLDS + name for name in OwnThresholds.model_fields),
)
# Several hours in one cell: `seg-sex 08:00-22:00 | sab 08:00-18:00`.
LISTS, SEPARATOR = ("opening_hours", "maintenance"), "|"


@dataclass(frozen=True)
class Linha:
    """What became of one row; `linha` is its line in the file."""

    linha: int
    nome: str
    resultado: str
    motivo: str | None = None


def importar(arquivo: Path) -> list[Linha]:
    """Import every good row, in one transaction; raise `UsageError` for a file that cannot be read as a whole."""
    rows = _table(arquivo)
    known, mine = imported(), {box.name for box in SatSettings.current().boxes}
    seen: set[str] = set()
    # Boxes of the file may trade their addresses.
    listed = {(cells.get("name") or "").strip() for _, cells in rows}
    taken = {box.equipment: box for nome, box in known.items() if nome not in listed}
    taken |= {box.equipment: box for box in SatSettings.current().boxes}
    found: list[Linha] = []
    with transaction() as db:
        for number, cells in rows:
            nome = (cells.get("name") or "").strip()
            box, reason = _box(cells)
            reason = reason or _conflict(box, seen, mine, taken)
            if box is None or reason:
                found.append(Linha(number, nome, RECUSADA, reason))
                continue
            seen.add(box.name)
            taken[box.equipment] = box
            found.append(Linha(number, box.name, _store(db, box, known.get(box.name))))
    prepare()
    return found


def remover(nome: str) -> None:
    """Take an imported box out, untold; its history stays until its time has come."""
    with transaction() as db:
        gone = update(Caixa).where(Caixa.conta == CONTA_PADRAO, Caixa.nome == nome, Caixa.config.is_not(None))
        values = {"config": None, "silenciada_ate": None, "ativo": False}
        if not db.execute(gone.values(values)).rowcount:  # type: ignore[attr-defined]
            if nome in {box.name for box in SatSettings.current().boxes}:
                raise Conflict(f"A caixa {nome!r} está em sat.boxes; tire-a de lá.")
            raise NotFound(f"A caixa {nome!r} não foi importada.", veja="caixas")
        state.drop(db, FONTE, [nome], SYSTEM.now())
    prepare()


def _table(arquivo: Path) -> list[tuple[int, dict[str, str]]]:
    """Return each row with its line, its cells by the settings' names."""
    rows = read_rows(read_table(arquivo))
    titles = _titles(next(rows, (1, []))[1])
    return [(line, dict(zip(titles, cells, strict=False)) | _too_many(titles, cells)) for line, cells in rows]


def _too_many(titles: list[str], cells: list[str]) -> dict[str, str]:
    extra = [cell for cell in cells[len(titles) :] if cell.strip()]
    return {"": " ".join(extra)} if extra else {}


def _titles(cells: Iterable[str]) -> list[str]:
    titles = [ALIASES.get(name := cell.strip().lower(), name) for cell in cells]
    # columns that a spreadsheet keeps after the last one that was used
    while titles and not titles[-1]:
        titles.pop()
    unknown = [title for title in titles if title not in COLUMNS]
    repeated = {title for title in titles if titles.count(title) > 1}
    if unknown or repeated or "name" not in titles:
        wrong = f"coluna desconhecida {unknown[0]!r}" if unknown else "coluna repetida" if repeated else "falta name"
        raise UsageError(f"A primeira linha não diz as colunas: {wrong}. Há estas: {', '.join(COLUMNS)}.")
    return titles


def _box(cells: Mapping[str, str]) -> tuple[BoxSettings | None, str | None]:
    if "" in cells:
        return None, "mais células que colunas"
    if any(not cell.isprintable() for cell in cells.values()):
        return None, "há uma quebra de linha ou outro caractere invisível em uma célula (aspas sem fim?)"
    if said := shortened(cells):
        return None, said
    fields: dict[str, Any] = {"thresholds": {}}
    for title, cell in cells.items():
        value = cell.strip()
        if title in LISTS:
            fields[title] = [part.strip() for part in value.split(SEPARATOR) if part.strip()]
        elif title.startswith(THRESHOLDS) and value:
            fields["thresholds"][title.removeprefix(THRESHOLDS)] = value
        elif value:
            fields[title] = value
    try:
        return BoxSettings.model_validate(fields), None
    except ValidationError as error:
        return None, "; ".join(explain(error, BoxSettings))


def _conflict(box: BoxSettings | None, seen: set[str], mine: set[str], taken: Mapping[Any, BoxSettings]) -> str | None:
    if box is None:
        return None
    if box.name in mine:
        return "já está em sat.boxes, que vale mais"
    if box.name in seen:
        return "repete o nome de uma linha anterior"
    other = taken.get(box.equipment)
    return same_equipment(other) if other is not None and other.name != box.name else None


def _store(db: Session, box: BoxSettings, before: BoxSettings | None) -> str:
    if before == box:
        return IGUAL
    row = db.scalar(select(Caixa).where(Caixa.conta == CONTA_PADRAO, Caixa.nome == box.name))
    if row is None:
        row = Caixa(conta=CONTA_PADRAO, nome=box.name, due_at=SYSTEM.now(), sessao=random_session())
        row.impressao = digest(box)
        db.add(row)
    row.config = written(box)
    return CRIADA if before is None else ALTERADA
