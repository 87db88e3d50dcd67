"""A consultation: page after page by the service's rules, each stored with its number, none asked for before its time.

docs/reference/contracts/sefaz.md §3, docs/reference/contracts/integracoes.md §5.3.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from connectors.base.faults import Fault
from connectors.sefaz import Forma, Resposta, Resultado, Sefaz, servico
from core.clock import SYSTEM, Clock
from core.errors import PlatformError, UsageError
from core.settings.sefaz import SefazSettings
from core.stopping import stopping
from core.text import plural
from events.catalog import ConsultaConcluida
from events.outbox import Disparo, disparar_varios
from flows.documentos.owners import Dono, recipient
from flows.sefaz import causas, lacunas, paginas, regras, sequencia
from flows.sefaz.chamadas import Abrir, Chamadas, Perdida, Sleep, aberto, answered, desligar, em_uso, situacao_de
from flows.sefaz.limites import Limites, limites
from flows.sefaz.regras import Cursor, Passo, Situacao
from flows.sefaz.sequencia import Sequencia
from flows.sefaz.vez import SemVez
from storage.models.certificados import CertificadoDigital
from storage.models.sefaz import NAO_ACEITO, ConsultaSEFAZ, EstadoConsulta, SerieNSU
from storage.session import transaction

# Answers that show that the numbering is in use.
USE = (Resultado.DOCUMENTOS, Resultado.NADA, Resultado.CONSUMO_INDEVIDO)
CLOCK_LIMIT = 2**31 - 1
# Seconds: a server that does not accept a certificate may do so for a moment only, but is not shown it all day.
DEPOIS_DE_RECUSA = 86_400.0
INTERNAL = "A consulta parou por um erro interno; veja o log."


@dataclass(frozen=True)
class Consulta:
    """How a consultation ended, or why there was none; `ate` is when the next may be, `aviso` what else to know."""

    cnpj: str
    servico: str
    situacao: Situacao
    mensagem: str
    ate: datetime | None = None
    paginas: int = 0
    total_encontrados: int = 0
    total_importados: int = 0
    total_erros: int = 0
    aviso: str | None = None

    @property
    def ha_mais(self) -> bool:
        """Tell whether it was cut short, and the rest may be asked for at once."""
        return self.situacao is Situacao.CONCLUIDA and self.ate is None


def consultar(
    empresa: str, nome: str = "nfe", usuario: str | None = None, clock: Clock = SYSTEM, sleep: Sleep = time.sleep
) -> Consulta:
    """Ask a service for what is new of a company, and store it.

    Raises:
        Refusal: there is no such company or service, it is turned off, or nobody said in which state it is.
        Misconfigured: the authorities of the settings cannot be read.
    """
    return consultar_para(recipient(usuario, empresa), nome, clock, sleep)


def consultar_para(
    dono: Dono,
    nome: str,
    clock: Clock = SYSTEM,
    sleep: Sleep = time.sleep,
    *,
    abrir: Abrir | None = None,
    ends: datetime | None = None,
) -> Consulta:
    """Do the same for a company that is known, asking for no page after `ends`."""
    asked, settings = servico(nome), SefazSettings.current()
    if dono.cnpj is None:
        raise UsageError("Diga o CNPJ da empresa.", campo="empresa")
    try:
        with aberto(dono, settings, clock, abrir) as (who, sefaz):
            begun = sequencia.begin(who, asked, settings, clock.now())
            return _Corrida(sefaz, begun, limites(dono.usuario_id, clock.now(), ends), clock, sleep).run()
    except SemVez as reason:
        return Consulta(dono.cnpj, nome, reason.situacao, reason.mensagem, reason.ate)


class _Corrida:
    """One consultation under way."""

    def __init__(
        self,
        sefaz: Sefaz,
        begun: Sequencia,
        limites: Limites,
        clock: Clock,
        sleep: Sleep,
    ) -> None:
        self.seq, self.vez, self.limites, self.clock, self.sleep = begun, begun.vez, limites, clock, sleep
        self.chamadas = Chamadas(sefaz, self.vez, clock, sleep)
        self.aviso: str | None = None
        self.respondida = False
        self.paginas = self.documentos = 0

    def run(self) -> Consulta:
        """Ask until nothing is left, or nothing may be asked any more."""
        try:
            while (ended := self._page()) is None:
                self.sleep(self.vez.servico.pausa)
            return ended
        except Fault as fault:
            return self._failed(situacao_de(fault), str(fault), getattr(fault, "retry_after", None))
        except Perdida:
            raise
        except Exception as fault:
            said = str(fault) if isinstance(fault, PlatformError) else INTERNAL
            # the service counts an answer of its own from then on, whatever became of it here
            rest = self.vez.servico.descanso + regras.MARGEM.total_seconds()
            self._failed(Situacao.RECUSADA, said, rest if self.respondida else None)
            raise

    def _page(self) -> Consulta | None:
        """Ask once and store what came; return how the consultation ended, None while there is more."""
        self.respondida = False
        number, resposta = self.chamadas.ask(self.seq.pergunta())
        self.respondida = True
        now, asked = self.clock.now(), self.vez.servico
        first = self.seq.primeira and not self.chamadas.perdida
        if first and asked.lacunas:
            self.aviso = regras.primeiro_contato(resposta, por_chave=Forma.CHAVE in asked.formas)
            self.chamadas.linhas.append(self.aviso)
        found = regras.passo(self.seq.cursor, resposta, now, asked.descanso, primeira=first, lacunas=asked.lacunas)
        self.paginas += 1
        self.documentos += len(resposta.documentos)
        if found.situacao is Situacao.CONTINUA and self._enough(now):
            found = Passo(found.cursor, Situacao.CONCLUIDA, found.faltas)
        lidos = paginas.ler(resposta.documentos)
        ended = self.chamadas.kept(lambda: self._stored(number, resposta, lidos, found, now))
        self.seq.cursor, self.seq.primeira = found.cursor, False
        self.chamadas.linhas.clear()
        return ended

    def _enough(self, now: datetime) -> bool:
        return stopping() or self.limites.passou(self.paginas, self.documentos, now)

    def _stored(
        self, number: int, resposta: Resposta, lidos: Sequence[paginas.Lido], found: Passo, now: datetime
    ) -> Consulta | None:
        with transaction() as db:
            answered(db, number, resposta.codigo)
            said = self._said(db, number, resposta, found, now)
            total = paginas.guardar(db, self.vez.quem, self.vez.serie_id, lidos, now, self.seq.consulta_id)
            lacunas.anotar(db, self.vez.serie_id, found.faltas, now)
            if resposta.resultado is Resultado.NSU_ACIMA:
                lacunas.cortar(db, self.vez.serie_id, found.cursor.ult_nsu, now)
            lacunas.vieram(db, self.vez.serie_id, [one.recebido.nsu for one in lidos], now)
            self._stand(db, found.cursor, said, resposta.codigo[:10], **_noted(resposta, now))
            return self._write(db, found, said, total, now)

    def _said(self, db: Session, number: int, resposta: Resposta, found: Passo, now: datetime) -> str:
        cursor, before = self.seq.cursor, self.seq.calls(db, number)
        if resposta.resultado is not Resultado.CONSUMO_INDEVIDO:
            return f"{resposta.codigo}: {resposta.motivo[:500]}"
        at_end = cursor.ult_nsu >= cursor.max_nsu
        why = causas.causa(resposta, cursor.ult_nsu, before, now, no_fim=at_end)
        until = found.cursor.bloqueado_ate or now
        return causas.explicada(why, resposta, cursor.ult_nsu, before, until)

    def _stand(self, db: Session, cursor: Cursor, said: str, codigo: str | None, **noted: object) -> None:
        """Write where the numbering stands, and what else its answer says."""
        values: dict[str, object] = {
            "ult_nsu": cursor.ult_nsu,
            "max_nsu": cursor.max_nsu,
            "proxima_consulta": cursor.proxima_consulta,
            "bloqueado_ate": cursor.bloqueado_ate,
            "falhas": cursor.falhas,
            "motivo": said,
            "ultimo_cstat": codigo,
        }
        db.execute(update(SerieNSU).where(SerieNSU.id == self.vez.serie_id).values(**values, **noted))

    def _write(self, db: Session, found: Passo, said: str, total: paginas.Totais, now: datetime) -> Consulta | None:
        """Write a page to the consultation, and end it if it was the last one.

        Raises:
            Perdida: the turn is ours no more; nothing is to be written.
        """
        row = db.get_one(ConsultaSEFAZ, self.seq.consulta_id)
        row.total_encontrados += total.encontrados
        row.total_importados += total.importados
        row.total_erros += total.erros
        came = plural(total.encontrados, "documento", "documentos")
        line = f"página {self.paginas}: {said}; {came}, NSU {found.cursor.ult_nsu}"
        self._log(row, line)
        if found.situacao is Situacao.CONTINUA:
            if not self.vez.hold(db, now):
                raise Perdida
            return None
        if found.situacao is Situacao.CERTIFICADO:
            desligar(db, self.vez.quem, said)
        return self._end(db, row, found, said, now)

    def _end(self, db: Session, row: ConsultaSEFAZ, found: Passo, said: str, now: datetime) -> Consulta:
        if not self.vez.let_go(db, now):
            raise Perdida
        good = found.situacao is Situacao.CONCLUIDA
        row.status = EstadoConsulta.CONCLUIDA if good else EstadoConsulta.ERRO
        row.mensagem_erro, row.data_conclusao = None if good else said, now
        certificate = update(CertificadoDigital).where(CertificadoDigital.id == self.vez.quem.certificado_id)
        db.execute(certificate.values(ultima_consulta=now))
        if good:
            disparar_varios(self._told(row, now), db)
        return Consulta(
            self.vez.quem.cnpj,
            self.vez.servico.nome,
            found.situacao,
            said,
            found.cursor.bloqueado_ate or found.cursor.proxima_consulta,
            self.paginas,
            row.total_encontrados,
            row.total_importados,
            row.total_erros,
            self.aviso,
        )

    def _told(self, row: ConsultaSEFAZ, now: datetime) -> Sequence[Disparo]:
        who = self.vez.quem
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
        row.log_detalhado = "\n".join([*filter(None, [row.log_detalhado]), *self.chamadas.linhas, line])

    def _failed(self, situacao: Situacao, said: str, asked: float | None = None) -> Consulta:
        """End without an answer that is kept: the numbering stands where it stood, and waits longer after each failure.

        `asked` is how many seconds it has to wait at least.
        """
        now = self.clock.now()
        with transaction() as db:
            refused = situacao is Situacao.CERTIFICADO and em_uso(db, self.vez.quem)
            wait = DEPOIS_DE_RECUSA if refused else asked
            found = Passo(regras.depois_de_falha(self.seq.cursor, now, wait), situacao)
            row = db.get_one(ConsultaSEFAZ, self.seq.consulta_id)
            self._log(row, said)
            self._stand(db, found.cursor, said, NAO_ACEITO if refused else None)
            return self._end(db, row, found, said, now)


def _noted(resposta: Resposta, now: datetime) -> dict[str, object]:
    """Return when a numbering was used, if an answer counts as use of it, and by how much our clock was ahead."""
    noted: dict[str, object] = {"usada_em": now} if resposta.resultado in USE else {}
    if (told := resposta.respondida_em) is not None:
        noted["relogio"] = max(-CLOCK_LIMIT, min(round((now - told).total_seconds()), CLOCK_LIMIT))
    return noted
