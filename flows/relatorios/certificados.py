"""That a certificate ends: told by mail at each step once, the nearest one where days were missed.

docs/reference/contracts/integracoes.md §5.9.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.certificados.vencimento import STEPS
from core.agenda import Feito
from core.clock import SYSTEM, Clock
from core.logs import get_logger
from core.settings.core import CoreSettings
from events.catalog.avisos import CertificadoVencendo
from events.notifications import NotificationService
from flows.relatorios import uma_vez
from storage.models.certificados import CertificadoDigital, em_uso
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

# For so long after the end it is still told, where nobody did on the day itself.
LATE_DAYS = 7
log = get_logger(__name__)


@dataclass(frozen=True)
class Vence:
    """A certificate in use that ends soon or has ended, and whose it is."""

    id: int
    usuario_id: int | None
    fim: date
    dias: int

    @property
    def passo(self) -> int:
        """The step that is nearest: the least that is not behind."""
        return next(step for step in STEPS if self.dias <= step)

    def about(self, step: int) -> str:
        """Return what the notice of a step is about: another certificate in its place has another end."""
        return f"{self.id}:{self.fim.isoformat()}:{step}"


def avisar(dia: date, clock: Clock = SYSTEM) -> Feito:
    """Owe the mails of a local day; one certificate that fails costs no other, and is raised after them."""
    counted, faults = Counter[str](), list[Exception]()
    with reading() as db:
        ending = _ending(db, dia, clock.now())
    for one in ending:
        try:
            counted["avisados"] += _one(one, clock)
        except Exception as fault:  # noqa: BLE001 - raised after the others
            log.error("expiry could not be told", certificate=one.id, fault=type(fault).__name__, reason=str(fault))
            faults.append(fault)
    if faults:
        raise faults[0]
    return Feito(counted)


def _one(one: Vence, clock: Clock) -> int:
    """Owe the mail of one certificate, unless this step or a nearer one was told; return how many were owed."""
    nome, near = CertificadoVencendo.evento, [one.about(step) for step in STEPS if step <= one.passo]
    with transaction() as db:
        if uma_vez.given(db, nome, near):
            return 0
        if not uma_vez.first(db, nome, one.about(one.passo), clock.now()):
            return 0
        service, row = NotificationService(db, clock), db.get_one(CertificadoDigital, one.id)
        told = service.notificar_certificado_vencendo(one.usuario_id, row, one.dias)
        if not told:
            # somebody may be there to be told tomorrow
            uma_vez.forget(db, nome, one.about(one.passo))
        return min(told, 1)


def _ending(db: Session, dia: date, now: datetime) -> list[Vence]:
    query = select(CertificadoDigital.id, Empresa.usuario_id, CertificadoDigital.validade_fim)
    query = query.join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
    query = query.outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
    found = []
    for number, usuario_id, end in db.execute(query.where(em_uso(now)).order_by(CertificadoDigital.id)):
        last = end.astimezone(CoreSettings.current().zone).date()
        days = (last - dia).days
        if -LATE_DAYS <= days <= STEPS[-1]:
            found.append(Vence(number, usuario_id, last, days))
    return found
