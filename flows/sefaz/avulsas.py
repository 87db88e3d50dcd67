"""Single questions: people's own by key or number, then the gaps, as far as the hour's count goes.

docs/reference/contracts/sefaz.md §3.6.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from connectors.base.faults import Fault, Unreachable
from connectors.sefaz import Forma, Resposta, Sefaz, servico
from core.clock import SYSTEM, Clock
from core.errors import PlatformError, UsageError
from core.settings.sefaz import SefazSettings
from core.stopping import stopping
from flows.documentos.owners import Dono
from flows.sefaz import causas, paginas, respostas, varredura
from flows.sefaz.chamadas import Abrir, Chamadas, Perdida, Sleep, aberto, answered, desligar, situacao_de
from flows.sefaz.orcamento import RESERVA, Orcamento, orcamento
from flows.sefaz.regras import Situacao, por_vir
from flows.sefaz.respostas import Efeito, Sorte
from flows.sefaz.seguinte import Item, seguinte
from flows.sefaz.vez import Quem, SemVez, Vez, parada, take
from storage.models.sefaz import SerieNSU
from storage.session import transaction

# No question is put after that long; the rest is left to the next time.
LONGEST = timedelta(minutes=5)
INTERNAL = "As perguntas pararam por um erro interno; veja o log."
NOTHING = "Nada falta e nada foi pedido."
SPENT = (
    "As perguntas avulsas desta hora acabaram ({limite} por CNPJ, somando todos os programas, também os do contador); "
    "o resto segue sozinho."
)


@dataclass(frozen=True)
class Avulsas:
    """What became of a round of single questions, or why there was none; `ate` is when the next may be.

    `restam` says that something is still owed.
    """

    cnpj: str
    servico: str
    situacao: Situacao
    mensagem: str
    ate: datetime | None = None
    perguntas: int = 0
    encontrados: int = 0
    indisponiveis: int = 0
    restam: bool = False


class _Esgotada(Exception):
    """The hour's count is used up."""

    def __init__(self, ate: datetime | None) -> None:
        super().__init__()
        self.ate = ate


def servicos_de(dono: Dono) -> list[str]:
    """Return the services of a company that have single questions."""
    return [nome for nome in varredura.servicos_para(dono) if servico(nome).formas - {Forma.SEQUENCIA}]


def completar_para(
    dono: Dono,
    nome: str,
    clock: Clock = SYSTEM,
    sleep: Sleep = time.sleep,
    *,
    abrir: Abrir | None = None,
    ends: datetime | None = None,
) -> Avulsas:
    """Ask for what a company is owed by single questions, as far as may be now, and not after `ends`."""
    asked, settings = servico(nome), SefazSettings.current()
    if dono.cnpj is None:
        raise UsageError("Diga o CNPJ da empresa.", campo="empresa")
    if not asked.formas - {Forma.SEQUENCIA}:
        return Avulsas(dono.cnpj, nome, Situacao.CONCLUIDA, NOTHING)
    try:
        with aberto(dono, settings, clock, abrir) as (who, sefaz):
            vez = _begin(who, asked.nome, settings, clock.now())
            return _Rodada(sefaz, vez, clock, sleep, ends).run()
    except SemVez as reason:
        return Avulsas(dono.cnpj, nome, reason.situacao, reason.mensagem, reason.ate)


def _begin(of: Quem, nome: str, settings: SefazSettings, now: datetime) -> Vez:
    with transaction() as db:
        vez, serie = take(db, of, servico(nome), settings, now)
        if serie.bloqueado_ate is not None and por_vir(serie.bloqueado_ate, now):
            raise SemVez(Situacao.BLOQUEADA, serie.bloqueado_ate, parada(serie))
        if serie.proxima_avulsa is not None and por_vir(serie.proxima_avulsa, now):
            raise SemVez(Situacao.DESCANSANDO, serie.proxima_avulsa, serie.motivo_avulsa or "")
        return vez


