"""Certificates as people see them; never what leads to a key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.certificado import dias_ate
from core.clock import SYSTEM, Clock
from core.fiscal import formatar_documento
from core.page import SIZE, Counted, Page
from flows.documentos.listagem import PRIMEIRA, Pagina, newest
from flows.documentos.listagem import page as numbered
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.pages import oldest_first, visible
from storage.session import reading

DESATIVADO = "desativado"


@dataclass(frozen=True)
class CertificateView:
    """A company's certificate. `cnpj` is its holder's; `dias` are left of it, negative when it has ended.

    `desligado_por` are SEFAZ's words where its refusal turned the automatic consultation off.
    """

    id: int
    empresa: str
    usuario: str | None
    nome: str
    cnpj: str
    titular: str
    emissor: str
    validade_inicio: datetime
    validade_fim: datetime
    dias: int
    situacao: str
    consulta_automatica: bool
    intervalo_consulta: int
    servicos_opcionais: tuple[str, ...]
    data_cadastro: datetime
    data_atualizacao: datetime
    ultima_consulta: datetime | None
    desligado_por: str | None


def certificates(
    *, depois: int | None = None, limite: int = SIZE, caller: Caller = OPERATOR, clock: Clock = SYSTEM
) -> Page[CertificateView]:
    """Return a page of the certificates of the caller's companies, the oldest first."""
    query, now = _query().where(visible(caller, Empresa.usuario_id)), clock.now()
    with reading() as db:
        return oldest_first(db, query, CertificadoDigital.id, depois, limite).map(lambda row: _view(row, now))


def pagina(pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> Counted[CertificateView]:
    """Return a page of the same, by its number, the newest first."""
    query, now = _query().where(visible(caller, Empresa.usuario_id)), clock.now()
    one = CertificadoDigital
    order = newest(pagina.ordering, "data_cadastro", one.data_cadastro, one.id)
    with reading() as db:
        return numbered(db, query, order, pagina).map(lambda row: _view(row[:4], now))


def listed(db: Session, row: CertificadoDigital, now: datetime) -> CertificateView:
    """Return one certificate as it is listed."""
    return _view(db.execute(_query().where(CertificadoDigital.id == row.id)).one(), now)


def _query() -> Select[*tuple[Any, ...]]:
    query = select(CertificadoDigital.id, CertificadoDigital, Empresa.cnpj, Usuario.username)
    return query.join(Empresa, Empresa.id == CertificadoDigital.empresa_id).outerjoin(
        Usuario, Usuario.id == Empresa.usuario_id
    )


def _view(found: Any, now: datetime) -> CertificateView:
    _, row, cnpj, username = found
    states = ((not row.ativo, DESATIVADO), (now > row.validade_fim, "vencido"), (now < row.validade_inicio, "futuro"))
    return CertificateView(
        id=row.id,
        empresa=formatar_documento(cnpj),
        usuario=username,
        nome=row.nome,
        cnpj=formatar_documento(row.cnpj),
        titular=row.titular,
        emissor=row.emissor,
        validade_inicio=row.validade_inicio,
        validade_fim=row.validade_fim,
        dias=dias_ate(row.validade_fim, now),
        situacao=next((name for true, name in states if true), "valido"),
        consulta_automatica=row.consulta_automatica,
        intervalo_consulta=row.intervalo_consulta,
        servicos_opcionais=tuple(filter(None, row.servicos_opcionais.split(","))),
        data_cadastro=row.data_cadastro,
        data_atualizacao=row.data_atualizacao,
        ultima_consulta=row.ultima_consulta,
        desligado_por=row.desligado_por,
    )
