"""Which companies are to be consulted: those with a certificate in use, and of them those whose time has come.

docs/reference/contracts/integracoes.md §5.3.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound
from flows.certificados.finding import serving
from flows.documentos.owners import Dono
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.pages import visible
from storage.session import reading


def com_certificado(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> list[Dono]:
    """Return the caller's companies that a certificate serves."""
    with reading() as db:
        return [_dono(one) for one, _ in _served(db, caller, clock.now())]


def devidas(clock: Clock = SYSTEM) -> list[Dono]:
    """Return the companies that are consulted by themselves and whose interval is over."""
    now = clock.now()
    with reading() as db:
        return [_dono(one) for one, row in _served(db, OPERATOR, now) if _due(row, now)]


def dona(empresa_id: int) -> Dono:
    """Return a company by its number."""
    with reading() as db:
        found = db.get(Empresa, empresa_id)
    if found is None:
        raise NotFound("A empresa não existe mais.", veja="empresas")
    return _dono(found)


def _served(db: Session, caller: Caller, now: datetime) -> Iterator[tuple[Empresa, CertificadoDigital]]:
    query = select(Empresa).outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
    query = query.where(Empresa.ativa, Usuario.ativo.is_not(False), visible(caller, Empresa.usuario_id))
    bases = select(CertificadoDigital.base).where(CertificadoDigital.ativo)
    held = set(db.scalars(bases))
    for empresa in db.scalars(query.order_by(Empresa.id)):
        if empresa.cnpj[:8] in held and (row := serving(db, empresa, now)) is not None:
            yield empresa, row


def _due(row: CertificadoDigital, now: datetime) -> bool:
    if not row.consulta_automatica:
        return False
    last = row.ultima_consulta
    return last is None or last + timedelta(minutes=row.intervalo_consulta) <= now


def _dono(empresa: Empresa) -> Dono:
    return Dono(empresa.usuario_id, empresa.id, empresa.cnpj)
