"""The rows of a CNPJ and of its numberings: they begin when they are first asked for.

docs/reference/contracts/sefaz.md §3.1.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.fiscal import formatar_documento
from storage.models.empresas import Empresa
from storage.models.sefaz import Contribuinte, SerieNSU
from storage.models.usuarios import Usuario
from storage.rows import add_missing


def contribuinte(db: Session, empresa_id: int, cnpj: str, ambiente: int, now: datetime) -> int:
    """Return the number of a CNPJ in an environment.

    One whose company, or its user, is in use no more goes on for this company.

    Raises:
        Conflict: it is asked for another user.
    """
    key = {"cnpj": cnpj, "ambiente": ambiente}
    add_missing(db, Contribuinte, [{**key, "empresa_id": empresa_id, "due_at": now}])
    found = db.scalars(select(Contribuinte).filter_by(**key)).one()
    if found.empresa_id != empresa_id and _in_use(db, found.empresa_id):
        named = formatar_documento(cnpj)
        raise Conflict(f"O CNPJ {named} já é consultado para outro usuário, e a numeração da SEFAZ é uma só por CNPJ.")
    found.empresa_id = empresa_id
    return found.id


def _in_use(db: Session, empresa_id: int) -> bool:
    query = select(Empresa.id).outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
    return db.scalar(query.where(Empresa.id == empresa_id, Empresa.ativa, Usuario.ativo.is_not(False))) is not None


def serie(db: Session, contribuinte_id: int, servico: str) -> SerieNSU:
    """Return the numbering of a CNPJ in a service."""
    key = {"contribuinte_id": contribuinte_id, "servico": servico}
    add_missing(db, SerieNSU, [{**key, "ult_nsu": 0, "max_nsu": 0, "falhas": 0}])
    return db.scalars(select(SerieNSU).filter_by(**key)).one()
