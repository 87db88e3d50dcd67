"""Say something of notes now: make the events owed and send them; or only show what would be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from sqlalchemy import select

from claims.ahead import put_right
from connectors.sefaz import Manifestacao
from connectors.sefaz.evento import assinado
from core.clock import SYSTEM, Clock
from core.settings.sefaz import SefazSettings
from flows.sefaz.manifestacoes import ciencia, pedidos, views
from flows.sefaz.manifestacoes.assinante import assinante
from flows.sefaz.manifestacoes.envio import Envio, enviar
from flows.sefaz.manifestacoes.pedidos import Destinada, Pedido
from flows.sefaz.manifestacoes.rows import DEVIDAS, NEVER
from flows.sefaz.manifestacoes.views import ManifestacaoView
from storage.models.empresas import Empresa
from storage.models.manifestacoes import EstadoManifestacao, ManifestacaoSEFAZ
from storage.models.usuarios import Usuario
from storage.session import reading

# An event that SEFAZ does not explain is sent anew after sixteen hours at most (`julgamento.SEM_EXPLICACAO`).
LONGEST = timedelta(days=1)


@dataclass(frozen=True)
class Feito:
    """What became of what was asked for; `envios` are how the sending of each company ended.

    `antes` are the numbers of events that were registered before they were asked for.
    """

    eventos: Sequence[ManifestacaoView]
    envios: Sequence[Envio] = ()
    antes: frozenset[int] = frozenset()


def manifestar(destinadas: Sequence[Destinada], pedido: Pedido, clock: Clock = SYSTEM, *, agora: bool = True) -> Feito:
    """Make events owed, and send them unless that is left to the workers."""
    owed = pedidos.pedir(destinadas, pedido, clock)
    everything = [number for numbers in owed.values() for number in numbers]
    before = frozenset(one.id for one in views.das(everything) if one.estado == EstadoManifestacao.REGISTRADO)
    sent = [enviar(company, clock, numbers) for company, numbers in owed.items()] if agora else []
    return Feito(views.das(everything), sent, before)


def simular(destinadas: Sequence[Destinada], pedido: Pedido, clock: Clock = SYSTEM) -> list[str]:
    """Return the signed events as they would be sent; nothing is written or sent.

    Raises:
        CertificadoRecusado: no certificate can sign for a company.
    """
    now, ambiente, found = clock.now(), SefazSettings.current().ambiente, []
    wanted = [one for one in destinadas if one.empresa_id is not None]
    for company, mine in groupby(sorted(wanted, key=_company), key=_company):
        de = assinante(company, now)
        de.certificado.conferir(now)
        for one in mine:
            said = Manifestacao(one.chave, de.cnpj, pedido.tipo, now, pedido.sequencia, pedido.justificativa)
            found.append(assinado(said, de.certificado, ambiente).decode())
    return found


def enviar_devidas(clock: Clock = SYSTEM) -> int:
    """Make the Ciências owed that are due by themselves, and send what every company owes; count the registered."""
    ciencia.dever(clock)
    return sum(enviar(company, clock).registradas for company in com_devidas(clock))


def com_devidas(clock: Clock = SYSTEM) -> list[int]:
    """Return the companies that owe an event now; those that are turned off, or whose user is, wait."""
    mine, ambiente = ManifestacaoSEFAZ, SefazSettings.current().ambiente
    put_right(DEVIDAS, LONGEST, DEVIDAS.when() < NEVER, clock=clock)
    due = DEVIDAS.due(clock.now())
    with reading() as db:
        query = select(mine.empresa_id).where(mine.ambiente == ambiente, *due).distinct()
        query = query.join(Empresa, Empresa.id == mine.empresa_id)
        query = query.outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
        return list(db.scalars(query.where(Empresa.ativa, Usuario.ativo.is_not(False)).order_by(mine.empresa_id)))


def _company(one: Destinada) -> int:
    return one.empresa_id or 0
