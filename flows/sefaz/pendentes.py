"""Which companies are owed single questions that may be put now: people's own, and gaps where that goes by itself.

docs/reference/contracts/sefaz.md §3.6.
"""

from sqlalchemy import ColumnElement, exists, or_, select

from core.clock import SYSTEM, Clock
from core.settings.sefaz import SefazSettings
from flows.certificados.finding import serving
from flows.documentos.owners import Dono
from flows.sefaz import lacunas
from flows.sefaz.varredura import Devida
from storage.models.empresas import Empresa
from storage.models.sefaz import BuscaSEFAZ, Contribuinte, EstadoBusca, LacunaNSU, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import reading, transaction


def devidas(clock: Clock = SYSTEM) -> list[Devida]:
    """Return each company with a service that owes it something; what is too old to be had is closed before."""
    now = clock.now()
    with transaction() as db:
        lacunas.vencer(db, now)
    asked, gaps = _asked_for(), _has_gaps()
    query = (
        select(Empresa, SerieNSU.servico, asked)
        .join(Contribuinte, Contribuinte.empresa_id == Empresa.id)
        .join(SerieNSU, SerieNSU.contribuinte_id == Contribuinte.id)
        .outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
        .where(
            Contribuinte.ambiente == SefazSettings.current().ambiente,
            Empresa.ativa,
            Usuario.ativo.is_not(False),
            or_(SerieNSU.bloqueado_ate.is_(None), SerieNSU.bloqueado_ate <= now),
            or_(SerieNSU.proxima_avulsa.is_(None), SerieNSU.proxima_avulsa <= now),
            or_(asked, gaps),
        )
        .order_by(SerieNSU.id)
    )
    with reading() as db:
        served = ((row, serving(db, row[0], now)) for row in db.execute(query).all())
        return [
            Devida(Dono(empresa.usuario_id, empresa.id, empresa.cnpj), servico, held.id)
            for (empresa, servico, wanted), held in served
            if held is not None and (wanted or held.consulta_automatica)
        ]


def _asked_for() -> ColumnElement[bool]:
    """What a person asked for is looked for whether or not the company is consulted by itself."""
    keys = exists().where(BuscaSEFAZ.serie_id == SerieNSU.id, BuscaSEFAZ.estado == EstadoBusca.PENDENTE)
    numbers = exists().where(
        LacunaNSU.serie_id == SerieNSU.id, LacunaNSU.fechada_em.is_(None), LacunaNSU.motivo == lacunas.PEDIDA
    )
    return or_(keys, numbers)


def _has_gaps() -> ColumnElement[bool]:
    return exists().where(LacunaNSU.serie_id == SerieNSU.id, LacunaNSU.fechada_em.is_(None))
