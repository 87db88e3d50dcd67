"""Companies whose documents are kept, and what belongs to one."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from storage.models.base import Base, Numbered
from storage.models.usuarios import Usuario


def dono(usuario_id: int | None, empresa_id: int | None = None) -> str:
    """Return the owner of a row as one value, for what an owner has once: NULLs would all differ from each other."""
    return f"{usuario_id or 0}:{empresa_id or 0}"


class Empresa(Numbered, Base):
    """A company whose documents a user keeps; by its CNPJ, which may hold letters. Without a user the operator's.

    `uf` is its state, which questions to SEFAZ name.
    """

    __tablename__ = "empresa"
    __table_args__ = (UniqueConstraint("dono", "cnpj"),)

    usuario_id: Mapped[int | None] = mapped_column(ForeignKey(Usuario.id))
    dono: Mapped[str] = mapped_column(String(41))
    cnpj: Mapped[str] = mapped_column(String(14), index=True)
    nome: Mapped[str] = mapped_column(String(200), default="")
    uf: Mapped[str | None] = mapped_column(String(2))
    ativa: Mapped[bool] = mapped_column(default=True)
    criada_em: Mapped[datetime]


class Owned:
    """A row that belongs to a company of a user; without company the user's, without user the operator's.

    `dono` is both in one value (`dono()`).
    """

    dono: Mapped[str] = mapped_column(String(41))

    @declared_attr
    def usuario_id(cls) -> Mapped[int | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        return mapped_column(ForeignKey(Usuario.id))

    @declared_attr
    def empresa_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(ForeignKey("empresa.id"))
