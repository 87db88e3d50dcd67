"""Ask under a turn: each question is a row before it leaves, and is put again after a fault that may pass.

docs/reference/contracts/sefaz.md §3.9, §3.10a.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from claims.backoff import Backoff
from connectors.base.faults import Fault
from connectors.sefaz import Pergunta, Resposta, Sefaz
from connectors.sefaz.faults import CertificadoNaoAceito
from core.certificado import CertificadoRecusado
from core.clock import Clock
from core.errors import Transient
from core.logs import get_logger
from core.settings.sefaz import SefazSettings
from core.stopping import stopping
from flows.documentos.owners import Dono
from flows.sefaz.regras import Situacao
from flows.sefaz.vez import Quem, SemVez, Vez, quem
from storage.models.certificados import CertificadoDigital
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ
from storage.session import transaction

RETRIES, DATABASE_RETRIES = Backoff((2, 8, 30)), Backoff((1, 5, 15))
Sleep = Callable[[float], None]
# Opens the certificate of a company.
Abrir = Callable[[Quem], AbstractContextManager[Sefaz]]
Answer = TypeVar("Answer")
log = get_logger(__name__)


class Perdida(Transient):
    """Outro processo tomou a vez deste CNPJ; a consulta segue lá."""


@contextmanager
def aberto(dono: Dono, settings: SefazSettings, clock: Clock, abrir: Abrir | None) -> Iterator[tuple[Quem, Sefaz]]:
    """Yield who is asked for and the open certificate; without `abrir` it is opened for this alone.

    Raises:
        SemVez: no certificate serves the company, or it cannot be opened any more.
    """
    try:
        who = quem(dono, settings, clock.now())
        opened = abrir(who) if abrir else Sefaz(who.certificado, settings, clock=clock)
    except CertificadoRecusado as fault:
        raise SemVez(Situacao.CERTIFICADO, None, str(fault)) from fault
    with opened as sefaz:
        yield who, sefaz


class Chamadas:
    """The questions of one turn. `permitida` raises where one more may not be asked now.

    `perdida` tells whether an answer may have been lost on the way; `linhas` says what went wrong so far, `falha` what
    went wrong with the last question.
    """

    def __init__(
        self,
        sefaz: Sefaz,
        vez: Vez,
        clock: Clock,
        sleep: Sleep,
        permitida: Callable[[Session, datetime], None] | None = None,
    ) -> None:
        self.sefaz, self.vez, self.clock, self.sleep, self.permitida = sefaz, vez, clock, sleep, permitida
        self.perdida = False
        self.falha: Fault | None = None
        self.linhas: list[str] = []

    def ask(self, pergunta: Pergunta) -> tuple[int, Resposta]:
        """Return the number of a call and its answer, asking again after a fault that may pass.

        Raises:
            Fault: there was no answer, again and again.
            Perdida: the turn is somebody else's by now.
        """
        attempts, self.falha = 0, None
        while True:
            number = self._call(pergunta)
            try:
                return number, self.sefaz.perguntar(self.vez.servico, pergunta)
            except Fault as fault:
                attempts, self.falha = attempts + 1, fault
                self._unanswered(number, fault)
                asked = getattr(fault, "retry_after", None)
                wait = RETRIES.wait(attempts, asked=asked) if isinstance(fault, Transient) else None
                if wait is None or wait > 2 * RETRIES.waits[-1] or stopping():
                    raise
                self.linhas.append(f"tentativa {attempts}: {fault}")
                log.warning("question got no answer", cnpj=self.vez.quem.cnpj, attempt=attempts, reason=str(fault))
                self.sleep(wait)
                if stopping():
                    raise

    def _call(self, pergunta: Pergunta) -> int:
        now = self.clock.now()
        with transaction() as db:
            if self.permitida is not None:
                self.permitida(db, now)
            if not self.vez.hold(db, now):
                raise Perdida
            call = ChamadaSEFAZ(
                serie_id=self.vez.serie_id,
                forma=pergunta.forma.value,
                nsu=pergunta.nsu,
                chave=pergunta.chave or None,
                em=now,
                cstat=None,
            )
            db.add(call)
            db.flush()
            return call.id

    def _unanswered(self, number: int, fault: Fault) -> None:
        """Note of a call that it was surely not made; of one that may have been, that nothing is known."""
        if fault.may_be_stored:
            self.perdida = True
            return
        with transaction() as db:
            db.execute(update(ChamadaSEFAZ).where(ChamadaSEFAZ.id == number).values(cstat=NAO_FEITA))

    def kept(self, write: Callable[[], Answer]) -> Answer:
        """Write what an answer brought; a database that is busy is asked again, for nobody else has this answer."""
        attempts = 0
        while True:
            try:
                return write()
            except Transient as fault:
                attempts += 1
                wait = None if isinstance(fault, Perdida) else DATABASE_RETRIES.wait(attempts)
                if wait is None:
                    raise
            self.sleep(wait)


def answered(db: Session, number: int, codigo: str) -> None:
    """Note the status that a call was answered with."""
    db.execute(update(ChamadaSEFAZ).where(ChamadaSEFAZ.id == number).values(cstat=codigo[:10]))


def situacao_de(fault: Fault) -> Situacao:
    """Return how something ended that got no answer."""
    return Situacao.CERTIFICADO if isinstance(fault, CertificadoNaoAceito) else Situacao.SEM_RESPOSTA


def em_uso(db: Session, of: Quem) -> bool:
    """Tell whether the certificate that was shown is still the company's: another one may have taken its place."""
    return db.scalar(select(CertificadoDigital.id).where(*_shown(of))) is not None


def _shown(of: Quem) -> tuple[ColumnElement[bool], ...]:
    return CertificadoDigital.id == of.certificado_id, CertificadoDigital.numero == of.certificado.numero


def desligar(db: Session, of: Quem, said: str) -> None:
    """Turn the automation of a certificate off: SEFAZ says that it is refused, and only a person can change that.

    One that took its place meanwhile is another one.
    """
    on = (*_shown(of), CertificadoDigital.consulta_automatica)
    db.execute(update(CertificadoDigital).where(*on).values(consulta_automatica=False, desligado_por=said[:500]))
