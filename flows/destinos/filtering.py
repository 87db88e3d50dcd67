"""Try a filter on an event before it decides anything: what would pass, and what each condition came to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from core.errors import NotFound, UsageError
from events import subscriptions
from events.audience import wanted_by
from events.body import serialise
from events.catalog import CATALOG
from events.conditions import grammar
from events.conditions.judging import Judged, Whole, explained, passes
from flows.destinos.finding import find
from storage.models.destinos import Destino
from storage.models.eventos import Event
from storage.session import reading

# So many of the newest events are looked through for one of the name that is asked for.
NEWEST = 10_000


@dataclass(frozen=True)
class FiltroTestado:
    """How a filter judges one event. `assinado`: the destination is subscribed to it, without which nothing comes."""

    destino: str
    filtro: Mapping[str, Any]
    evento: str
    passa: bool
    assinado: bool
    condicoes: tuple[Judged, ...]
    corpo: Any


def try_filter(
    name_or_id: str,
    evento: str,
    *,
    filtro: str | Mapping[str, Any] | None = None,
    dados: Mapping[str, Any] | None = None,
    caller: Caller = OPERATOR,
) -> FiltroTestado:
    """Judge an event by a destination's filter, or by one that it might get.

    The event has these data; without any it is the newest one of that name that concerns the destination's owner.
    """
    if evento not in CATALOG:
        raise UsageError(f"Evento desconhecido: {evento[:50]!r}. Há {', '.join(CATALOG)}.", campo="evento")
    with reading() as db:
        destino = find(db, name_or_id, caller)
        corpo = _newest(db, destino, evento) if dados is None else serialise(evento, "", SYSTEM.now(), dados)
        text, whole = destino.filtro if filtro is None else grammar.checked(filtro), Whole(corpo)
        return FiltroTestado(
            destino=destino.nome,
            filtro=json.loads(text or "{}"),
            evento=evento,
            passa=text is None or passes(text, whole),
            assinado=evento in subscriptions.told(destino),
            condicoes=tuple(explained(text, whole)) if text else (),
            corpo=whole.body,
        )


def _newest(db: Session, destino: Destino, evento: str) -> bytes:
    last = db.scalar(select(func.max(Event.id))) or 0
    query = select(Event.corpo).where(Event.nome == evento, Event.id > last - NEWEST, wanted_by(db, destino))
    found = db.scalars(query.order_by(Event.id.desc()).limit(1)).first()
    if found is None:
        raise NotFound(f"Não há nenhum {evento} recente para experimentar: diga os dados.", campo="dados")
    return found
