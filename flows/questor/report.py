"""The report of a lot: one line for every single file, as JSON Lines or CSV, streamed."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

from sqlalchemy import select

from core.documentos.paths import of_part
from core.errors import UsageError
from core.settings.accounts import PADRAO
from flows.questor import lots
from flows.questor.manifest import FILES
from storage.session import reading

STORED = ("sha256", "tipo", "identidade", "estado", "motivo", "http", "mensagem", "tentativas", "caminho_codificado")
FIELDS = ("caminho", *STORED)
PAGE = 5000
# A spreadsheet would take a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def relatorio(nome: str, formato: str, conta: str = PADRAO) -> Iterator[str]:
    """Give the lines of the report, each with its end."""
    if formato not in FORMATS:
        raise UsageError(f"Formato desconhecido: {formato!r}. Há {' e '.join(FORMATS)}.")
    lote = lots.named(nome, conta)
    return FORMATS[formato](lote.id)


def _rows(lote_id: int) -> Iterator[dict[str, Any]]:
    last = 0
    columns = (FILES.c.id, FILES.c.parte, *(FILES.c[name] for name in FIELDS))
    while True:
        query = select(*columns).where(FILES.c.lote_id == lote_id, FILES.c.id > last).order_by(FILES.c.id).limit(PAGE)
        with reading() as db:
            page = db.execute(query).all()
        if not page:
            return
        for row in page:
            yield {"caminho": of_part(row.caminho, row.parte)} | {name: getattr(row, name) for name in STORED}
        last = page[-1].id


def _jsonl(lote_id: int) -> Iterator[str]:
    for row in _rows(lote_id):
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _csv(lote_id: int) -> Iterator[str]:
    yield _line(FIELDS)
    for row in _rows(lote_id):
        yield _line([_cell(row[name]) for name in FIELDS])


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _line(cells: Any) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


FORMATS = {"jsonl": _jsonl, "csv": _csv}
