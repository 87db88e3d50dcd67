"""A consultation: page after page by the service's rules, each stored with its number, none asked for before its time.

docs/reference/contracts/sefaz.md §3, docs/reference/contracts/integracoes.md §5.3.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from claims.backoff import Backoff
from connectors.base.faults import Fault
from connectors.sefaz import Resposta, Resultado, Sefaz, servico
from connectors.sefaz.faults import CertificadoNaoAceito
from core.certificado import CertificadoRecusado
from core.clock import SYSTEM, Clock
from core.errors import PlatformError, Transient, UsageError
from core.logs import get_logger
from core.settings.sefaz import SefazSettings
from core.stopping import stopping
from events.catalog import ConsultaConcluida
from events.outbox import Disparo, disparar_varios
from flows.documentos.owners import Dono, recipient
from flows.sefaz import causas, paginas, regras, vez
from flows.sefaz.regras import Cursor, Passo, Situacao
from flows.sefaz.vez import SemVez, Vez
from storage.models.certificados import CertificadoDigital
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ, ConsultaSEFAZ, EstadoConsulta, SerieNSU
from storage.session import transaction

PAUSE_SECONDS = 2.0
RETRIES, DATABASE_RETRIES = Backoff((2, 8, 30)), Backoff((1, 5, 15))
# No page is asked for after that long; the rest is left to the next consultation.
LONGEST = timedelta(minutes=15)
INTERNAL = "A consulta parou por um erro interno; veja o log."
log = get_logger(__name__)


@dataclass(frozen=True)
class Consulta:
    """How a consultation ended, or why there was none; `ate` is when the next may be."""

    cnpj: str
    servico: str
    situacao: Situacao
    mensagem: str
    ate: datetime | None = None
    paginas: int = 0
    total_encontrados: int = 0
    total_importados: int = 0
    total_erros: int = 0


class _Perdida(Transient):
    """Outro processo tomou a vez deste CNPJ; a consulta segue lá."""


def consultar(
    empresa: str,
    nome: str = "nfe",
    usuario: str | None = None,
    clock: Clock = SYSTEM,
    sleep: Callable[[float], None] = time.sleep,
) -> Consulta:
    """Ask a service for what is new of a company, and store it.

    Raises:
        Refusal: there is no such company or service, it is turned off, or nobody said in which state it is.
        Misconfigured: the authorities of the settings cannot be read.
    """
    return consultar_para(recipient(usuario, empresa), nome, clock, sleep)


def consultar_para(
    dono: Dono, nome: str, clock: Clock = SYSTEM, sleep: Callable[[float], None] = time.sleep
) -> Consulta:
    """Do the same for a company that is known."""
    asked, settings = servico(nome), SefazSettings.current()
    if dono.cnpj is None:
        raise UsageError("Diga o CNPJ da empresa.", campo="empresa")
    try:
        who = vez.quem(dono, settings, clock.now())
        sefaz = Sefaz(who.certificado, settings, clock=clock)
        turn = vez.take(who, asked, settings, clock.now())
    except SemVez as reason:
        return Consulta(dono.cnpj, nome, reason.situacao, reason.mensagem, reason.ate)
    except CertificadoRecusado as fault:
        return Consulta(dono.cnpj, nome, Situacao.CERTIFICADO, str(fault))
    with sefaz:
        return _Corrida(sefaz, turn, settings, clock, sleep).run()


class _Corrida:
    """One consultation under way."""

    def __init__(
        self, sefaz: Sefaz, turn: Vez, settings: SefazSettings, clock: Clock, sleep: Callable[[float], None]
    ) -> None:
        self.sefaz, self.turn, self.settings, self.clock, self.sleep = sefaz, turn, settings, clock, sleep
        self.paginas, self.ends = 0, clock.now() + LONGEST
        self.lines: list[str] = []

    def run(self) -> Consulta:
        """Ask until nothing is left, or nothing may be asked any more."""
        try:
            while (ended := self._page()) is None:
                self.sleep(PAUSE_SECONDS)
            return ended
        except Fault as fault:
            if isinstance(fault, CertificadoNaoAceito):
                return self._failed(Situacao.CERTIFICADO, str(fault))
            return self._failed(Situacao.SEM_RESPOSTA, str(fault), getattr(fault, "retry_after", None))
        except _Perdida:
            raise
        except Exception as fault:
            self._failed(Situacao.RECUSADA, str(fault) if isinstance(fault, PlatformError) else INTERNAL)
            raise

    def _page(self) -> Consulta | None:
        """Ask once and store what came; return how the consultation ended, None while there is more."""
        number, resposta = self._ask()
        now = self.clock.now()
        found = regras.passo(self.turn.cursor, resposta, now, self.turn.servico.descanso, primeira=self.turn.primeira)
        self.paginas += 1
        if found.situacao is Situacao.CONTINUA and self._enough(now):
            found = Passo(found.cursor, Situacao.CONCLUIDA, found.faltas)
        ended = self._kept(number, resposta, found, now)
        self.turn.cursor, self.turn.primeira, self.lines = found.cursor, False, []
        return ended

    def _enough(self, now: datetime) -> bool:
        return self.paginas >= self.settings.max_paginas or now >= self.ends or stopping()

    def _kept(self, number: int, resposta: Resposta, found: Passo, now: datetime) -> Consulta | None:
        """Store a page; a database that is busy is asked again, for nobody else has this answer."""
        lidos, attempts = paginas.ler(resposta.documentos), 0
        while True:
            try:
                return self._stored(number, resposta, lidos, found, now)
            except Transient as fault:
                attempts += 1
                wait = None if isinstance(fault, _Perdida) else DATABASE_RETRIES.wait(attempts)
                if wait is None:
                    raise
            self.sleep(wait)

    def _stored(
        self, number: int, resposta: Resposta, lidos: Sequence[paginas.Lido], found: Passo, now: datetime
    ) -> Consulta | None:
        with transaction() as db:
            mine = update(ChamadaSEFAZ).where(ChamadaSEFAZ.id == number)
            db.execute(mine.values(cstat=resposta.codigo[:10]))
            said = self._said(db, number, resposta, found, now)
            total = paginas.guardar(db, self.turn.quem, self.turn.serie_id, lidos, now)
            paginas.anotar_faltas(db, self.turn.serie_id, found.faltas, now)
            self._stand(db, found.cursor, resposta.codigo, said)
            return self._write(db, found, said, total, now)

    def _ask(self) -> tuple[int, Resposta]:
        """Return the number of a call and its answer, asking again after a fault that may pass."""
        attempts = 0
        while True:
            number = self._call()
            try:
                return number, self.sefaz.perguntar(self.turn.servico, self.turn.pergunta())
            except Fault as fault:
                attempts += 1
                self._unanswered(number, fault)
                asked = getattr(fault, "retry_after", None)
                wait = RETRIES.wait(attempts, asked=asked) if isinstance(fault, Transient) else None
                if wait is None or wait > 2 * RETRIES.waits[-1] or stopping():
                    raise
                self.lines.append(f"tentativa {attempts}: {fault}")
                log.warning("question got no answer", cnpj=self.turn.quem.cnpj, attempt=attempts, reason=str(fault))
                self.sleep(wait)
                if stopping():
                    raise

    def _call(self) -> int:
        now = self.clock.now()
        with transaction() as db:
            if not self.turn.hold(db, now):
                raise _Perdida
            call = ChamadaSEFAZ(
                serie_id=self.turn.serie_id, forma="sequencia", nsu=self.turn.cursor.ult_nsu, em=now, cstat=None
            )
            db.add(call)
            db.flush()
            return call.id

    def _unanswered(self, number: int, fault: Fault) -> None:
        """Note of a call that it was surely not made; of one that may have been, that nothing is known."""
        if fault.may_be_stored:
            self.turn.primeira = False
            return
        with transaction() as db:
            db.execute(update(ChamadaSEFAZ).where(ChamadaSEFAZ.id == number).values(cstat=NAO_FEITA))

    def _said(self, db: Session, number: int, resposta: Resposta, found: Passo, now: datetime) -> str:
        cursor, before = self.turn.cursor, self.turn.calls(db, number)
        if resposta.resultado is not Resultado.CONSUMO_INDEVIDO:
            return f"{resposta.codigo}: {resposta.motivo[:500]}"
        at_end = cursor.ult_nsu >= cursor.max_nsu
        why = causas.causa(resposta, cursor.ult_nsu, before, now, no_fim=at_end)
        until = found.cursor.bloqueado_ate or now
        return causas.explicada(why, resposta, cursor.ult_nsu, before, until)

    def _stand(self, db: Session, cursor: Cursor, codigo: str | None, said: str) -> None:
        values = {
            "ult_nsu": cursor.ult_nsu,
            "max_nsu": cursor.max_nsu,
            "proxima_consulta": cursor.proxima_consulta,
            "bloqueado_ate": cursor.bloqueado_ate,
            "falhas": cursor.falhas,
            "motivo": said,
            "ultimo_cstat": codigo and codigo[:10],
        }
        db.execute(update(SerieNSU).where(SerieNSU.id == self.turn.serie_id).values(**values))

    def _write(self, db: Session, found: Passo, said: str, total: paginas.Totais, now: datetime) -> Consulta | None:
        """Write a page to the consultation, and end it if it was the last one.

        Raises:
            _Perdida: the turn is ours no more; nothing is to be written.
        """
        row = db.get_one(ConsultaSEFAZ, self.turn.consulta_id)
        row.total_encontrados += total.encontrados
        row.total_importados += total.importados
        row.total_erros += total.erros
        line = f"página {self.paginas}: {said}; {total.encontrados} documentos, NSU {found.cursor.ult_nsu}"
        self._log(row, line)
        if found.situacao is Situacao.CONTINUA:
            if not self.turn.hold(db, now):
                raise _Perdida
            return None
        return self._end(db, row, found, said, now)

    def _end(self, db: Session, row: ConsultaSEFAZ, found: Passo, said: str, now: datetime) -> Consulta:
        if not self.turn.let_go(db, now):
            raise _Perdida
        good = found.situacao is Situacao.CONCLUIDA
        row.status = EstadoConsulta.CONCLUIDA if good else EstadoConsulta.ERRO
        row.mensagem_erro, row.data_conclusao = None if good else said, now
        certificate = update(CertificadoDigital).where(CertificadoDigital.id == self.turn.quem.certificado_id)
        off = {"consulta_automatica": False} if found.situacao is Situacao.CERTIFICADO else {}
        db.execute(certificate.values(ultima_consulta=now, **off))
        if good:
            disparar_varios(self._told(row, now), db)
        return Consulta(
            self.turn.quem.cnpj,
            self.turn.servico.nome,
            found.situacao,
            said,
            found.cursor.bloqueado_ate or found.cursor.proxima_consulta,
            self.paginas,
            row.total_encontrados,
            row.total_importados,
            row.total_erros,
        )

    def _told(self, row: ConsultaSEFAZ, now: datetime) -> Sequence[Disparo]:
        who = self.turn.quem
        if who.usuario_id is None:
            return []
        told = ConsultaConcluida(
            certificado_nome=who.certificado_nome,
            certificado=who.certificado_nome,
            cnpj=who.cnpj,
            tipo_documento=row.tipo_documento,
            data_inicio=row.data_inicio.isoformat(),
            data_fim=row.data_fim.isoformat(),
            total_encontrados=row.total_encontrados,
            total_importados=row.total_importados,
            total_erros=row.total_erros,
            data_conclusao=now.isoformat(),
        )
        return [Disparo.of(told, who.usuario_id)]

    def _log(self, row: ConsultaSEFAZ, line: str) -> None:
        row.log_detalhado = "\n".join([*filter(None, [row.log_detalhado]), *self.lines, line])

    def _failed(self, situacao: Situacao, said: str, asked: float | None = None) -> Consulta:
        """End without an answer: the numbering stands where it stood, and waits longer after each failure."""
        now = self.clock.now()
        found = Passo(regras.depois_de_falha(self.turn.cursor, now, asked), situacao)
        with transaction() as db:
            row = db.get_one(ConsultaSEFAZ, self.turn.consulta_id)
            self._log(row, said)
            self._stand(db, found.cursor, None, said)
            return self._end(db, row, found, said, now)
