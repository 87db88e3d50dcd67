"""Register the companies whose documents are kept, and turn them off and on."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from core.fiscal import UFS, cnpj_valido, formatar_documento, normalizar_documento
from flows.empresas.finding import named
from flows.empresas.views import CompanyView, listed
from storage.models.empresas import Empresa, dono
from storage.session import transaction

_LONGEST_NAME = 200


def criar(
    cnpj: str,
    *,
    nome: str | None = None,
    uf: str | None = None,
    replacing: bool = False,
    caller: Caller = OPERATOR,
    clock: Clock = SYSTEM,
) -> CompanyView:
    """Register a company of the caller; raise `UsageError` or `Conflict` with what is wrong.

    With `replacing` the caller's company of this CNPJ, if there is, gets the name and state that are said; what is not
    said stays.
    """
    bare, name, state, owner = _cnpj(cnpj), _nome(nome or ""), _uf(uf), dono(caller.usuario_id)
    try:
        with transaction() as db:
            mine = select(Empresa).where(Empresa.dono == owner, Empresa.cnpj == bare)
            old = db.scalar(mine) if replacing else None
            empresa = old or Empresa(
                usuario_id=caller.usuario_id, dono=owner, cnpj=bare, ativa=True, criada_em=clock.now()
            )
            empresa.nome = name if nome is not None or old is None else old.nome
            empresa.uf = state or empresa.uf
            db.add(empresa)
            db.flush()
            return listed(db, empresa)
    except IntegrityError:
        raise Conflict(f"A empresa {formatar_documento(bare)} já está cadastrada.", veja="empresas") from None


def ativar(cnpj: str, caller: Caller = OPERATOR) -> CompanyView:
    """Let documents of a company be taken in again."""
    return _switch(cnpj, caller, on=True)


def desativar(cnpj: str, caller: Caller = OPERATOR) -> CompanyView:
    """Take in no further documents for a company; what is stored stays."""
    return _switch(cnpj, caller, on=False)


def _switch(cnpj: str, caller: Caller, *, on: bool) -> CompanyView:
    with transaction() as db:
        empresa = named(db, cnpj, caller)
        empresa.ativa = on
        return listed(db, empresa)


def _cnpj(said: str) -> str:
    bare = normalizar_documento(said)
    if not cnpj_valido(bare):
        raise UsageError(f"{said[:40]!r} não é um CNPJ: confira os 14 caracteres e os dígitos verificadores.")
    return bare


def _nome(said: str) -> str:
    bare = " ".join(said.split())
    if len(bare) > _LONGEST_NAME or not bare.isprintable():
        raise UsageError(f"O nome da empresa tem no máximo {_LONGEST_NAME} caracteres, todos visíveis.", campo="nome")
    return bare


def _uf(said: str | None) -> str | None:
    if said is not None and said.upper() not in UFS:
        raise UsageError(f"{said[:40]!r} não é a sigla de um estado.", campo="uf")
    return said and said.upper()
