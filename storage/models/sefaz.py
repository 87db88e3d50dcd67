"""Distribution by SEFAZ: where each numbering stands, what was asked, what came, what is missing.

docs/reference/contracts/sefaz.md §3.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Leased, Numbered, partial
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.types import RowId


class EstadoConsulta(StrEnum):
    """What became of a consultation; `PENDENTE` waits for its turn."""

    PENDENTE = "PENDENTE"
    PROCESSANDO = "PROCESSANDO"
    CONCLUIDA = "CONCLUIDA"
    ERRO = "ERRO"


# In the place of a status: the question surely did not get there; the server does not accept the certificate.
NAO_FEITA, NAO_ACEITO = "falha", "nao_aceito"


class Contribuinte(Numbered, Leased, Base):
    """A CNPJ in an environment, for the company that has it asked; its lease lets one process ask at a time."""

    __tablename__ = "sefaz_contribuinte"
    __table_args__ = (UniqueConstraint("cnpj", "ambiente"),)

    cnpj: Mapped[str] = mapped_column(String(14))
    ambiente: Mapped[int]
    empresa_id: Mapped[int] = mapped_column(ForeignKey(Empresa.id), index=True)


class SerieNSU(Numbered, Base):
    """The numbering of one service for a CNPJ; nothing is asked before `proxima_consulta` or `bloqueado_ate`.

    It is a company's: the one that has the CNPJ asked goes on in its own (`VIVA`), those of companies before it stay
    with what came for them and what they wanted.
    `ultimo_cstat` (or `NAO_ACEITO`) and `motivo` are the service's last words; `falhas` counts what failed since the
    last good answer. `usada_em` is when it last answered a question by sequence: unused for 60 days the numbering
    stops. `relogio` is by how many seconds our clock was ahead of its own then. No single question is put before
    `proxima_avulsa`; the reason is `motivo_avulsa`.
    """

    __tablename__ = "sefaz_serie"
    __table_args__ = (UniqueConstraint("contribuinte_id", "servico", "empresa_id"),)

    contribuinte_id: Mapped[int] = mapped_column(ForeignKey("sefaz_contribuinte.id"))
    servico: Mapped[str] = mapped_column(String(20))
    empresa_id: Mapped[int] = mapped_column(ForeignKey(Empresa.id))
    ult_nsu: Mapped[int] = mapped_column(RowId, default=0)
    max_nsu: Mapped[int] = mapped_column(RowId, default=0)
    proxima_consulta: Mapped[datetime | None]
    bloqueado_ate: Mapped[datetime | None]
    ultimo_cstat: Mapped[str | None] = mapped_column(String(10))
    motivo: Mapped[str | None] = mapped_column(Text)
    falhas: Mapped[int] = mapped_column(default=0)
    usada_em: Mapped[datetime | None]
    relogio: Mapped[int | None]
    proxima_avulsa: Mapped[datetime | None]
    motivo_avulsa: Mapped[str | None] = mapped_column(Text)


# The numberings of a CNPJ that are asked.
VIVA = and_(SerieNSU.contribuinte_id == Contribuinte.id, SerieNSU.empresa_id == Contribuinte.empresa_id)


class ChamadaSEFAZ(Numbered, Base):
    """A question, written before it leaves; without `cstat` its answer was lost, or is under way."""

    __tablename__ = "sefaz_chamada"
    __table_args__ = (Index("ix_sefaz_chamada_serie", "serie_id", "em"), Index("ix_sefaz_chamada_em", "em"))

    serie_id: Mapped[int] = mapped_column(ForeignKey("sefaz_serie.id"))
    forma: Mapped[str] = mapped_column(String(12))
    nsu: Mapped[int] = mapped_column(RowId)
    chave: Mapped[str | None] = mapped_column(String(50))
    em: Mapped[datetime]
    cstat: Mapped[str | None] = mapped_column(String(10))


class ConsultaSEFAZ(Numbered, Base):
    """A consultation: all pages of one run. docs/reference/contracts/integracoes.md §1.6.

    `data_inicio` and `data_fim` are a window for reports; the service knows no dates.
    """

    __tablename__ = "sefaz_consulta"
    __table_args__ = (
        Index("ix_sefaz_consulta_serie", "serie_id", "id"),
        partial("ix_sefaz_consulta_pendente", "serie_id", where="status = 'PENDENTE'"),
    )

    serie_id: Mapped[int] = mapped_column(ForeignKey("sefaz_serie.id"))
    certificado_id: Mapped[int] = mapped_column(ForeignKey(CertificadoDigital.id))
    tipo_documento: Mapped[str] = mapped_column(String(10))
    data_inicio: Mapped[date]
    data_fim: Mapped[date]
    status: Mapped[str] = mapped_column(String(12))
    data_consulta: Mapped[datetime]
    data_conclusao: Mapped[datetime | None]
    total_encontrados: Mapped[int] = mapped_column(default=0)
    total_importados: Mapped[int] = mapped_column(default=0)
    total_erros: Mapped[int] = mapped_column(default=0)
    mensagem_erro: Mapped[str | None] = mapped_column(Text)
    log_detalhado: Mapped[str] = mapped_column(Text, default="")


class ImportacaoPedida(Numbered, Leased, Base):
    """What is pending of a consultation is to be taken in: owed until somebody went through all of it."""

    __tablename__ = "sefaz_importacao"
    __table_args__ = (UniqueConstraint("consulta_id"),)

    consulta_id: Mapped[int] = mapped_column(ForeignKey("sefaz_consulta.id", ondelete="CASCADE"))
    pedida_em: Mapped[datetime]


class DocumentoDistribuido(Numbered, Base):
    """A document that came, once for each NSU; by key, where there is none, once for each schema.

    `bruto` is what came, kept where it could not be stored as a document; `motivo` says why. `consulta_id` is the
    consultation that brought it, none for what was asked for by itself.
    """

    __tablename__ = "sefaz_documento"
    __table_args__ = (
        UniqueConstraint("serie_id", "nsu"),
        Index("ix_sefaz_documento_consulta", "consulta_id"),
        partial("ix_sefaz_documento_ilegivel", "serie_id", where="resultado = 'erro'"),
        partial("uq_sefaz_documento_chave", "serie_id", "chave", "schema", where="nsu IS NULL", unique=True),
        Index("ix_sefaz_documento_documento", "documento_id"),
    )

    serie_id: Mapped[int] = mapped_column(ForeignKey("sefaz_serie.id"))
    nsu: Mapped[int | None] = mapped_column(RowId)
    chave: Mapped[str | None] = mapped_column(String(50))
    schema: Mapped[str] = mapped_column(String(100))
    resultado: Mapped[str] = mapped_column(String(12))
    motivo: Mapped[str | None] = mapped_column(String(500))
    bruto: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    documento_id: Mapped[int | None] = mapped_column(RowId)
    consulta_id: Mapped[int | None] = mapped_column(RowId)
    recebido_em: Mapped[datetime]


class Desfecho(StrEnum):
    """How a gap ended."""

    RESPONDIDA = "respondida"
    VENCIDA = "vencida"  # what is older than 90 days cannot be had
    RECUSADA = "recusada"


class LacunaNSU(Numbered, Base):
    """Numbers of a series, both ends included, that did not come although they may exist.

    What comes before `proxima` has been answered (`encontrados` numbers had a document, `vazios` none), or was refused
    or left without an answer and is a gap of its own, of which `tentativas` counts the refusals. `resposta` is what was
    said last.
    """

    __tablename__ = "sefaz_lacuna"
    __table_args__ = (UniqueConstraint("serie_id", "de", "ate"),)

    serie_id: Mapped[int] = mapped_column(ForeignKey("sefaz_serie.id"))
    de: Mapped[int] = mapped_column(RowId)
    ate: Mapped[int] = mapped_column(RowId)
    proxima: Mapped[int] = mapped_column(RowId)
    motivo: Mapped[str] = mapped_column(String(40))
    aberta_em: Mapped[datetime]
    tentada_em: Mapped[datetime | None]
    fechada_em: Mapped[datetime | None]
    encontrados: Mapped[int] = mapped_column(default=0)
    vazios: Mapped[int] = mapped_column(default=0)
    tentativas: Mapped[int] = mapped_column(default=0)
    desfecho: Mapped[str | None] = mapped_column(String(12))
    resposta: Mapped[str | None] = mapped_column(String(500))


class EstadoBusca(StrEnum):
    """What became of a key that somebody asked for."""

    PENDENTE = "pendente"
    ENCONTRADA = "encontrada"
    INDISPONIVEL = "indisponivel"  # the service says why
    RECUSADA = "recusada"


class BuscaSEFAZ(Numbered, Base):
    """A document that somebody asks for by its key: owed until it is answered. `resposta` is what the service said."""

    __tablename__ = "sefaz_busca"
    __table_args__ = (
        UniqueConstraint("serie_id", "chave"),
        partial("ix_sefaz_busca_pendente", "serie_id", where="estado = 'pendente'"),
    )

    serie_id: Mapped[int] = mapped_column(ForeignKey("sefaz_serie.id"))
    chave: Mapped[str] = mapped_column(String(50))
    estado: Mapped[str] = mapped_column(String(12))
    pedida_em: Mapped[datetime]
    tentada_em: Mapped[datetime | None]
    tentativas: Mapped[int] = mapped_column(default=0)
    respondida_em: Mapped[datetime | None]
    resposta: Mapped[str | None] = mapped_column(String(500))
