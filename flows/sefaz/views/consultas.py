"""Consultations and what they brought, as people see them. docs/reference/contracts/integracoes.md §1.6, §4.52."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Papel
from core.errors import NotFound
from core.fiscal import formatar_documento, normalizar_documento
from core.page import SIZE, Counted, Page
from flows.documentos.listagem import PRIMEIRA, Pagina, newest
from flows.documentos.listagem import page as numbered
from flows.sefaz import achados
from storage.models.certificados import CertificadoDigital
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.sefaz import ConsultaSEFAZ, DocumentoDistribuido, SerieNSU
from storage.models.usuarios import Usuario
from storage.pages import LARGEST_KEY, newest_first, visible
from storage.session import reading


@dataclass(frozen=True)
class ConsultaView:
    """A consultation. `data_inicio` and `data_fim` are a window for reports; the service knows no dates."""

    id: int
    empresa: str
    usuario: str | None
    certificado: str
    tipo_documento: str
    data_inicio: date
    data_fim: date
    status: str
    data_consulta: datetime
    data_conclusao: datetime | None
    total_encontrados: int
    total_importados: int
    total_erros: int
    mensagem_erro: str | None


@dataclass(frozen=True)
class Estatisticas:
    """How many documents a consultation brought (events about documents are none), how many of them are whole in the
    store, how many are not, and how many there are of each role; a document of several roles counts in each.
    """

    total: int
    importados: int
    pendentes: int
    papeis: dict[str, int]


@dataclass(frozen=True)
class ConsultaDetalhe:
    """One consultation with its log and figures."""

    consulta: ConsultaView
    log_detalhado: str
    estatisticas: Estatisticas


def consultas(
    empresa: str | None = None, *, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR
) -> Page[ConsultaView]:
    """Return a page of the consultations of the caller's companies, the newest first."""
    query = _query(caller)
    if empresa:
        query = query.where(Empresa.cnpj == normalizar_documento(empresa))
    with reading() as db:
        return newest_first(db, query, ConsultaSEFAZ.id, depois, limite).map(_view)


def pagina(
    status: str | None = None,
    tipo: str | None = None,
    pagina: Pagina = PRIMEIRA,
    caller: Caller = OPERATOR,
) -> Counted[ConsultaView]:
    """Return a page of the same, by its number, the newest first, of one status and kind if asked."""
    query, one = _query(caller), ConsultaSEFAZ
    if status:
        query = query.where(one.status == status.upper())
    if tipo:
        query = query.where(one.tipo_documento == tipo.upper())
    order = newest(pagina.ordering, "data_consulta", one.data_consulta, one.id)
    with reading() as db:
        return numbered(db, query, order, pagina).map(lambda row: _view(row[:5]))


def mostrar(numero: int, caller: Caller = OPERATOR) -> ConsultaDetalhe:
    """Return one; raise `NotFound` where it is not there, or is not the caller's."""
    with reading() as db:
        found = one(db, numero, caller)
        return ConsultaDetalhe(_view(found), found[1].log_detalhado, _figures(db, numero))


def seen(db: Session, numero: int, caller: Caller) -> bool:
    """Tell whether there is such a consultation, and the caller may see it."""
    return db.execute(_query(caller).where(ConsultaSEFAZ.id == numero)).first() is not None


def one(db: Session, numero: int, caller: Caller) -> Any:
    """Return the row of one; raise `NotFound` where it is not there, or is not the caller's."""
    query = _query(caller).where(ConsultaSEFAZ.id == numero)
    found = db.execute(query).one_or_none() if abs(numero) <= LARGEST_KEY else None
    if found is None:
        raise NotFound(f"Não há a consulta {numero}.", veja="consultas")
    return found


def _query(caller: Caller) -> Select[*tuple[Any, ...]]:
    query = select(ConsultaSEFAZ.id, ConsultaSEFAZ, Empresa.cnpj, Usuario.username, CertificadoDigital.nome)
    return (
        query.join(SerieNSU, SerieNSU.id == ConsultaSEFAZ.serie_id)
        .join(Empresa, Empresa.id == SerieNSU.empresa_id)
        .join(CertificadoDigital, CertificadoDigital.id == ConsultaSEFAZ.certificado_id)
        .outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
        .where(visible(caller, Empresa.usuario_id))
    )


def _view(found: Any) -> ConsultaView:
    _, row, cnpj, username, certificado = found
    return ConsultaView(
        id=row.id,
        empresa=formatar_documento(cnpj),
        usuario=username,
        certificado=certificado,
        tipo_documento=row.tipo_documento,
        data_inicio=row.data_inicio,
        data_fim=row.data_fim,
        status=row.status,
        data_consulta=row.data_consulta,
        data_conclusao=row.data_conclusao,
        total_encontrados=row.total_encontrados,
        total_importados=row.total_importados,
        total_erros=row.total_erros,
        mensagem_erro=row.mensagem_erro,
    )


def _figures(db: Session, numero: int) -> Estatisticas:
    query = achados.query(numero).with_only_columns(DocumentoDistribuido.id, Documento.completo, Documento.papeis)
    total, whole, roles = 0, 0, Counter[str]()
    for _, completo, papeis in db.execute(query.execution_options(yield_per=1000)):
        total += 1
        whole += bool(completo)
        roles.update(achados.roles(completo, papeis))
    return Estatisticas(total, whole, total - whole, {papel.value: roles[papel.value] for papel in Papel})
