"""Consultations that somebody asks for and that are made when they may be: rows that wait for their turn.

docs/reference/contracts/integracoes.md §1.6, §4.51.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sefaz import servico
from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from core.settings.core import CoreSettings
from core.settings.sefaz import SefazSettings
from flows.certificados.finding import serving
from flows.documentos.owners import Dono
from flows.sefaz.series import GIVEN_UP, contribuinte, serie
from flows.sefaz.vez import SemVez, quem
from storage.models.empresas import Empresa
from storage.models.sefaz import ConsultaSEFAZ, EstadoConsulta, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import transaction

NFCE = "nfce"
JANELA = timedelta(days=7)


def pedir(dono: Dono, nome: str, inicio: date | None = None, fim: date | None = None, clock: Clock = SYSTEM) -> int:
    """Ask for a consultation and return its number; where one waits already, that one's.

    `inicio` and `fim` are a window for reports; without them the last seven days.

    Raises:
        UsageError: there is no such service, or the window ends before it begins.
        Conflict: no certificate serves the company, its state is not known, or it is consulted for another user.
    """
    asked, settings, now = servico(_named(nome)), SefazSettings.current(), clock.now()
    window = _window(inicio, fim, now)
    try:
        who = quem(dono, settings, now)
    except SemVez as reason:
        raise Conflict(reason.mensagem, veja="certificados") from None
    with transaction() as db:
        of = contribuinte(db, who.empresa_id, who.cnpj, settings.ambiente, now)
        series = serie(db, of, asked.nome)
        return (proxima(db, series.id) or nova(db, series, who.certificado_id, now, window)).id


def proxima(db: Session, serie_id: int) -> ConsultaSEFAZ | None:
    """Return the consultation of a numbering that waits, the oldest one."""
    waiting = (ConsultaSEFAZ.serie_id == serie_id, ConsultaSEFAZ.status == EstadoConsulta.PENDENTE)
    return db.scalar(select(ConsultaSEFAZ).where(*waiting).order_by(ConsultaSEFAZ.id).limit(1))


def desistir(clock: Clock = SYSTEM) -> int:
    """End what waits for companies that are in use no more, or that no certificate serves; return how many."""
    now = clock.now()
    waiting = (
        select(ConsultaSEFAZ, Empresa, Usuario.ativo)
        .join(SerieNSU, SerieNSU.id == ConsultaSEFAZ.serie_id)
        .join(Empresa, Empresa.id == SerieNSU.empresa_id)
        .outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
        .where(ConsultaSEFAZ.status == EstadoConsulta.PENDENTE)
    )
    with transaction() as db:
        found = db.execute(waiting).all()
        ended = [row for row, of, on in found if on is False or not of.ativa or serving(db, of, now) is None]
        for row in ended:
            row.status, row.mensagem_erro, row.data_conclusao = EstadoConsulta.ERRO, GIVEN_UP, now
    return len(ended)


def _named(nome: str) -> str:
    if nome.lower() == NFCE:
        raise UsageError("A SEFAZ não distribui NFC-e; importe os XML dela.", campo="servico")
    return nome.lower()


def _window(inicio: date | None, fim: date | None, now: datetime) -> tuple[date, date]:
    end = fim or now.astimezone(CoreSettings.current().zone).date()
    # In the first days of the calendar there is no week before.
    begin = inicio or (end - JANELA if end - date.min >= JANELA else date.min)
    if begin > end:
        raise UsageError("O período termina antes de começar.", campo="data_fim")
    return begin, end


def nova(
    db: Session, of: SerieNSU, certificado_id: int, now: datetime, window: tuple[date, date] | None = None
) -> ConsultaSEFAZ:
    """Return a new consultation that waits, of a window or of the last seven days."""
    begin, end = window or _window(None, None, now)
    made = ConsultaSEFAZ(
        serie_id=of.id,
        certificado_id=certificado_id,
        tipo_documento=of.servico.upper(),
        data_inicio=begin,
        data_fim=end,
        status=EstadoConsulta.PENDENTE,
        data_consulta=now,
    )
    db.add(made)
    db.flush()
    return made