class _Rodada:
    """One round under way."""

    def __init__(self, sefaz: Sefaz, vez: Vez, clock: Clock, sleep: Sleep, ends: datetime | None) -> None:
        self.vez, self.clock, self.sleep = vez, clock, sleep
        self.chamadas = Chamadas(sefaz, vez, clock, sleep, self._permitted)
        latest = clock.now() + LONGEST
        self.ends = latest if ends is None else min(ends, latest)
        self.item: Item | None = None
        self.perguntas = self.encontrados = self.indisponiveis = 0

    def run(self) -> Avulsas:
        """Ask until nothing is owed, or nothing may be asked any more."""
        try:
            while (ended := self._one()) is None:
                self.sleep(self.vez.servico.pausa)
            return ended
        except _Esgotada as spent:
            if self.chamadas.falha is not None:
                self._without_answer(self.chamadas.falha)
            return self._end(Situacao.ESGOTADA, SPENT.format(limite=self.vez.servico.avulsas_por_hora), spent.ate)
        except Fault as fault:
            refused = situacao_de(fault) is Situacao.CERTIFICADO
            self._without_answer(fault)
            return self._failed(respostas.SEM_CERTIFICADO if refused else respostas.SEM_RESPOSTA, str(fault))
        except Perdida:
            raise
        except Exception as fault:
            self._without_answer(fault)
            self._failed(respostas.SEM_RESPOSTA, _told(fault))
            raise

    def _one(self) -> Avulsas | None:
        """Ask one question and store what came; return how the round ended, None while it goes on."""
        item = self._next()
        if item is None:
            return self._end(Situacao.CONCLUIDA, "Tudo o que faltava foi perguntado." if self.perguntas else NOTHING)
        number, resposta = self.chamadas.ask(item.pergunta(self.vez.quem))
        self.perguntas += 1
        now, found = self.clock.now(), respostas.efeito(resposta.resultado)
        lidos = paginas.ler(item.recebidos(resposta))
        if found.sorte is Sorte.VEIO and not item.respondida(lidos):
            found = respostas.OUTRO_DOCUMENTO
        said = self.chamadas.kept(lambda: self._stored(number, item, resposta, lidos, found, now))
        self.item = None
        self.encontrados += found.sorte is Sorte.VEIO
        self.indisponiveis += found.sorte is Sorte.NAO_HA
        if found.situacao is not Situacao.CONTINUA:
            return self._end(found.situacao, said, found.ate(now))
        if now >= self.ends or stopping():
            return self._end(Situacao.CONTINUA, "O resto segue na próxima vez.")
        return None

    def _next(self) -> Item | None:
        """Return what is to be asked for next; what gaps leave is there for what people asked for in vain, too."""
        with transaction() as db:
            now, serie_id = self.clock.now(), self.vez.serie_id
            gaps = self._count(db, now).libera(RESERVA) is None
            self.item = seguinte(db, serie_id, now, gaps=gaps) or seguinte(db, serie_id, now)
        return self.item

    def _permitted(self, db: Session, now: datetime) -> None:
        """Check, where a question's row is written, that the hour's count reaches for it; else raise `_Esgotada`."""
        leaving = 0 if self.item is None or self.item.pedida else RESERVA
        if (free := self._count(db, now).libera(leaving)) is not None:
            raise _Esgotada(free)

    def _count(self, db: Session, now: datetime) -> Orcamento:
        return orcamento(db, self.vez.contribuinte_id, self.vez.servico.avulsas_por_hora, now)

    def _stored(
        self,
        number: int,
        item: Item,
        resposta: Resposta,
        lidos: list[paginas.Lido],
        found: Efeito,
        now: datetime,
    ) -> str:
        with transaction() as db:
            if not self.vez.hold(db, now):
                raise Perdida
            answered(db, number, resposta.codigo)
            paginas.guardar(db, self.vez.quem, self.vez.serie_id, lidos, now)
            said = self._said(db, resposta, found, now)
            item.settle(db, found.sorte, said, now)
            self._stand(db, found, said, resposta.codigo, now)
            if found.situacao is Situacao.CERTIFICADO:
                desligar(db, self.vez.quem, said)
            return said

    def _said(self, db: Session, resposta: Resposta, found: Efeito, now: datetime) -> str:
        if found.bloqueia:
            have = self._count(db, now)
            return causas.avulsas_demais(resposta, have.feitas, have.limite, found.ate(now) or now)
        kinds = ", ".join(sorted({one.tipo or one.schema for one in resposta.documentos}))
        return f"{resposta.codigo}: {resposta.motivo[:300]}{f' ({kinds})' if kinds else ''}"

    def _stand(self, db: Session, found: Efeito, said: str, codigo: str | None, now: datetime) -> None:
        """Write until when nothing is asked; a block is one of the whole numbering."""
        until = found.ate(now)
        values: dict[str, object] = {"proxima_avulsa": until, "motivo_avulsa": said if until else None}
        if found.bloqueia:
            values |= {"bloqueado_ate": until, "motivo": said, "ultimo_cstat": codigo}
        db.execute(update(SerieNSU).where(SerieNSU.id == self.vez.serie_id).values(**values))

    def _without_answer(self, fault: Exception) -> None:
        """Let others go before what was asked for: it may be why. A question that did not leave says nothing of it."""
        if self.item is not None and not isinstance(fault, Unreachable):
            with transaction() as db:
                self.item.sem_resposta(db, _told(fault), self.clock.now())

    def _failed(self, found: Efeito, said: str) -> Avulsas:
        now = self.clock.now()
        with transaction() as db:
            self._stand(db, found, said, None, now)
        return self._end(found.situacao, said, found.ate(now))

    def _end(self, situacao: Situacao, said: str, ate: datetime | None = None) -> Avulsas:
        now = self.clock.now()
        with transaction() as db:
            owed = seguinte(db, self.vez.serie_id, now)
            if not self.vez.let_go(db, now):
                raise Perdida
        return Avulsas(
            self.vez.quem.cnpj,
            self.vez.servico.nome,
            situacao,
            said,
            ate,
            self.perguntas,
            self.encontrados,
            self.indisponiveis,
            owed is not None,
        )


def _told(fault: Exception) -> str:
    return str(fault) if isinstance(fault, PlatformError) else INTERNAL
