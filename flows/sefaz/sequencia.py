"""The beginning of a consultation: where the numbering stands, under the lock of its CNPJ.

docs/reference/contracts/sefaz.md §3.1 to §3.4.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from connectors.sefaz import Forma, Pergunta, Servico
from core.settings.sefaz import SefazSettings
from flows.sefaz import encomendas
from flows.sefaz.causas import Chamada
from flows.sefaz.regras import Cursor, Situacao
from flows.sefaz.vez import Quem, SemVez, Vez, parada, take
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ, ConsultaSEFAZ, EstadoConsulta, SerieNSU
from storage.session import transaction

CALLS_SHOWN = 4
INTERRUPTED = "A consulta foi interrompida; o que já tinha chegado está guardado, e a próxima segue dali."


@dataclass
class Sequencia:
    """A numbering under a turn; `primeira` says that nothing was ever asked, and nobody said where it begins."""

    vez: Vez
    consulta_id: int
    cursor: Cursor
    primeira: bool

    def pergunta(self) -> Pergunta:
        """Return the next question."""
        return Pergunta(self.vez.quem.cnpj, self.vez.quem.uf, nsu=self.cursor.ult_nsu)

    def calls(self, db: Session, but: int) -> list[Chamada]:
        """Return the last questions by sequence before this one, the latest first."""
        query = select(ChamadaSEFAZ.em, ChamadaSEFAZ.nsu, ChamadaSEFAZ.cstat).where(
            *_by_sequence(self.vez.contribuinte_id, self.vez.servico.nome), ChamadaSEFAZ.id < but
        )
        return [Chamada(*one) for one in db.execute(query.order_by(ChamadaSEFAZ.id.desc()).limit(CALLS_SHOWN))]


def begin(of: Quem, servico: Servico, settings: SefazSettings, now: datetime) -> Sequencia:
    """Begin a consultation; raise `SemVez` where nothing may be asked now."""
    with transaction() as db:
        vez, serie = take(db, of, servico, settings, now)
        cursor = Cursor(serie.ult_nsu, serie.max_nsu, serie.proxima_consulta, serie.bloqueado_ate, serie.falhas)
        if (waits := cursor.espera(now)) is not None:
            raise SemVez(*waits, _waiting(*waits, serie))
        consulta = _begun(db, of, serie, now)
        return Sequencia(vez, consulta.id, cursor, serie.ult_nsu == 0 and not _asked(db, serie))


def _asked(db: Session, serie: SerieNSU) -> bool:
    query = select(ChamadaSEFAZ.id).where(
        *_by_sequence(serie.contribuinte_id, serie.servico),
        ChamadaSEFAZ.cstat.is_distinct_from(NAO_FEITA),
    )
    return db.scalar(query.limit(1)) is not None


def _by_sequence(contribuinte_id: int, servico: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a CNPJ's questions by sequence: the service counts them whoever they were asked for."""
    asked = select(SerieNSU.id).where(SerieNSU.contribuinte_id == contribuinte_id, SerieNSU.servico == servico)
    return ChamadaSEFAZ.serie_id.in_(asked), ChamadaSEFAZ.forma == Forma.SEQUENCIA.value


def _begun(db: Session, of: Quem, serie: SerieNSU, now: datetime) -> ConsultaSEFAZ:
    # the lock is ours: whoever left one open is gone
    left = update(ConsultaSEFAZ).where(
        ConsultaSEFAZ.serie_id == serie.id, ConsultaSEFAZ.status == EstadoConsulta.PROCESSANDO
    )
    db.execute(left.values(status=EstadoConsulta.ERRO, mensagem_erro=INTERRUPTED, data_conclusao=now))
    consulta = encomendas.proxima(db, serie.id) or encomendas.nova(db, serie, of.certificado_id, now)
    consulta.status, consulta.certificado_id = EstadoConsulta.PROCESSANDO, of.certificado_id
    consulta.data_consulta = now
    db.flush()
    return consulta


def _waiting(situacao: Situacao, ate: datetime, serie: SerieNSU) -> str:
    if situacao is Situacao.BLOQUEADA:
        return parada(serie)
    return "A SEFAZ pede uma hora entre consultas." if not serie.falhas else (serie.motivo or "A consulta falhou.")
