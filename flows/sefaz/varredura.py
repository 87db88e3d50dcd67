"""Which companies are to be consulted: those with a certificate in use, and of them what has come due by itself.

docs/reference/contracts/integracoes.md §5.3, §5.4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, or_, select
from sqlalchemy.orm import Session

from connectors.sefaz import Resultado
from connectors.sefaz.registro import servico, servicos
from connectors.sefaz.situacao import codigos_de
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.settings.core import CoreSettings
from core.settings.sefaz import SefazSettings
from flows.certificados.finding import serving
from flows.documentos.owners import Dono
from flows.sefaz.regras import MAIS_LONGA, Cursor
from storage.models.certificados import CertificadoDigital
from storage.models.configuracao import ConfiguracaoConsulta
from storage.models.empresas import Empresa
from storage.models.sefaz import VIVA, ConsultaSEFAZ, Contribuinte, EstadoConsulta, SerieNSU
from storage.models.usuarios import Usuario
from storage.pages import visible
from storage.session import reading

# Refusals of the question itself: until a person acts, asking again brings the same.
SEM_REMEDIO = codigos_de(Resultado.MENSAGEM, Resultado.AUTOR, Resultado.AMBIENTE)


@dataclass(frozen=True)
class Devida:
    """A service that is to be asked for a company, with which certificate."""

    dono: Dono
    servico: str
    certificado_id: int


@dataclass(frozen=True)
class _Serie:
    """A numbering, and when the last consultation ended that counts; one that failed does only in `SEM_REMEDIO`.

    `pedida` tells whether one waits that somebody asked for, or the last one never ended: its process may be gone.
    `falhou` tells whether the last one failed and does not count.
    """

    cursor: Cursor
    ultima: datetime | None
    pedida: bool
    falhou: bool

    @property
    def interrompida(self) -> bool:
        """Tell whether it is to go on as soon as it may: there is more, as far as the service says, and no rest."""
        last, most = self.cursor.ult_nsu, self.cursor.max_nsu
        more = last < most if most else last > 0
        if self.falhou:
            # until the first answer nothing that is issued gets a number
            return more or self.ultima is None
        return more and self.cursor.proxima_consulta is None


def com_certificado(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> list[Dono]:
    """Return the caller's companies that a certificate serves."""
    with reading() as db:
        return [_dono(one) for one, _ in _served(db, caller, clock.now())]


def servicos_de(row: CertificadoDigital) -> tuple[str, ...]:
    """Return the services that are asked by themselves with a certificate."""
    on = row.servicos_opcionais.split(",")
    return tuple(nome for nome in _in_turn() if nome in on or not servico(nome).opcional)


def servicos_para(dono: Dono, clock: Clock = SYSTEM) -> tuple[str, ...]:
    """Return the services that are asked for a company where nobody says which."""
    with reading() as db:
        empresa = db.get_one(Empresa, dono.empresa_id)
        row = serving(db, empresa, clock.now())
    if row is not None:
        return servicos_de(row)
    return tuple(nome for nome in _in_turn() if not servico(nome).opcional)


def _in_turn() -> list[str]:
    """Return the names of all services, the optional ones last."""
    return sorted(servicos(), key=lambda nome: (not servico(nome).opcional, nome), reverse=True)


def devidas(clock: Clock = SYSTEM) -> list[Devida]:
    """Return what somebody asked for, and what is consulted by itself and has come due.

    That is by the company's own last consultation of the service; where a run was cut short it goes on at once.
    """
    now = clock.now()
    with reading() as db:
        said = {one.usuario_id: one for one in db.scalars(select(ConfiguracaoConsulta))}
        series = _series(db)
        return [
            Devida(_dono(empresa), nome, row.id)
            for empresa, row in _served(db, OPERATOR, now)
            for nome in _in_turn()
            if _due(row, nome, said.get(empresa.usuario_id or 0), series.get((empresa.id, nome)), now)
        ]


