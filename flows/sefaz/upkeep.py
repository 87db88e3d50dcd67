"""What is looked after for SEFAZ: what dead processes held, old calls, events that are owed."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from claims.crash import after_crash
from core.clock import FixedClock
from core.settings.retencao import RetentionSettings
from core.settings.sefaz import SefazSettings
from core.upkeep import Upkeep
from flows.sefaz.manifestacoes.rows import DEVIDAS
from flows.sefaz.rows import CONTRIBUINTES, IMPORTACOES
from storage.forgetting import forget
from storage.models.manifestacoes import ManifestacaoSEFAZ
from storage.models.sefaz import VIVA, BuscaSEFAZ, ChamadaSEFAZ, ConsultaSEFAZ, Contribuinte, LacunaNSU, SerieNSU
from storage.rows import table_of

CALLS, CONSULTATIONS = table_of(ChamadaSEFAZ), table_of(ConsultaSEFAZ)

FREE, FAILING = "livre", "falhando"
HOUR = timedelta(hours=1)


def give_back(now: datetime) -> int:
    """Let go of what dead processes of this host were asking for, importing or sending."""
    return after_crash((CONTRIBUINTES, IMPORTACOES, DEVIDAS), FixedClock(now))


def old_calls(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete what was noted of calls long ago."""
    before = now - timedelta(days=RetentionSettings.current().importacoes_dias)
    old = select(CALLS.c.id).where(CALLS.c.em < before).order_by(CALLS.c.id)
    return forget(CALLS, old, "chamadas_da_sefaz")


def empty_consultations(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete consultations of long ago that brought nothing, but for the last one of each numbering."""
    before = now - timedelta(days=RetentionSettings.current().importacoes_dias)
    later = CONSULTATIONS.alias()
    newer = exists().where(later.c.serie_id == CONSULTATIONS.c.serie_id, later.c.id > CONSULTATIONS.c.id)
    old = select(CONSULTATIONS.c.id).where(
        CONSULTATIONS.c.data_conclusao < before, CONSULTATIONS.c.total_encontrados == 0, newer
    )
    return forget(CONSULTATIONS, old.order_by(CONSULTATIONS.c.id), "consultas_vazias_da_sefaz")


def owed_events(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many events of the recipient have not reached SEFAZ."""
    said = ManifestacaoSEFAZ
    # as the index says it
    open_ones = select(said.estado, func.count()).where(text("sefaz_manifestacao.estado <> 'registrado'"))
    found = dict.fromkeys(("pendente", "enviado", "recusado"), 0)
    found |= {estado: total for estado, total in db.execute(open_ones.group_by(said.estado))}  # noqa: C416 - no pairs
    about = "Manifestações do destinatário que não foram registradas, por estado."
    family = GaugeMetricFamily("esteira_sefaz_manifestacoes", about, labels=["estado"])
    for estado, total in found.items():
        family.add_metric([estado], total)
    yield family


def numberings(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many numberings of the environment that is asked now may be asked, rest, are blocked or keep failing."""
    # every worker has this page, and what an answer of SEFAZ is read with only the API needs
    from flows.sefaz.regras import Cursor, Situacao

    said = (SerieNSU.proxima_consulta, SerieNSU.bloqueado_ate, SerieNSU.falhas)
    query = select(*said).join(Contribuinte, VIVA)
    found = dict.fromkeys((FREE, FAILING, Situacao.DESCANSANDO.value, Situacao.BLOQUEADA.value), 0)
    for rests, blocked, failed in db.execute(query.where(Contribuinte.ambiente == SefazSettings.current().ambiente)):
        waits = Cursor(0, 0, rests, blocked).espera(now)
        state = FREE if waits is None else waits[0].value
        found[FAILING if failed and state != Situacao.BLOQUEADA else state] += 1
    about = "Numerações da SEFAZ, pelo que se pode fazer com elas agora."
    family = GaugeMetricFamily("esteira_sefaz_numeracoes", about, labels=["situacao"])
    for state, total in found.items():
        family.add_metric([state], total)
    yield family


def missing(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many numbers are missing, and how many keys people still wait for."""
    left = select(func.coalesce(func.sum(LacunaNSU.ate - LacunaNSU.proxima + 1), 0))
    numbers = db.scalar(left.where(LacunaNSU.fechada_em.is_(None)))
    yield GaugeMetricFamily("esteira_sefaz_nsu_faltando", "NSU que faltam e serão pedidos.", value=int(numbers or 0))
    # as the index says it
    keys = db.scalar(select(func.count()).select_from(BuscaSEFAZ).where(text("sefaz_busca.estado = 'pendente'")))
    yield GaugeMetricFamily("esteira_sefaz_chaves_pedidas", "Chaves pedidas e não respondidas.", value=keys or 0)


def asked(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many questions were put in the last hour, by service and form, and the most of one numbering."""
    put = select(SerieNSU.servico, ChamadaSEFAZ.forma, ChamadaSEFAZ.serie_id, func.count().label("total"))
    put = put.join(SerieNSU, SerieNSU.id == ChamadaSEFAZ.serie_id).where(ChamadaSEFAZ.em > now - HOUR)
    each = put.group_by(SerieNSU.servico, ChamadaSEFAZ.forma, ChamadaSEFAZ.serie_id).subquery()
    labels = (each.c.servico, each.c.forma)
    total = GaugeMetricFamily("esteira_sefaz_consultas_hora", "Consultas da última hora.", labels=["servico", "forma"])
    about = "Consultas da última hora da numeração que mais consultou; a SEFAZ limita cada uma."
    most = GaugeMetricFamily("esteira_sefaz_consultas_hora_maior", about, labels=["servico", "forma"])
    sums = select(*labels, func.sum(each.c.total), func.max(each.c.total)).group_by(*labels).order_by(*labels)
    for servico, forma, together, greatest in db.execute(sums):
        total.add_metric([servico, forma], int(together))
        most.add_metric([servico, forma], greatest)
    yield from (total, most)


UPKEEP = Upkeep(
    retention=(old_calls, empty_consultations), metrics=(owed_events, numberings, missing, asked), claims=(give_back,)
)
