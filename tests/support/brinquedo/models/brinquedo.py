"""The table of the toy."""

from sqlalchemy.orm import Mapped

from storage.models.base import Base, Leased, Numbered


class Brinquedo(Numbered, Leased, Base):
    """A toy."""

    __tablename__ = "brinquedo"

    pecas: Mapped[int]
