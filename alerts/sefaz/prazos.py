"""Time runs out for what a company may say of notes that it received: Ciência, which brings the XML, and a conclusion.

docs/reference/contracts/sefaz.md §4.6. Both run from the authorisation. Only notes that wait for something count: those
of which the summary alone is here, and those of which Ciência was given, which obliges to conclude.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select

from alerts.judgement import Judgement
from alerts.moment import Moment
from alerts.sefaz.empresas import Consultada, consultadas
from core.documentos.manifestacao import CONCLUSIVOS, PRAZO_CIENCIA, SEM_EFEITO
from core.documentos.tipos_evento import MANIFESTACOES
from core.settings.alerts import AlertSettings
from core.settings.core import CoreSettings
from core.settings.sefaz import SefazSettings
from core.text import plural
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.registros import DocumentoEvento

CIENCIA, CONCLUSAO = "ciencia", "conclusao"
# Ciência is given within these days, so it lies by so much behind its note's authorisation at most.
_GIVEN = PRAZO_CIENCIA + timedelta(days=1)


@dataclass(frozen=True)
class Perto:
    """Notes of a company whose time runs out: how many, and when the first of them was authorised."""

    notas: int = 0
    primeira: datetime | None = None


NENHUMA = Perto()


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield two judgements for each company that is consulted."""
    alert, term = AlertSettings.current(), timedelta(days=SefazSettings.current().dias_conclusao)
    first = _near(moment, _unanswered(), PRAZO_CIENCIA, timedelta(days=alert.ciencia_days))
    last = _near(moment, _unconcluded(), term, timedelta(days=alert.conclusion_days))
    obliged = _obliged(moment, term, timedelta(days=alert.conclusion_days))
    for one in consultadas(moment):
        yield _ciencia(one, first.get(one.id, NENHUMA))
        yield _conclusao(one, _both(last.get(one.id, NENHUMA), obliged.get(one.id, NENHUMA)), term)


def _near(
    moment: Moment, waiting: ColumnElement[bool], term: timedelta, before: timedelta
) -> Mapping[int | None, Perto]:
    """Return the summaries of each company whose time ends within `before`."""
    start = moment.now - term
    query = _counted().where(~Documento.completo, waiting)
    return _read(moment, query.where(Documento.recebido_em > start, Documento.recebido_em <= start + before))


def _obliged(moment: Moment, term: timedelta, before: timedelta) -> Mapping[int | None, Perto]:
    """Return the whole notes of each company of which Ciência was given, and whose time ends within `before`."""
    start = moment.now - term
    given = select(DocumentoEvento.documento_id).where(
        # literally, as the index says it
        DocumentoEvento.tipo_evento == literal_column("'210210'"),
        DocumentoEvento.data_evento > start,
        DocumentoEvento.data_evento <= start + before + _GIVEN,
        DocumentoEvento.registrado,
    )
    query = _counted().where(Documento.id.in_(given), Documento.completo, _unconcluded())
    return _read(moment, query.where(Documento.recebido_em > start, Documento.recebido_em <= start + before))


def _counted() -> Select[int | None, int, datetime | None]:
    query = select(Documento.empresa_id, func.count(), func.min(Documento.recebido_em))
    query = query.join(Empresa, Empresa.id == Documento.empresa_id)
    return query.where(
        Documento.especie == "nfe",
        Documento.situacao.not_in(SEM_EFEITO),
        or_(Documento.emit_cnpj.is_(None), Documento.emit_cnpj != Empresa.cnpj),
    ).group_by(Documento.empresa_id)


def _unanswered() -> ColumnElement[bool]:
    return ~_said(sorted(MANIFESTACOES))


def _unconcluded() -> ColumnElement[bool]:
    return ~_said(sorted(CONCLUSIVOS))


def _said(kinds: list[str]) -> ColumnElement[bool]:
    of_it = and_(DocumentoEvento.documento_id == Documento.id, DocumentoEvento.tipo_evento.in_(kinds))
    return select(DocumentoEvento.id).where(of_it, DocumentoEvento.registrado).exists()


def _read(moment: Moment, query: Select[int | None, int, datetime | None]) -> Mapping[int | None, Perto]:
    return {number: Perto(total, first) for number, total, first in moment.db.execute(query)}


def _both(one: Perto, other: Perto) -> Perto:
    return Perto(one.notas + other.notas, min(filter(None, (one.primeira, other.primeira)), default=None))


def _ciencia(one: Consultada, near: Perto) -> Judgement:
    return one.judged(
        CIENCIA,
        near.notas,
        f"De {plural(near.notas, 'nota', 'notas')} da empresa {one.nome} só chegou o resumo, e o prazo da Ciência, que "
        f"libera o XML, acaba: o primeiro em {_day(near, PRAZO_CIENCIA)}. `esteira sefaz aguardados` mostra quais são; "
        "a Ciência, com `esteira sefaz manifestar`, pede o XML, e obriga a concluir depois.",
        f"Nenhuma nota da empresa {one.nome} está para perder o prazo da Ciência.",
    )


def _conclusao(one: Consultada, near: Perto, term: timedelta) -> Judgement:
    return one.judged(
        CONCLUSAO,
        near.notas,
        f"Sobre {plural(near.notas, 'nota recebida', 'notas recebidas')} pela empresa {one.nome} ainda não se concluiu "
        f"nada; a primeira conta como confirmada tacitamente depois de {_day(near, term)}. Confirme, desconheça ou "
        "diga que a operação não se realizou: `esteira sefaz manifestar`.",
        f"Nenhuma nota da empresa {one.nome} está para ser confirmada tacitamente sem que se conclua.",
    )


def _day(near: Perto, term: timedelta) -> str:
    if near.primeira is None:
        return ""
    return f"{(near.primeira + term).astimezone(CoreSettings.current().zone):%d/%m/%Y}"
