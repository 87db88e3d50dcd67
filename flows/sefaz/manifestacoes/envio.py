"""Send a company's owed events: a lot is claimed, signed, noted, sent, judged; then the next.

An event is noted as sent before it leaves. After a crash, or a lost answer, the same text is asked again, and
"duplicate" proves that it is registered. docs/reference/contracts/sefaz.md §4.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

from claims.backoff import Backoff
from claims.holder import new_token
from claims.lease import lease_seconds
from connectors.base.faults import Fault
from connectors.sefaz import EventoRespondido, Manifestacao, Resultado, Sefaz, Tipo
from connectors.sefaz.evento import MOST
from connectors.sefaz.faults import CertificadoNaoAceito
from core.certificado import CertificadoRecusado
from core.clock import SYSTEM, Clock
from core.errors import PlatformError, Transient, UsageError
from core.logs import get_logger
from core.settings.sefaz import SefazSettings
from core.stopping import stopping
from flows.sefaz.manifestacoes import julgamento
from flows.sefaz.manifestacoes.assinante import Assinante, assinante
from flows.sefaz.manifestacoes.guarda import guardar, prova
from flows.sefaz.manifestacoes.rows import ABERTA, DEVIDAS, ENVIADAS, NEVER, Devida, Enviada, Julgada
from flows.sefaz.regras import Situacao
from storage.models.manifestacoes import EstadoManifestacao as Estado
from storage.models.manifestacoes import ManifestacaoSEFAZ
from storage.session import transaction

LONGEST = timedelta(minutes=10)
# Those that stayed unanswered so often go alone: one that nobody can answer must not keep nineteen others.
ALONE_AFTER = 2
PAROU = {
    Resultado.PARADO: Situacao.SEM_RESPOSTA,
    Resultado.CERTIFICADO: Situacao.CERTIFICADO,
    Resultado.AMBIENTE: Situacao.RECUSADA,
    Resultado.CONSUMO_INDEVIDO: Situacao.BLOQUEADA,
    # It may be the service that is unwell: looking for one to blame would be forty requests in a row. Those in it go
    # alone after some tries.
    Resultado.DESCONHECIDO: Situacao.RECUSADA,
}
INTERNAL = "O evento não pôde ser assinado por um erro interno; veja o log."
DATABASE_RETRIES = Backoff((1, 5, 15))
log = get_logger(__name__)


@dataclass
class Envio:
    """How a company's sending ended; `relogio` is by how many seconds this clock is ahead of the service's."""

    situacao: Situacao = Situacao.CONCLUIDA
    mensagem: str = ""
    lotes: int = 0
    registradas: int = 0
    recusadas: int = 0
    adiadas: int = 0
    relogio: float | None = None

    def note(self, done: Sequence[Julgada]) -> None:
        """Count what became of events."""
        self.registradas += sum(one.estado is Estado.REGISTRADO for one in done)
        self.recusadas += sum(one.estado is Estado.RECUSADO for one in done)
        self.adiadas += sum(one.estado in (Estado.PENDENTE, Estado.ENVIADO) for one in done)


def enviar(
    empresa_id: int,
    clock: Clock = SYSTEM,
    so: Collection[int] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Envio:
    """Send what a company owes, for at most ten minutes; safe to run many times at once.

    With `so` only these rows, also before their time: a person asks now.

    Raises:
        Misconfigured: the authorities of the settings cannot be read.
    """
    settings = SefazSettings.current()
    remessa = _Remessa(empresa_id, settings, clock, so, sleep)
    try:
        de = assinante(empresa_id, clock.now())
        sefaz = Sefaz(de.certificado, settings, clock=clock)
    except CertificadoRecusado as fault:
        return remessa.without_certificate(str(fault))
    with sefaz:
        return remessa.run(sefaz, de)


class _Remessa:
    """The sending of one company, under one token."""

    def __init__(
        self,
        empresa_id: int,
        settings: SefazSettings,
        clock: Clock,
        so: Collection[int] | None,
        sleep: Callable[[float], None],
    ) -> None:
        self.settings, self.clock, self.sleep = settings, clock, sleep
        self.token, self.ends = new_token(), clock.now() + LONGEST
        mine = ManifestacaoSEFAZ
        self.where: tuple[ColumnElement[bool], ...] = (
            mine.empresa_id == empresa_id,
            mine.ambiente == settings.ambiente,
        )
        self.so = None if so is None else sorted(so)
        self.envio = Envio()

    def without_certificate(self, said: str) -> Envio:
        """Let what is due wait for a certificate."""
        now = self.clock.now()
        rows = self._claim()
        self._stop(
            Situacao.CERTIFICADO,
            said,
            [julgamento.adiada(one, None, said, now, nada_feito=True, espera=3600) for one in rows],
        )
        return self.envio

    def run(self, sefaz: Sefaz, de: Assinante) -> Envio:
        """Send lot after lot, until nothing is due, or it is enough."""
        while self._may_go_on() and ((rows := self._claim()) or self.so):
            try:
                groups = self._groups(rows)
                while groups and self._may_go_on():
                    groups = self._lot(sefaz, de, groups[0]) + groups[1:]
            finally:
                # those that are settled are held no more
                self._give_back(rows)
        return self.envio

    def _may_go_on(self) -> bool:
        return self.envio.situacao is Situacao.CONCLUIDA and self.clock.now() < self.ends and not stopping()

    def _claim(self) -> Sequence[Devida]:
        seconds = lease_seconds(self.settings.total_timeout, work=LONGEST.total_seconds())
        where, early = self.where, self.so is not None
        if self.so is not None:
            asked, self.so = self.so[:MOST], self.so[MOST:]
            where = (*where, ManifestacaoSEFAZ.id.in_(asked))
        with transaction() as db:
            return DEVIDAS.on(db, *where, early=early).claim(MOST, self.clock.now(), seconds, self.token)

    def _groups(self, rows: Sequence[Devida]) -> list[list[Devida]]:
        together = [one for one in rows if one.tentativas < ALONE_AFTER]
        alone = [[one] for one in rows if one.tentativas >= ALONE_AFTER]
        return ([together] if together else []) + alone

    def _lot(self, sefaz: Sefaz, de: Assinante, rows: Sequence[Devida]) -> list[list[Devida]]:
        """Send a lot and write what came of it; return the lots to try instead where it was refused as such."""
        signed = self._held(self._signed(sefaz, de, rows))
        if not signed:
            return []
        self.envio.lotes += 1
        try:
            lote = sefaz.manifestar(signed[0].id, [(one.xml or "").encode() for one in signed])
        except Fault as fault:
            self._unanswered(signed, fault)
            return []
        now = self.clock.now()
        if lote.resultado is None:
            self._judged(de, signed, lote.por_evento([_identidade(one) for one in signed]), now)
            return []
        several = len(signed) > 1
        waits = lote.resultado in julgamento.ADIAM or (several and lote.resultado is Resultado.DESCONHECIDO)
        if several and not waits:
            middle = len(signed) // 2
            return [list(signed[:middle]), list(signed[middle:])]
        done = [julgamento.do_lote(one, lote, now) for one in signed]
        if waits:
            self._stop(PAROU[lote.resultado], f"{lote.codigo}: {lote.motivo}", done)
        else:
            self._settle(done)
        return []

    def _signed(self, sefaz: Sefaz, de: Assinante, rows: Sequence[Devida]) -> list[Devida]:
        """Return the events with their text; one that cannot be made is refused."""
        now, found, bad = self.clock.now(), [], []
        for one in rows:
            if one.xml is not None:
                found.append(one)
                continue
            try:
                text = sefaz.assinar(manifestacao(one, de.cnpj, now)).decode()
            except UsageError as fault:
                bad.append(Julgada(one.id, Estado.RECUSADO, NEVER, None, None, str(fault)))
            except PlatformError:
                raise
            except Exception as fault:
                log.error("event could not be signed", chave=one.chave, exc_info=fault)
                bad.append(julgamento.adiada(one, None, INTERNAL, now, nada_feito=True, espera=3600))
            else:
                found.append(replace(one, xml=text, assinada_em=now))
        self._settle(bad)
        return found

    def _held(self, rows: Sequence[Devida]) -> list[Devida]:
        """Note that these leave now; return those that are still ours."""
        until = self.clock.now() + timedelta(seconds=lease_seconds(self.settings.total_timeout))
        leaving = [Enviada(one.id, Estado.ENVIADO, one.tentativas + 1, one.xml, one.assinada_em, until) for one in rows]
        with transaction() as db:
            held = ENVIADAS.on(db).keep(self.token, leaving)
        return [one for one in rows if one.id in held]

    def _unanswered(self, rows: Sequence[Devida], fault: Fault) -> None:
        now, asked = self.clock.now(), getattr(fault, "retry_after", None) or 0.0
        unsent = not fault.may_be_stored
        log.warning("events got no answer", events=len(rows), reason=str(fault), may_be_registered=not unsent)
        done = [julgamento.adiada(one, None, str(fault), now, nada_feito=unsent, espera=asked) for one in rows]
        refused = isinstance(fault, CertificadoNaoAceito)
        self._stop(Situacao.CERTIFICADO if refused else Situacao.SEM_RESPOSTA, str(fault), done)

    def _stop(self, situacao: Situacao, said: str, done: Sequence[Julgada]) -> None:
        """End: what else is due waits as long as these."""
        self._settle(done)
        self.envio.situacao, self.envio.mensagem = situacao, said
        if done:
            with transaction() as db:
                DEVIDAS.owe(db, done[0].due_at, *self.where, ABERTA, DEVIDAS.overdue(self.clock.now()))

    def _judged(
        self, de: Assinante, rows: Sequence[Devida], answers: Sequence[EventoRespondido | None], now: datetime
    ) -> None:
        done = [julgamento.julgada(one, answer, now) for one, answer in zip(rows, answers, strict=True)]
        kept = [
            prova(one, answer)
            for one, answer, end in zip(rows, answers, done, strict=True)
            if answer is not None and end.estado is Estado.REGISTRADO
        ]
        told = [late for answer in answers if answer and (late := julgamento.atraso(answer, now)) is not None]
        self.envio.relogio = max(told, key=abs, default=self.envio.relogio)

        def write() -> None:
            with transaction() as db:
                DEVIDAS.on(db).settle(self.token, done)
                guardar(db, de, kept, now)

        self._written(write)
        self.envio.note(done)

    def _settle(self, done: Sequence[Julgada]) -> None:
        def write() -> None:
            with transaction() as db:
                DEVIDAS.on(db).settle(self.token, done)

        if done:
            self._written(write)
            self.envio.note(done)

    def _written(self, write: Callable[[], None]) -> None:
        """Write; a database that is busy is asked again, for nobody else has this answer."""
        attempts = 0
        while True:
            try:
                write()
            except Transient:
                attempts += 1
                wait = DATABASE_RETRIES.wait(attempts)
                if wait is None:
                    raise
                self.sleep(wait)
            else:
                return

    def _give_back(self, rows: Sequence[Devida]) -> None:
        if rows:
            with transaction() as db:
                DEVIDAS.on(db).give_back(self.token, [one.id for one in rows], self.clock.now())


def manifestacao(devida: Devida, cnpj: str, em: datetime) -> Manifestacao:
    """Return an event as it is signed."""
    kind = next(one for one in Tipo if one.codigo == devida.tipo)
    return Manifestacao(devida.chave, cnpj, kind, em, devida.sequencia, devida.justificativa)


def _identidade(devida: Devida) -> str:
    return f"ID{devida.tipo}{devida.chave}{devida.sequencia:02d}"
