"""Lots of Questor in a database, with their files, as a scan would leave them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import insert, select

from core.clock import SYSTEM
from sandbox.questor.documentos import Documento
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import reading, transaction

TOKEN = "chave-de-teste"  # pragma: allowlist secret


def account(url: str, **values: str) -> dict[str, str]:
    """Return the settings of an account whose server is at this address."""
    given = {"office": "escritorio", "token": TOKEN, "base_url": url, "window": "sempre", **values}
    return {f"questor__{name}": value for name, value in given.items()}


def lot(folder: Path, documents: Iterable[Documento], nome: str = "lote", *, enviar: bool = True) -> int:
    """Write the documents to files and their manifest; return the number of the lot."""
    folder.mkdir(parents=True, exist_ok=True)
    now = SYSTEM.now()
    with transaction() as db:
        lote = QuestorLote(
            conta="padrao", nome=nome, pasta=str(folder), criado_em=now, varrido_em=now, enviar=enviar, ritmo=0.0
        )
        db.add(lote)
        db.flush()
        rows = [_row(lote.id, folder, one, number) for number, one in enumerate(documents)]
        for at in range(0, len(rows), 5000):
            db.execute(insert(QuestorArquivo), rows[at : at + 5000])
        return lote.id


def _row(lote_id: int, folder: Path, one: Documento, number: int) -> dict[str, object]:
    content = one.texto.encode()
    (folder / f"{number}.xml").write_bytes(content)
    return {
        "lote_id": lote_id,
        "caminho": f"{number}.xml",
        "tamanho": len(content),
        "mtime_ns": 0,
        "sha256": hashlib.sha256(content).hexdigest(),
        "tipo": one.tipo,
        "identidade": one.identidade,
        "estado": "pendente",
        "tentativas": 0,
        "repeticoes": 0,
        "erros": 0,
        "due_at": SYSTEM.now(),
    }


def files(lote_id: int) -> list[QuestorArquivo]:
    """Return the rows of a lot in order."""
    with reading() as db:
        return list(
            db.scalars(select(QuestorArquivo).where(QuestorArquivo.lote_id == lote_id).order_by(QuestorArquivo.id))
        )


def states(lote_id: int) -> dict[str, int]:
    """Return how many files are in each state."""
    found: dict[str, int] = {}
    for row in files(lote_id):
        found[row.estado] = found.get(row.estado, 0) + 1
    return found