def _served(db: Session, caller: Caller, now: datetime) -> Iterator[tuple[Empresa, CertificadoDigital]]:
    query = select(Empresa).outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
    query = query.where(Empresa.ativa, Usuario.ativo.is_not(False), visible(caller, Empresa.usuario_id))
    bases = select(CertificadoDigital.base).where(CertificadoDigital.ativo)
    held = set(db.scalars(bases))
    for empresa in db.scalars(query.order_by(Empresa.id)):
        if empresa.cnpj[:8] in held and (row := serving(db, empresa, now)) is not None:
            yield empresa, row


def _series(db: Session) -> Mapping[tuple[int, str], _Serie]:
    of_series, status = ConsultaSEFAZ.serie_id == SerieNSU.id, ConsultaSEFAZ.status
    waits = status == EstadoConsulta.PENDENTE
    in_vain = and_(SerieNSU.falhas > 0, SerieNSU.ultimo_cstat.in_(SEM_REMEDIO))
    counts = or_(status == EstadoConsulta.CONCLUIDA, and_(in_vain, ~waits))
    owed = or_(exists().where(of_series, waits), _newest(status, ~waits) == EstadoConsulta.PROCESSANDO)
    query = (
        select(Contribuinte.empresa_id, SerieNSU, _newest(ConsultaSEFAZ.data_conclusao, counts), owed)
        .join(SerieNSU, VIVA)
        .where(Contribuinte.ambiente == SefazSettings.current().ambiente)
    )
    return {(row[0], row[1].servico): _serie(*row[1:]) for row in db.execute(query)}


def _newest(column: Any, which: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return a column of a numbering's newest consultation of those."""
    query = select(column).where(ConsultaSEFAZ.serie_id == SerieNSU.id, which)
    return query.order_by(ConsultaSEFAZ.id.desc()).limit(1).correlate(SerieNSU).scalar_subquery()


def _serie(one: SerieNSU, ended: datetime | None, owed: bool | None) -> _Serie:
    cursor = Cursor(one.ult_nsu, one.max_nsu, one.proxima_consulta, one.bloqueado_ate)
    return _Serie(cursor, ended, bool(owed), one.falhas > 0 and one.ultimo_cstat not in SEM_REMEDIO)


def _due(
    row: CertificadoDigital, nome: str, said: ConfiguracaoConsulta | None, serie: _Serie | None, now: datetime
) -> bool:
    if serie is not None and serie.cursor.espera(now) is not None:
        return False
    if serie is not None and serie.pedida:
        return True
    return automatica(row, nome, said) and _come(row, said, serie, now)


def automatica(row: CertificadoDigital, nome: str, said: ConfiguracaoConsulta | None) -> bool:
    """Tell whether a service is asked by itself with a certificate, by what its user said."""
    on = said is None or said.consulta_automatica_ativa
    return row.consulta_automatica and on and nome in servicos_de(row)


def _come(row: CertificadoDigital, said: ConfiguracaoConsulta | None, serie: _Serie | None, now: datetime) -> bool:
    """Tell whether it is time for what is consulted by itself."""
    if serie is not None and serie.interrompida:
        return True
    ultima = serie.ultima if serie is not None else None
    if ultima is not None and ultima > now + MAIS_LONGA:
        # by a clock that was wrong
        ultima = None
    if said is not None and said.horario_consulta is not None:
        return daily(said.horario_consulta, ultima, now)
    return ultima is None or ultima + timedelta(minutes=row.intervalo_consulta) <= now


def daily(horario: time, ultima: datetime | None, now: datetime) -> bool:
    """Tell whether the time of day has come since the last consultation; before the first one, today."""
    zone = CoreSettings.current().zone
    today = datetime.combine(now.astimezone(zone).date(), horario, zone)
    if ultima is None or today <= now:
        return today <= now and (ultima is None or ultima < today)
    yesterday = datetime.combine(now.astimezone(zone).date() - timedelta(days=1), horario, zone)
    return ultima < yesterday


def _dono(empresa: Empresa) -> Dono:
    return Dono(empresa.usuario_id, empresa.id, empresa.cnpj)
