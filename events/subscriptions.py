"""Which events a destination is subscribed to: whole names, or all there are and will be."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select, true

from core.errors import UsageError
from events.catalog import CATALOG, Payload, subscribable
from storage.models.destinos import Destino, DestinoEvento

ALL = "*"


def of_users() -> list[str]:
    """Return the events that happen to a user, and are told to that user only."""
    return [name for name in subscribable() if CATALOG[name].do_usuario]


def checked(names: Sequence[str], *, of_user: bool = False) -> list[str]:
    """Return whole, known, different names, or the one for all; raise `UsageError` for any other.

    `of_user`: what is the operator's is not a user's to name (docs/reference/contracts/integracoes.md §2.1).
    """
    wanted = [name.strip() for name in names if name.strip()]
    if wanted == [ALL]:
        return wanted
    unknown = [name for name in wanted if name not in subscribable()]
    if ALL in unknown:
        raise UsageError(f"{ALL} já quer dizer todos os eventos: diga só ele.", campo="eventos")
    if unknown:
        raise UsageError(
            f"Evento desconhecido: {', '.join(unknown)}. Conhecidos: {', '.join(subscribable())}.", campo="eventos"
        )
    if of_user and (operators := [name for name in wanted if name not in of_users()]):
        raise UsageError(
            f"Só o operador e a equipe recebem {', '.join(operators)}; um usuário recebe {', '.join(of_users())}.",
            campo="eventos",
        )
    if not wanted or len(set(wanted)) != len(wanted):
        raise UsageError("Diga ao menos um evento, cada um uma vez só.", campo="eventos")
    return wanted


def names(subscribed: Iterable[str]) -> list[str]:
    """Return the names of the events that these subscriptions mean today."""
    given = list(subscribed)
    return subscribable() if ALL in given else given


def wants(kind: type[Payload]) -> ColumnElement[bool]:
    """Return the condition that a destination is subscribed to an event."""
    if kind.sempre:
        return true()
    named = select(DestinoEvento.destino_id).where(DestinoEvento.evento.in_((kind.evento, ALL)))
    return Destino.id.in_(named)
