"""Companies as people see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.fiscal import formatar_documento
from core.page import SIZE, Page
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.pages import oldest_first, visible
from storage.session import reading


@dataclass(frozen=True)
class CompanyView:
    """A company; `usuario` is whose it is, none for the operator's."""

    id: int
    cnpj: str
    nome: str
    usuario: str | None
    uf: str | None
    ativa: bool
    criada_em: datetime


def listar(*, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR) -> Page[CompanyView]:
    """Return a page of the companies that the caller may see, the oldest first."""
    query = _query().where(visible(caller, Empresa.usuario_id))
    with reading() as db:
        return oldest_first(db, query, Empresa.id, depois, limite).map(_view)


def listed(db: Session, empresa: Empresa) -> CompanyView:
    """Return one company as it is listed."""
    return _view(db.execute(_query().where(Empresa.id == empresa.id)).one())


def _query() -> Select[*tuple[Any, ...]]:
    return select(Empresa.id, Empresa, Usuario.username).outerjoin(Usuario, Usuario.id == Empresa.usuario_id)


def _view(row: Any) -> CompanyView:
    _, empresa, username = row
    cnpj = formatar_documento(empresa.cnpj)
    return CompanyView(empresa.id, cnpj, empresa.nome, username, empresa.uf, empresa.ativa, empresa.criada_em)
