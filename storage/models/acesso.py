"""Who may come in: tokens of the API, sessions of browsers. docs/reference/contracts/integracoes.md §1.2 and §10.1."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered
from storage.models.usuarios import Usuario


class Origem(StrEnum):
    """Where a token comes from: an operator made it, or somebody signed in."""

    OPERADOR = "operador"
    LOGIN = "login"


class TokenAPI(Numbered, Base):
    """A token of a user; what is kept is its SHA-256, and its first characters by which people tell it."""

    __tablename__ = "token_api"

    usuario_id: Mapped[int] = mapped_column(ForeignKey(Usuario.id, ondelete="CASCADE"), index=True)
    prefixo: Mapped[str] = mapped_column(String(8))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    origem: Mapped[str] = mapped_column(String(10))
    criado_em: Mapped[datetime]
    expira_em: Mapped[datetime | None]
    revogado_em: Mapped[datetime | None]
    ultimo_uso: Mapped[datetime | None]


class Sessao(Numbered, Base):
    """A browser in which somebody signed in; what is kept of its cookie is the SHA-256. Where it ends, the row goes."""

    __tablename__ = "sessao"

    usuario_id: Mapped[int] = mapped_column(ForeignKey(Usuario.id, ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    criada_em: Mapped[datetime]
    usada_em: Mapped[datetime] = mapped_column(index=True)
    expira_em: Mapped[datetime]
