"""What a company said of notes does not reach SEFAZ, or was refused there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, select, text

from alerts.judgement import Judgement
from alerts.moment import Moment
from alerts.sefaz.empresas import Consultada, consultadas
from core.settings.sefaz import SefazSettings
from core.text import human_duration, plural
from storage.models.manifestacoes import EstadoManifestacao, ManifestacaoSEFAZ

PARADOS, RECUSADOS = "eventos_parados", "eventos_recusados"
STUCK, RECENT = timedelta(hours=6), timedelta(days=3)
# The note was cancelled, or somebody had said more of it, before our own Ciência came.
HARMLESS = ("580", "650", "651", "655")
# As the index says it.
UNREGISTERED = text("sefaz_manifestacao.estado <> 'registrado'")


@dataclass(frozen=True)
class Grupo:
    """Events of a company: how many, since when, and what was said of one of them."""

    eventos: int = 0
    desde: datetime | None = None
    motivo: str | None = None


NENHUM = Grupo()


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield two judgements for each company that is consulted."""
    mine = ManifestacaoSEFAZ
    refused = mine.estado == EstadoManifestacao.RECUSADO.value
    own_and_harmless = and_(mine.automatica, func.coalesce(mine.cstat, "").in_(HARMLESS))
    stuck = _groups(moment, ~refused, mine.pedida_em <= moment.now - STUCK)
    bad = _groups(moment, refused, mine.pedida_em > moment.now - RECENT, not_(own_and_harmless))
    for one in consultadas(moment):
        yield _stuck(one, stuck.get(one.id, NENHUM), moment.now)
        yield _refused(one, bad.get(one.id, NENHUM))


def _groups(moment: Moment, *where: ColumnElement[bool]) -> Mapping[int, Grupo]:
    mine = ManifestacaoSEFAZ
    query = select(mine.empresa_id, func.count(), func.min(mine.pedida_em), func.max(mine.motivo))
    query = query.where(UNREGISTERED, mine.ambiente == SefazSettings.current().ambiente, *where)
    return {row[0]: Grupo(*row[1:]) for row in moment.db.execute(query.group_by(mine.empresa_id))}


def _stuck(one: Consultada, found: Grupo, now: datetime) -> Judgement:
    since = human_duration((now - (found.desde or now)).total_seconds())
    said = f" {found.motivo.rstrip('.')}." if found.motivo else ""
    return one.judged(
        PARADOS,
        found.eventos,
        f"{plural(found.eventos, 'manifestação', 'manifestações')} da empresa {one.nome} não "
        f"{'chega' if found.eventos == 1 else 'chegam'} à SEFAZ, a primeira há {since}.{said} "
        "`esteira sefaz manifestacoes` mostra quais são.",
        f"Nenhuma manifestação da empresa {one.nome} está parada.",
    )


def _refused(one: Consultada, found: Grupo) -> Judgement:
    said = f" {found.motivo.rstrip('.')}." if found.motivo else ""
    return one.judged(
        RECUSADOS,
        found.eventos,
        f"A SEFAZ recusou {plural(found.eventos, 'manifestação', 'manifestações')} da empresa {one.nome}.{said} "
        "`esteira sefaz manifestacoes` mostra quais são; pedidas de novo, são enviadas de novo.",
        f"Nos últimos {RECENT.days} dias nenhuma manifestação da empresa {one.nome} foi recusada.",
    )
