"""What is known of rows of queue tables in other databases: which were told, and as which event."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered, PerConta, partial

WAITS = "aguarda"


class FilaLinha(Numbered, PerConta, Base):
    """A row that was told. `identidade` is unique within its account: so nothing is told twice, whatever breaks.

    `linha` is its number there, in digits; `message_id` the event it became (none: it was told before Esteira came).
    `aguarda` says that the row there is closed only when the push service has answered; `token` holds it until then.
    `reenviar`: somebody wants it told once more; `reprocessada` counts how often that was.
    """

    __tablename__ = "fila_linha"
    __table_args__ = (
        UniqueConstraint("conta", "identidade"),
        partial("ix_fila_linha_aguarda", "conta", "id", where=WAITS),
        Index("ix_fila_linha_em", "em"),
    )

    identidade: Mapped[str] = mapped_column(String(120))
    linha: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(String(40))
    em: Mapped[datetime]
    aguarda: Mapped[bool] = mapped_column(default=False)
    token: Mapped[str | None] = mapped_column(String(120))
    reenviar: Mapped[bool] = mapped_column(default=False)
    reprocessada: Mapped[int] = mapped_column(default=0)


class FilaConta(Base):
    """What the last look at an account's table found; `falha` is why it could not be looked at, since when.

    `senha_vencendo`: the database says that the password is in its days of grace. `erros_vistos_ate`: after the row in
    error of this number the next look for those that come back goes on (none: it begins at the first).
    """

    __tablename__ = "fila_conta"

    conta: Mapped[str] = mapped_column(String(100), primary_key=True)
    visto_em: Mapped[datetime | None]
    pendentes: Mapped[int] = mapped_column(default=0)
    reservadas: Mapped[int] = mapped_column(default=0)
    erros: Mapped[int] = mapped_column(default=0)
    mais_antiga_segundos: Mapped[int | None]
    falha: Mapped[str | None] = mapped_column(String(500))
    falhando_desde: Mapped[datetime | None]
    precisa_de_alguem: Mapped[bool] = mapped_column(default=False)
    senha_vencendo: Mapped[bool] = mapped_column(default=False)
    erros_vistos_ate: Mapped[str | None] = mapped_column(String(64))
