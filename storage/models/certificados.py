"""A1 certificates of companies. docs/reference/contracts/integracoes.md §1.5."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, and_, exists, func, or_, tuple_
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.models.base import Base, Numbered
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.types import Encrypted, EncryptedBytes


class CertificadoDigital(Numbered, Base):
    """The certificate of a company; it serves the establishments of its base CNPJ that have none of their own.

    `aberto` is what is in the file, ready to be shown; none of what was taken in before there was this column.
    `cnpj` is its holder's, as the file says, and `base` the first eight characters of it. Everything that leads to the
    key is encrypted. `intervalo_consulta` is in minutes; `servicos_opcionais` names, with commas between them, the
    services that are asked because somebody turned them on. `desligado_por` are SEFAZ's words where its refusal turned
    the automatic consultation off.
    """

    __tablename__ = "certificado_digital"

    empresa_id: Mapped[int] = mapped_column(ForeignKey(Empresa.id), unique=True)
    nome: Mapped[str] = mapped_column(String(200), default="")
    cnpj: Mapped[str] = mapped_column(String(14))
    base: Mapped[str] = mapped_column(String(8), index=True)
    titular: Mapped[str] = mapped_column(String(200))
    emissor: Mapped[str] = mapped_column(String(200))
    numero: Mapped[str] = mapped_column(String(40))
    arquivo_pfx: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True)
    senha_pfx: Mapped[str] = mapped_column(Encrypted, deferred=True)
    aberto: Mapped[bytes | None] = mapped_column(EncryptedBytes, deferred=True)
    validade_inicio: Mapped[datetime]
    validade_fim: Mapped[datetime]
    ativo: Mapped[bool] = mapped_column(default=True)
    consulta_automatica: Mapped[bool] = mapped_column(default=False)
    intervalo_consulta: Mapped[int] = mapped_column(default=60)
    servicos_opcionais: Mapped[str] = mapped_column(String(100), default="")
    data_cadastro: Mapped[datetime]
    data_atualizacao: Mapped[datetime]
    ultima_consulta: Mapped[datetime | None]
    desligado_por: Mapped[str | None] = mapped_column(String(500))


def em_uso(now: datetime) -> ColumnElement[bool]:
    """Return the condition for a certificate in use, in a query that joins the company that has it and its user.

    That company may be off: the certificate may serve others of its owner and its base CNPJ all the same.
    """
    other = aliased(Empresa)
    serves = exists().where(
        other.ativa,
        func.substr(other.cnpj, 1, 8) == CertificadoDigital.base,
        other.usuario_id.is_not_distinct_from(Empresa.usuario_id),
        ~_better_for(other, now),
    )
    return and_(CertificadoDigital.ativo, Usuario.ativo.is_not(False), or_(Empresa.ativa, serves))


def _better_for(other: type[Empresa], now: datetime) -> ColumnElement[bool]:
    """Return the condition that another certificate goes before this one for a company: its own, or a longer one."""
    better, holder = aliased(CertificadoDigital), aliased(Empresa)
    lasts = tuple_(better.validade_fim, -better.id) > tuple_(CertificadoDigital.validade_fim, -CertificadoDigital.id)
    found = exists().where(
        better.empresa_id == holder.id,
        better.base == CertificadoDigital.base,
        holder.usuario_id.is_not_distinct_from(other.usuario_id),
        better.ativo,
        better.validade_inicio <= now,
        better.validade_fim >= now,
        or_(better.empresa_id == other.id, lasts),
    )
    return found.correlate(CertificadoDigital, other)
