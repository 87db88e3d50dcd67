"""Notes of which only the summary is here: what each waits for, since when, and until when something may be said of it.

docs/reference/contracts/sefaz.md §4.1, §4.6.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.documentos import manifestacao
from core.documentos.manifestacao import LIBERAM, SEM_EFEITO, Recebida, Registrado, registrado_em
from core.documentos.tipos_evento import DESCONHECIMENTO, MANIFESTACOES
from core.fiscal import formatar_documento
from core.page import SIZE, Page
from core.settings.sefaz import SefazSettings
from flows.documentos.owners import owner
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.registros import DocumentoEvento
from storage.models.usuarios import Usuario
from storage.pages import oldest_first, visible
from storage.session import reading


@dataclass(frozen=True)
class AguardadoView:
    """A note: `xml` is whether its full document is coming, `desde` since when, `conclusao` what was concluded."""

    id: int
    empresa: str
    usuario: str | None
    chave_acesso: str
    emitente: str | None
    emit_nome: str | None
    valor_total: Decimal | None
    xml: str
    desde: datetime | None
    ciencia_ate: datetime | None
    conclusao: str
    conclusao_ate: datetime | None


def listar(
    empresa: str | None = None,
    usuario: str | None = None,
    *,
    todos: bool = False,
    depois: int | None = None,
    limite: int = SIZE,
    caller: Caller = OPERATOR,
    clock: Clock = SYSTEM,
) -> Page[AguardadoView]:
    """Return a page of the notes that wait for their full document, the oldest first; with `todos` also those of which
    none will come: a company's own, cancelled, denied and disowned ones, and those that nobody asked for in time.
    """
    now, dias = clock.now(), SefazSettings.current().dias_conclusao
    query = select(Documento.id, Documento, Empresa.cnpj, Usuario.username)
    query = query.join(Empresa, Empresa.id == Documento.empresa_id)
    query = query.outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
    query = query.where(*_summaries(), visible(caller, Empresa.usuario_id))
    if not todos:
        query = query.where(_waiting(now, dias))
    if empresa:
        query = query.where(Empresa.id == owner(usuario, empresa).empresa_id)
    with reading() as db:
        page = oldest_first(db, query, Documento.id, depois, limite)
        events = eventos(db, [row[0] for row in page])
    return page.map(lambda row: _view(row, events[row[0]], now, dias))


def contar(db: Session, empresas: Sequence[int], now: datetime) -> Mapping[int, int]:
    """Return how many notes of each of these companies wait for their full document; one not named has none."""
    waiting = _waiting(now, SefazSettings.current().dias_conclusao)
    query = select(Documento.empresa_id, func.count()).join(Empresa, Empresa.id == Documento.empresa_id)
    mine = Documento.empresa_id.in_(empresas)
    counted = query.where(mine, *_summaries(), waiting).group_by(Documento.empresa_id)
    return {number: total for number, total in db.execute(counted) if number is not None}


def eventos(db: Session, documentos: Sequence[int]) -> Mapping[int, Sequence[Registrado]]:
    """Return what the recipient said of each of these documents, as far as it is registered."""
    columns = (DocumentoEvento.status, DocumentoEvento.recebido_em, DocumentoEvento.data_evento)
    query = select(DocumentoEvento.documento_id, DocumentoEvento.tipo_evento, *columns)
    query = query.where(DocumentoEvento.documento_id.in_(documentos), DocumentoEvento.tipo_evento.in_(MANIFESTACOES))
    known = query.where(DocumentoEvento.registrado).order_by(DocumentoEvento.id)
    found: defaultdict[int, list[Registrado]] = defaultdict(list)
    for number, tipo, status, received, stated in db.execute(known):
        if number is not None:
            found[number].append(Registrado(tipo, registrado_em(status, received, stated)))
    return found


def _summaries() -> tuple[ColumnElement[bool], ...]:
    return (~Documento.completo, Documento.especie == "nfe")


def _waiting(now: datetime, dias: float) -> ColumnElement[bool]:
    in_time = or_(Documento.recebido_em.is_(None), Documento.recebido_em >= now - timedelta(days=dias))
    return and_(
        or_(Documento.emit_cnpj.is_(None), Documento.emit_cnpj != Empresa.cnpj),
        Documento.situacao.not_in(SEM_EFEITO),
        ~_disowned(),
        or_(in_time, _asked_for()),
    )


def _asked_for() -> ColumnElement[bool]:
    """Return the condition that something registered brings the full document of a note."""
    said = DocumentoEvento
    asked = select(said.id).where(said.documento_id == Documento.id, said.tipo_evento.in_(LIBERAM), said.registrado)
    return asked.exists()


def _disowned() -> ColumnElement[bool]:
    """Return the condition that nothing was said of a note but that the operation is not known."""
    said, other = DocumentoEvento, aliased(DocumentoEvento)
    asked = select(other.id).where(other.documento_id == said.documento_id, other.tipo_evento.in_(LIBERAM))
    denied = select(said.id).where(said.documento_id == Documento.id, said.tipo_evento == DESCONHECIMENTO)
    return denied.where(said.registrado, ~asked.where(other.registrado).exists()).exists()


def _view(row: Any, events: Sequence[Registrado], now: datetime, dias: int) -> AguardadoView:
    number, one, cnpj, username = row
    nota = Recebida(
        propria=one.emit_cnpj == cnpj,
        situacao=one.situacao,
        completa=one.completo,
        conhecida_em=one.data_importacao,
        recebida_em=one.recebido_em,
        eventos=events,
    )
    xml, since = manifestacao.espera(nota, now, dias)
    return AguardadoView(
        id=number,
        empresa=formatar_documento(cnpj),
        usuario=username,
        chave_acesso=one.chave,
        emitente=one.emit_cnpj and formatar_documento(one.emit_cnpj),
        emit_nome=one.emit_nome,
        valor_total=one.valor_total,
        xml=xml.value,
        desde=since,
        ciencia_ate=nota.ciencia_ate,
        conclusao=manifestacao.conclusao(nota, now, dias).value,
        conclusao_ate=nota.conclusao_ate(dias),
    )
