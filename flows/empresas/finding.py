"""Find a company by its CNPJ, as a person writes it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.errors import Conflict, NotFound
from core.fiscal import formatar_documento, normalizar_documento
from storage.models.empresas import Empresa
from storage.pages import visible


def named(db: Session, cnpj: str, caller: Caller = OPERATOR) -> Empresa:
    """Return the caller's company with this CNPJ; the operator's own, where users have it too.

    Raises:
        NotFound: there is none.
        Conflict: the operator means one of several users' companies, and has none itself.
    """
    query = select(Empresa).where(Empresa.cnpj == normalizar_documento(cnpj), visible(caller, Empresa.usuario_id))
    found = db.scalars(query.order_by(Empresa.usuario_id.nulls_first()).limit(2)).all()
    if not found:
        raise NotFound(f"A empresa {formatar_documento(cnpj)[:40]!r} não está cadastrada.", veja="empresas")
    if len(found) > 1 and found[0].usuario_id is not None:
        raise Conflict(f"Mais de um usuário tem a empresa {formatar_documento(cnpj)}; diga qual.", campo="usuario")
    return found[0]
