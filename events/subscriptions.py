"""Which events a destination is subscribed to: whole names, or all there are and will be."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, select, true

from core.errors import UsageError
from events.catalog import CATALOG, Payload, subscribable
from storage.models.destinos import Destino, DestinoEvento

ALL = "*"


def of_users(tipo: str | None = None) -> list[str]:
    """Return the events that happen to a user, and are told to that user only, as a kind of destination has them."""
    return [name for name in subscribable(tipo) if CATALOG[name].do_usuario]


def checked(
    names: Sequence[str], tipo: str | None = None, *, of_user: bool = False, campo: str = "eventos"
) -> list[str]:
    """Return whole, known, different names, or the one for all; raise `UsageError` for any other.

    `tipo` is the kind of destination, `campo` the field they are said in. `of_user`: what is the operator's is not a
    user's to name (docs/reference/contracts/integracoes.md §2.1).
    """
    wanted = [name.strip() for name in names if name.strip()]
    if wanted == [ALL]:
        return wanted
    known = subscribable(tipo)
    unknown = [name for name in wanted if name not in known]
    if ALL in unknown:
        raise UsageError(f"{ALL} já quer dizer todos os eventos: diga só ele.", campo=campo)
    if unknown:
        offered = of_users(tipo) if of_user else known
        raise UsageError(f"{_unknown(unknown)} Conhecidos: {', '.join(offered)}.", campo=campo)
    if of_user and (operators := [name for name in wanted if name not in of_users(tipo)]):
        raise UsageError(
            f"Só o operador e a equipe recebem {', '.join(operators)}; um usuário recebe {', '.join(of_users(tipo))}.",
            campo=campo,
        )
    if not wanted or len(set(wanted)) != len(wanted):
        raise UsageError("Diga ao menos um evento, cada um uma vez só.", campo=campo)
    return wanted


def _unknown(names: Sequence[str]) -> str:
    for name in names:
        if name in CATALOG and (kinds := CATALOG[name].so_para):
            return f"{name} só vai para destinos {' ou '.join(sorted(kinds))}."
    return f"Evento desconhecido: {', '.join(names)}."


def names(subscribed: Iterable[str], tipo: str | None = None) -> list[str]:
    """Return the names of the events that these subscriptions of a kind of destination mean today."""
    given = list(subscribed)
    return subscribable(tipo) if ALL in given else given


def told(destino: Destino) -> list[str]:
    """Return the names of the events that a destination is told of today: a user of none of the operator's."""
    every, owner = names(destino.eventos, destino.tipo), destino.usuario
    if owner is None or owner.is_staff:
        return every
    mine = of_users(destino.tipo)
    return [name for name in every if name in mine]


def wants(kind: type[Payload]) -> ColumnElement[bool]:
    """Return the condition that a destination is subscribed to an event."""
    if kind.sempre:
        return true()
    named = Destino.id.in_(select(DestinoEvento.destino_id).where(DestinoEvento.evento.in_((kind.evento, ALL))))
    return and_(named, Destino.tipo.in_(sorted(kind.so_para))) if kind.so_para else named
