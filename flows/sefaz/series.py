"""The rows of a CNPJ and of its numberings: they begin when they are first asked for, for one company at a time.

docs/reference/contracts/sefaz.md §3.1.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from claims.holder import new_token
from core.errors import Conflict
from core.fiscal import formatar_documento
from flows.sefaz.rows import CONTRIBUINTES, Solto
from storage.models.empresas import Empresa
from storage.models.sefaz import ConsultaSEFAZ, Contribuinte, EstadoConsulta, SerieNSU
from storage.models.usuarios import Usuario
from storage.rows import add_missing, table_of

HANDING_OVER_SECONDS = 30.0
# What is the service's, whoever asks: where a numbering stands, and until when it rests.
OWN = {"id", "contribuinte_id", "servico", "empresa_id"}
STANDING = [one.name for one in table_of(SerieNSU).c if one.name not in OWN]
GIVEN_UP = "A empresa não tem mais um certificado em uso, ou foi desativada; peça de novo quando estiver em ordem."


class EmConsulta(Conflict):
    """Somebody is asking for a CNPJ right now."""


def contribuinte(db: Session, empresa_id: int, cnpj: str, ambiente: int, now: datetime) -> int:
    """Return the number of a CNPJ in an environment.

    One whose company, or its user, is in use no more goes on for this company.

    Raises:
        Conflict: it is asked for another user.
        EmConsulta: it would go on for this company, and is being asked for another one.
    """
    key = {"cnpj": cnpj, "ambiente": ambiente}
    add_missing(db, Contribuinte, [{**key, "empresa_id": empresa_id, "due_at": now}])
    found = db.scalars(select(Contribuinte).filter_by(**key)).one()
    if found.empresa_id != empresa_id:
        _take_over(db, found, empresa_id, now)
    return found.id


def _take_over(db: Session, found: Contribuinte, empresa_id: int, now: datetime) -> None:
    db.refresh(found, with_for_update=True)
    if found.empresa_id == empresa_id:
        # another process has just done it
        return
    named = formatar_documento(found.cnpj)
    if _in_use(db, found.empresa_id):
        raise Conflict(f"O CNPJ {named} já é consultado para outro usuário, e a numeração da SEFAZ é uma só por CNPJ.")
    mine, token = CONTRIBUINTES.on(db, CONTRIBUINTES.table.c.id == found.id, early=True), new_token()
    if not mine.claim(1, now, HANDING_OVER_SECONDS, token):
        raise EmConsulta(f"{named} está em consulta agora; tente de novo quando ela acabar.")
    _hand_over(db, found, empresa_id, now)
    mine.settle(token, [Solto(found.id, now)])


def _in_use(db: Session, empresa_id: int) -> bool:
    query = select(Empresa.id).outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
    return db.scalar(query.where(Empresa.id == empresa_id, Empresa.ativa, Usuario.ativo.is_not(False))) is not None


def _hand_over(db: Session, found: Contribuinte, empresa_id: int, now: datetime) -> None:
    """Let another company go on from where the numberings stand; what came and was wanted stays the one's before."""
    before = db.scalars(select(SerieNSU).filter_by(contribuinte_id=found.id, empresa_id=found.empresa_id)).all()
    found.empresa_id = empresa_id
    db.flush()
    for one in before:
        new = serie(db, found.id, one.servico)
        for name in STANDING:
            setattr(new, name, getattr(one, name))
    left = update(ConsultaSEFAZ).where(
        ConsultaSEFAZ.serie_id.in_([one.id for one in before]),
        ConsultaSEFAZ.status.in_((EstadoConsulta.PENDENTE, EstadoConsulta.PROCESSANDO)),
    )
    db.execute(left.values(status=EstadoConsulta.ERRO, mensagem_erro=GIVEN_UP, data_conclusao=now))


def serie(db: Session, contribuinte_id: int, servico: str) -> SerieNSU:
    """Return the numbering of a CNPJ in a service, as the company has it that the CNPJ is asked for."""
    of = db.get_one(Contribuinte, contribuinte_id)
    key = {"contribuinte_id": contribuinte_id, "servico": servico, "empresa_id": of.empresa_id}
    add_missing(db, SerieNSU, [{**key, "ult_nsu": 0, "max_nsu": 0, "falhas": 0}])
    return db.scalars(select(SerieNSU).filter_by(**key)).one()
