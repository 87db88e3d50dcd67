"""Say that somebody knows of an alert: the reminders stop."""

from sqlalchemy import ColumnElement, select

from alerts import reminders
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import Conflict, NotFound
from flows.alertas.views import AlertView, view
from storage.models.alertas import Alerta
from storage.pages import key_of
from storage.session import transaction


def acknowledge(
    quem: str, fonte: str | None = None, caller: Caller = OPERATOR, clock: Clock = SYSTEM
) -> tuple[AlertView, ...]:
    """Acknowledge one alert by its number, or every open one of an object by its name; `fonte` says whose object.

    Raises:
        NotFound: there is no such open alert.
        Conflict: several sources have an object of this name.
    """
    with transaction() as db:
        found = db.scalars(select(Alerta).where(*_meant(quem, fonte)).order_by(Alerta.id)).all()
        if not found or not caller.is_operator:
            raise NotFound(f"Não há alerta aberto {quem[:100]!r}.", veja="alertas")
        if len(fontes := sorted({alerta.fonte for alerta in found})) > 1:
            raise Conflict(
                f"Há alertas de {quem!r} em mais de uma fonte ({', '.join(fontes)}); diga qual.", campo="fonte"
            )
        for alerta in found:
            reminders.acknowledge(alerta, clock.now())
        return tuple(view(alerta) for alerta in found)


def _meant(quem: str, fonte: str | None) -> list[ColumnElement[bool]]:
    opened = Alerta.resolvido_em.is_(None)
    if fonte is not None:
        return [opened, Alerta.fonte == fonte, Alerta.objeto == quem]
    number = key_of(quem)
    return [opened, Alerta.id == number if number is not None else Alerta.objeto == quem]
