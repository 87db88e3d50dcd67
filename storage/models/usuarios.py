"""People who own webhooks and documents."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered


class Usuario(Numbered, Base):
    """A user; staff also receive the operator's events. `limite_api` stands in the place of `api.rate_limit`."""

    __tablename__ = "usuario"

    username: Mapped[str] = mapped_column(String(150), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    first_name: Mapped[str] = mapped_column(String(150), default="")
    password_hash: Mapped[str | None] = mapped_column(String(255))
    is_staff: Mapped[bool] = mapped_column(default=False)
    ativo: Mapped[bool] = mapped_column(default=True)
    limite_api: Mapped[int | None]
