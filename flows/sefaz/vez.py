"""A company's turn at a service: what is needed to ask, taken in one transaction under the lock of its CNPJ.

docs/reference/contracts/sefaz.md §3.10.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from claims.holder import new_token
from claims.lease import lease_seconds
from connectors.sefaz import Pergunta, Servico
from core.certificado import Certificado
from core.errors import Conflict
from core.fiscal import formatar_documento
from core.settings.core import CoreSettings
from core.settings.sefaz import SefazSettings
from flows.certificados.finding import kept, serving
from flows.documentos.owners import Dono
from flows.sefaz.causas import Chamada
from flows.sefaz.regras import Cursor, Situacao
from flows.sefaz.rows import CONTRIBUINTES, Solto
from storage.models.empresas import Empresa
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ, ConsultaSEFAZ, Contribuinte, EstadoConsulta, SerieNSU
from storage.rows import add_missing
from storage.session import reading, transaction

JANELA = timedelta(days=7)
CALLS_SHOWN = 4
INTERRUPTED = "A consulta foi interrompida; o que já tinha chegado está guardado, e a próxima segue dali."


class SemVez(Exception):
    """Nothing may be asked now; `situacao` says why, `ate` until when."""

    def __init__(self, situacao: Situacao, ate: datetime | None, mensagem: str) -> None:
        super().__init__(mensagem)
        self.situacao, self.ate, self.mensagem = situacao, ate, mensagem


@dataclass(frozen=True)
class Quem:
    """A company that may be asked for, with the certificate that is shown for it."""

    empresa_id: int
    usuario_id: int | None
    cnpj: str
    uf: str
    certificado_id: int
    certificado_nome: str
    certificado: Certificado


@dataclass
class Vez:
    """A turn that is held under `token`. `seconds` is how long the lease lasts from each call on."""

    quem: Quem
    servico: Servico
    token: str
    seconds: float
    contribuinte_id: int
    serie_id: int
    consulta_id: int
    cursor: Cursor
    primeira: bool

    def pergunta(self) -> Pergunta:
        """Return the next question."""
        return Pergunta(self.quem.cnpj, self.quem.uf, nsu=self.cursor.ult_nsu)

    def hold(self, db: Session, now: datetime) -> bool:
        """Keep the turn; tell whether it was still ours."""
        until = now + timedelta(seconds=self.seconds)
        return bool(CONTRIBUINTES.on(db).hold(self.token, [self.contribuinte_id], until))

    def let_go(self, db: Session, now: datetime) -> bool:
        """End the turn; tell whether it was still ours."""
        return bool(CONTRIBUINTES.on(db).settle(self.token, [Solto(self.contribuinte_id, now)]))

    def calls(self, db: Session, but: int) -> list[Chamada]:
        """Return the last questions before this one, the latest first."""
        query = select(ChamadaSEFAZ.em, ChamadaSEFAZ.nsu, ChamadaSEFAZ.cstat)
        query = query.where(ChamadaSEFAZ.serie_id == self.serie_id, ChamadaSEFAZ.id < but)
        return [Chamada(*one) for one in db.execute(query.order_by(ChamadaSEFAZ.id.desc()).limit(CALLS_SHOWN))]


def quem(dono: Dono, settings: SefazSettings, now: datetime) -> Quem:
    """Return who is asked for and with what.

    Raises:
        SemVez: no certificate serves the company.
        Conflict: nobody said in which state the company is.
    """
    with reading() as db:
        empresa = db.get_one(Empresa, dono.empresa_id)
        uf = settings.uf or empresa.uf
        named = formatar_documento(empresa.cnpj)
        if uf is None:
            raise Conflict(f"Falta o estado de {named}: diga-o na empresa (uf), ou em sefaz.uf.", veja="empresas")
        row = serving(db, empresa, now)
        if row is None:
            said = f"Nenhum certificado em uso serve a empresa {named}."
            raise SemVez(Situacao.CERTIFICADO, None, said)
        return Quem(empresa.id, empresa.usuario_id, empresa.cnpj, uf, row.id, row.nome, kept(row))


def take(of: Quem, servico: Servico, settings: SefazSettings, now: datetime) -> Vez:
    """Begin a consultation; raise `SemVez` where nothing may be asked now."""
    token, seconds = new_token(), lease_seconds(settings.total_timeout)
    with transaction() as db:
        number = _contributor(db, of, settings.ambiente, now)
        mine = CONTRIBUINTES.on(db, CONTRIBUINTES.table.c.id == number, early=True)
        if not mine.claim(1, now, seconds, token):
            raise SemVez(Situacao.OCUPADA, None, "Outro processo está consultando este CNPJ.")
        serie = _series(db, number, servico)
        cursor = Cursor(serie.ult_nsu, serie.max_nsu, serie.proxima_consulta, serie.bloqueado_ate, serie.falhas)
        if (waits := cursor.espera(now)) is not None:
            # the transaction ends undone, and with it the claim
            raise SemVez(*waits, _waiting(*waits, serie))
        asked = (
            select(ChamadaSEFAZ.id)
            .where(ChamadaSEFAZ.serie_id == serie.id, ChamadaSEFAZ.cstat.is_distinct_from(NAO_FEITA))
            .limit(1)
        )
        first = db.scalar(asked) is None
        consulta = _begun(db, of, servico, serie, now)
        return Vez(of, servico, token, seconds, number, serie.id, consulta.id, cursor, first)


def _contributor(db: Session, of: Quem, ambiente: int, now: datetime) -> int:
    key = {"cnpj": of.cnpj, "ambiente": ambiente}
    add_missing(db, Contribuinte, [{**key, "empresa_id": of.empresa_id, "due_at": now}])
    found = db.execute(select(Contribuinte.id, Contribuinte.empresa_id).filter_by(**key)).one()
    if found.empresa_id != of.empresa_id:
        named = formatar_documento(of.cnpj)
        raise Conflict(f"O CNPJ {named} já é consultado para outro usuário, e a numeração da SEFAZ é uma só por CNPJ.")
    return int(found.id)


def _series(db: Session, number: int, servico: Servico) -> SerieNSU:
    key = {"contribuinte_id": number, "servico": servico.nome}
    add_missing(db, SerieNSU, [{**key, "ult_nsu": 0, "max_nsu": 0, "falhas": 0}])
    return db.scalars(select(SerieNSU).filter_by(**key)).one()


def _begun(db: Session, of: Quem, servico: Servico, serie: SerieNSU, now: datetime) -> ConsultaSEFAZ:
    # the lock is ours: whoever left one open is gone
    left = update(ConsultaSEFAZ).where(
        ConsultaSEFAZ.serie_id == serie.id, ConsultaSEFAZ.status == EstadoConsulta.PROCESSANDO
    )
    db.execute(left.values(status=EstadoConsulta.ERRO, mensagem_erro=INTERRUPTED, data_conclusao=now))
    today = now.astimezone(CoreSettings.current().zone).date()
    consulta = ConsultaSEFAZ(
        serie_id=serie.id,
        certificado_id=of.certificado_id,
        tipo_documento=servico.nome.upper(),
        data_inicio=today - JANELA,
        data_fim=today,
        status=EstadoConsulta.PROCESSANDO,
        data_consulta=now,
    )
    db.add(consulta)
    db.flush()
    return consulta


def _waiting(situacao: Situacao, ate: datetime, serie: SerieNSU) -> str:
    if situacao is Situacao.BLOQUEADA:
        return serie.motivo or "A SEFAZ bloqueou este CNPJ por uma hora."
    return "A SEFAZ pede uma hora entre consultas." if not serie.falhas else (serie.motivo or "A consulta falhou.")
