"""How many files a request to import has, as far as they were met."""

from sqlalchemy import func, select

from storage.models.importacoes import ImportLog
from storage.session import reading


def files_of(importacao_id: int) -> int:
    """Return the files of a request."""
    mine = (ImportLog.importacao_id == importacao_id, ImportLog.parte == 0)
    with reading() as db:
        return db.scalar(select(func.count()).select_from(ImportLog).where(*mine)) or 0
