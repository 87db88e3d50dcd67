"""The report of a lot: one line for every single file, as JSON Lines or CSV, streamed."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from core import csv_text
from core.documentos.paths import of_part
from core.errors import UsageError
from core.fiscal import formatar_chave, parece_chave
from core.settings.accounts import PADRAO
from flows.questor import lots
from flows.questor.manifest import FILES
from storage.session import reading

STORED = ("sha256", "tipo", "identidade", "estado", "motivo", "http", "mensagem", "tentativas", "caminho_codificado")
FIELDS = ("caminho", *STORED)
PAGE = 5000


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
    yield from csv_text.lines(FIELDS, ([_shown(row[name]) for name in FIELDS] for row in _rows(lote_id)))


def _shown(value: Any) -> Any:
    # a spreadsheet would round a key to fifteen digits
    return formatar_chave(value) if isinstance(value, str) and parece_chave(value) else value


FORMATS = {"jsonl": _jsonl, "csv": _csv}
