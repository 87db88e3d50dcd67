"""Which companies are owed single questions that may be put now: people's own, and gaps where that goes by itself.

docs/reference/contracts/sefaz.md §3.6.
"""

from sqlalchemy import ColumnElement, exists, or_, select

from connectors.sefaz import servico
from connectors.sefaz.registro import servicos
from core.clock import SYSTEM, Clock
from core.settings.sefaz import SefazSettings
from flows.certificados.finding import serving
from flows.documentos.owners import Dono
from flows.sefaz import lacunas
from flows.sefaz.orcamento import RESERVA, orcamento
from flows.sefaz.regras import MAIS_LONGA
from flows.sefaz.varredura import Devida, automatica
from storage.models.configuracao import ConfiguracaoConsulta
from storage.models.empresas import Empresa
from storage.models.sefaz import VIVA, BuscaSEFAZ, Contribuinte, EstadoBusca, LacunaNSU, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import reading, transaction


def devidas(clock: Clock = SYSTEM) -> list[Devida]:
    """Return each company with a service that owes it something, and for which this hour's count has room.

    What is too old to be had is closed before.
    """
    now = clock.now()
    with transaction() as db:
        lacunas.vencer(db, now)
    asked, gaps = _asked_for(), _has_gaps()
    query = (
        select(Empresa, SerieNSU, asked)
        .join(Contribuinte, Contribuinte.empresa_id == Empresa.id)
        .join(SerieNSU, VIVA)
        .outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
        .where(
            Contribuinte.ambiente == SefazSettings.current().ambiente,
            Empresa.ativa,
            Usuario.ativo.is_not(False),
            *(
                or_(until.is_(None), until <= now, until > now + MAIS_LONGA)
                for until in (SerieNSU.bloqueado_ate, SerieNSU.proxima_avulsa)
            ),
            SerieNSU.servico.in_(servicos()),
            or_(asked, gaps),
        )
        .order_by(SerieNSU.id)
    )
    with reading() as db:
        said = {one.usuario_id: one for one in db.scalars(select(ConfiguracaoConsulta))}
        found = []
        for empresa, serie, wanted in db.execute(query).all():
            held = serving(db, empresa, now)
            if held is None or not (wanted or automatica(held, serie.servico, said.get(empresa.usuario_id or 0))):
                continue
            have = orcamento(db, serie.contribuinte_id, servico(serie.servico).avulsas_por_hora, now)
            if have.libera(0 if wanted else RESERVA) is None:
                found.append(Devida(Dono(empresa.usuario_id, empresa.id, empresa.cnpj), serie.servico, held.id))
        return found


def _asked_for() -> ColumnElement[bool]:
    """What a person asked for is looked for whether or not the company is consulted by itself."""
    keys = exists().where(BuscaSEFAZ.serie_id == SerieNSU.id, BuscaSEFAZ.estado == EstadoBusca.PENDENTE)
    numbers = exists().where(
        LacunaNSU.serie_id == SerieNSU.id, LacunaNSU.fechada_em.is_(None), LacunaNSU.motivo == lacunas.PEDIDA
    )
    return or_(keys, numbers)


def _has_gaps() -> ColumnElement[bool]:
    return exists().where(LacunaNSU.serie_id == SerieNSU.id, LacunaNSU.fechada_em.is_(None))
