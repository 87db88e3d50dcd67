"""Boxes from a CSV file into the database, one result per row; the settings of a box are its columns."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import SYSTEM
from core.errors import UsageError
from core.logs import get_logger
from core.settings.mistakes import explain
from core.settings.sat import BoxSettings, OwnThresholds, SatSettings
from core.text import os_fault
from flows.sat.boxes import prepare, random_session
from flows.sat.configured import digest, imported, written
from storage.models import Caixa
from storage.models.base import CONTA_PADRAO
from storage.session import transaction

log = get_logger(__name__)
FILE_LIMIT = 32 * 1024 * 1024
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
    rows = list(_rows(_text(arquivo)))
    known, mine = imported(), {box.name for box in SatSettings.current().boxes}
    seen: set[str] = set()
    # Boxes of the file may trade places.
    listed = {(cells.get("name") or "").strip() for _, cells in rows}
    places = {_place(box): nome for nome, box in known.items() if nome not in listed}
    places |= {_place(box): box.name for box in SatSettings.current().boxes}
    found: list[Linha] = []
    with transaction() as db:
        for number, cells in rows:
            nome = (cells.get("name") or "").strip()
            box, reason = _box(cells)
            reason = reason or _conflict(box, seen, mine, places)
            if box is None or reason:
                found.append(Linha(number, nome, RECUSADA, reason))
                continue
            seen.add(box.name)
            places[_place(box)] = box.name
            found.append(Linha(number, box.name, _store(db, box, known.get(box.name))))
    prepare()
    return found


def remover(nome: str) -> None:
    """Take an imported box out; its history stays until its time has come."""
    with transaction() as db:
        gone = update(Caixa).where(Caixa.conta == CONTA_PADRAO, Caixa.nome == nome, Caixa.config.is_not(None))
        if not db.execute(gone.values(config=None, silenciada_ate=None)).rowcount:  # type: ignore[attr-defined]
            where = "sat.boxes; tire-a de lá" if nome in {b.name for b in SatSettings.current().boxes} else None
            raise UsageError(f"A caixa {nome!r} " + (f"está em {where}." if where else "não foi importada."))
    prepare()


def _text(arquivo: Path) -> str:
    try:
        with arquivo.open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"Não consegui ler {arquivo}: {os_fault(error)}.") from None
    if len(raw) > FILE_LIMIT:
        raise UsageError(f"{arquivo} passa de {FILE_LIMIT // 1024**2} MiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # as spreadsheets of Windows write it
        return raw.decode("cp1252", "replace")


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give each row with its line; a comma or a semicolon separates, whichever the first line has more of."""
    head = text.partition("\n")[0]
    reader = csv.reader(StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        titles = _titles(next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(titles, cells, strict=False)) | _too_many(titles, cells)
    except csv.Error as error:
        log.info("not CSV", reason=str(error))
        raise UsageError(f"Linha {reader.line_num} não está em CSV; veja as aspas e os fins de linha.") from None


def _too_many(titles: list[str], cells: list[str]) -> dict[str, str]:
    extra = [cell for cell in cells[len(titles) :] if cell.strip()]
    return {"": " ".join(extra)} if extra else {}


def _titles(cells: Iterable[str]) -> list[str]:
    titles = [ALIASES.get(name := cell.strip().lower(), name) for cell in cells]
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


def _conflict(box: BoxSettings | None, seen: set[str], mine: set[str], places: Mapping[Any, str]) -> str | None:
    if box is None:
        return None
    if box.name in mine:
        return "já está em sat.boxes, que vale mais"
    if box.name in seen:
        return "repete o nome de uma linha anterior"
    other = places.get(_place(box))
    return f"mesmo equipamento que a caixa {other!r}" if other not in (None, box.name) else None


def _place(box: BoxSettings) -> tuple[Any, ...]:
    """Return what tells two boxes apart: where they are asked."""
    return (box.host, box.port, box.numero_caixa) if box.kind == "hub" else (str(box.library), box.activation_code)


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
