"""The rows of a CNPJ and of its numberings: they begin when they are first asked for.

docs/reference/contracts/sefaz.md §3.1.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.fiscal import formatar_documento
from storage.models.sefaz import Contribuinte, SerieNSU
from storage.rows import add_missing


def contribuinte(db: Session, empresa_id: int, cnpj: str, ambiente: int, now: datetime) -> int:
    """Return the number of a CNPJ in an environment; raise `Conflict` where another user's company of it has that."""
    key = {"cnpj": cnpj, "ambiente": ambiente}
    add_missing(db, Contribuinte, [{**key, "empresa_id": empresa_id, "due_at": now}])
    found = db.execute(select(Contribuinte.id, Contribuinte.empresa_id).filter_by(**key)).one()
    if found.empresa_id != empresa_id:
        named = formatar_documento(cnpj)
        raise Conflict(f"O CNPJ {named} já é consultado para outro usuário, e a numeração da SEFAZ é uma só por CNPJ.")
    return int(found.id)


def serie(db: Session, contribuinte_id: int, servico: str) -> SerieNSU:
    """Return the numbering of a CNPJ in a service."""
    key = {"contribuinte_id": contribuinte_id, "servico": servico}
    add_missing(db, SerieNSU, [{**key, "ult_nsu": 0, "max_nsu": 0, "falhas": 0}])
    return db.scalars(select(SerieNSU).filter_by(**key)).one()
