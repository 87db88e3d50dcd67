"""Alerts as an operator sees them: list, acknowledge, be reminded."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from alerts import reminders
from core.clock import SYSTEM, Clock
from core.errors import UsageError
from core.settings.alerts import AlertSettings
from storage.models import Alerta
from storage.session import reading, transaction

LIST_LIMIT = 200


def listar(*, todos: bool = False) -> Sequence[Alerta]:
    """Return the open alerts, or all, the newest first."""
    query = select(Alerta).order_by(Alerta.id.desc()).limit(LIST_LIMIT)
    with reading() as db:
        return db.scalars(query if todos else query.where(Alerta.resolvido_em.is_(None))).all()


def reconhecer(quem: str, fonte: str | None = None, clock: Clock = SYSTEM) -> Sequence[Alerta]:
    """Acknowledge one alert by its number, or every open one of an object by its name; `fonte` says whose object."""
    with transaction() as db:
        found = db.scalars(select(Alerta).where(*_meant(quem, fonte)).order_by(Alerta.id)).all()
        if not found:
            raise UsageError(f"Não há alerta aberto {quem!r}; veja `esteira alertas listar`.")
        if len(fontes := sorted({alerta.fonte for alerta in found})) > 1:
            raise UsageError(f"Há alertas de {quem!r} em mais de uma fonte ({', '.join(fontes)}); diga qual delas.")
        for alerta in found:
            reminders.acknowledge(alerta, clock.now())
        return found


def _meant(quem: str, fonte: str | None) -> list[ColumnElement[bool]]:
    opened = Alerta.resolvido_em.is_(None)
    if fonte is not None:
        return [opened, Alerta.fonte == fonte, Alerta.objeto == quem]
    number = int(quem) if quem.isascii() and quem.isdigit() and int(quem) < 2**63 else None
    return [opened, Alerta.id == number if number is not None else Alerta.objeto == quem]


def lembrar(clock: Clock = SYSTEM, calados: Collection[tuple[str, str]] = ()) -> int:
    """Remind of the open alerts that nobody acknowledged, but of silent objects (source, object); return how many."""
    hours = AlertSettings.current().reminder_hours
    if not hours:
        return 0
    with transaction() as db:
        return len(reminders.remind(db, timedelta(hours=hours), clock.now(), calados))
