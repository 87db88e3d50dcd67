"""What of a company's stored documents is at Questor, by month and kind."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, union_all

from core.documentos.conteudo import Especie
from core.settings.accounts import PADRAO
from core.settings.questor import QuestorSettings
from flows.documentos.filtro import checked_month
from flows.documentos.owners import owner
from storage.models.documentos import Documento
from storage.models.questor import Estado, QuestorArquivo, QuestorLote
from storage.models.registros import DocumentoEvento
from storage.session import reading

EVENTO = "evento"
# A document may stand in several lots; the one in which it went furthest counts.
_FURTHEST = (
    (Estado.ENVIADO, 5),
    (Estado.DESCONHECIDO, 4),
    (Estado.PENDENTE, 4),
    (Estado.RECUSADO, 3),
    (Estado.QUARENTENA, 2),
    (Estado.IGNORADO, 2),
)
_SENT, _TO_SEND, _REFUSED, _APART = 5, 4, 3, 2
_METHOD_OF = {Especie.CTE_OS.value: "cteos"}


@dataclass(frozen=True)
class StoredView:
    """The documents of one month and kind; each counts once, in one of the columns after `guardados`.

    `separados` are those that Questor does not take: kinds without a method, texts without authorisation.
    """

    mes: str | None
    tipo: str
    guardados: int
    enviados: int
    recusados: int
    a_enviar: int
    separados: int
    faltam: int


def acervo(
    empresa: str, usuario: str | None = None, mes: str | None = None, conta: str = PADRAO
) -> tuple[StoredView, ...]:
    """Compare a company's store with what the lots of an account tell, of any folder too; the newest month first."""
    empresa_id = owner(usuario, empresa).empresa_id
    month = [Documento.mes == checked_month(mes)] if mes else []
    each = union_all(_documents(empresa_id, conta, month), _events(empresa_id, conta, month)).subquery()
    columns = (each.c.mes, each.c.tipo, each.c.furthest)
    with reading() as db:
        rows = db.execute(select(*columns, func.count()).group_by(*columns)).all()
    counted: dict[tuple[str | None, str], dict[int | None, int]] = {}
    for at, tipo, furthest, amount in rows:
        counted.setdefault((at, tipo), {})[furthest] = amount
    methods = QuestorSettings.current().methods_of(conta)
    newest = sorted(counted, key=lambda key: (key[0] or "", key[1]), reverse=True)
    return tuple(_view(*key, counted[key], methods) for key in newest)


def _documents(empresa_id: int | None, conta: str, month: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    furthest = _furthest(conta, Documento.chave).label("furthest")
    mine = (Documento.empresa_id == empresa_id, Documento.xml_id.is_not(None), Documento.completo, *month)
    return select(Documento.mes, Documento.especie.label("tipo"), furthest).where(*mine)


def _events(empresa_id: int | None, conta: str, month: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    named = (DocumentoEvento.chave, DocumentoEvento.tipo_evento, cast(DocumentoEvento.sequencia, String(6)))
    furthest = _furthest(conta, named[0] + ":" + named[1] + ":" + named[2]).label("furthest")
    mine = (
        DocumentoEvento.empresa_id == empresa_id,
        DocumentoEvento.xml_id.is_not(None),
        DocumentoEvento.completo,
        DocumentoEvento.registrado,
    )
    of_document = Documento.id == DocumentoEvento.documento_id
    query = select(Documento.mes, literal(EVENTO).label("tipo"), furthest).select_from(DocumentoEvento)
    return query.outerjoin(Documento, of_document).where(*mine, *month)


def _furthest(conta: str, identidade: Any) -> ColumnElement[int | None]:
    """Return how far a document went in any lot of the account; none where no lot has it."""
    lots = select(QuestorLote.id).where(QuestorLote.conta == conta)
    rank = case(*((QuestorArquivo.estado == estado.value, number) for estado, number in _FURTHEST), else_=None)
    mine = (QuestorArquivo.lote_id.in_(lots), QuestorArquivo.identidade == identidade)
    return select(func.max(rank)).where(*mine).scalar_subquery()


def _view(mes: str | None, tipo: str, counts: dict[int | None, int], methods: dict[str, str]) -> StoredView:
    total, absent = sum(counts.values()), counts.get(None, 0)
    taken = tipo == EVENTO or bool(methods.get(_METHOD_OF.get(tipo, tipo)))
    return StoredView(
        mes=mes,
        tipo=tipo,
        guardados=total,
        enviados=counts.get(_SENT, 0),
        recusados=counts.get(_REFUSED, 0),
        a_enviar=counts.get(_TO_SEND, 0),
        separados=counts.get(_APART, 0) + (0 if taken else absent),
        faltam=absent if taken else 0,
    )
