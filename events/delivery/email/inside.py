"""What a summary tells of the events that were folded into it, read in little memory whatever they bring.

Anybody with a token records events with bodies of a mebibyte: of each only what the summary shows is kept, and of all
together no more than a mail takes.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.text import cut_bytes
from events.email.aviso import EVENT
from events.email.summary import LINES
from storage.models.eventos import Delivery, Event

# So many events are read at once, with bodies of so many bytes.
ROWS, BYTES = 500, 4 * 1024 * 1024
# So many bytes of a field are told, and of all fields of all events.
FIELD, WHOLE = 2_000, 8 * 1024 * 1024
Line = dict[str, Any]


def told(db: Session, deliveries: Select[int], fields: Sequence[str]) -> list[Line]:
    """Return these fields of the events of deliveries, in their order: the first of them where they are too many."""
    lines, left = list[Line](), WHOLE
    for nome, corpo in _bodies(db, deliveries):
        dados = json.loads(corpo)["dados"]
        line = {name: _shown(dados[name]) for name in fields if name in dados}
        left -= sum(len(str(value).encode("utf-8", "replace")) for value in line.values())
        if left < 0:
            break
        lines.append(line | {EVENT: nome})
    return lines


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float) else cut_bytes(str(value), FIELD)


def _bodies(db: Session, deliveries: Select[int]) -> Iterator[tuple[str, bytes]]:
    last, left = 0, LINES
    while left > 0 and (found := _page(db, deliveries, last, min(ROWS, left))):
        for number, nome, corpo in found:
            yield nome, corpo
            last, left = number, left - 1


def _page(db: Session, deliveries: Select[int], last: int, most: int) -> list[tuple[int, str, bytes]]:
    """Return the next deliveries with their events, as many as the bytes allow; one at least."""
    page = select(Delivery.id, Delivery.event_id, func.length(Event.corpo).label("bytes")).join(Event)
    page = page.where(Delivery.id.in_(deliveries), Delivery.id > last).order_by(Delivery.id).limit(most)
    some = page.subquery()
    before = func.sum(some.c.bytes).over(order_by=some.c.id) - some.c.bytes
    # what is too much is left out before any body is looked at
    fitting = select(some.c.id, some.c.event_id, before.label("before")).subquery()
    query = select(fitting.c.id, Event.nome, Event.corpo).join(Event, Event.id == fitting.c.event_id)
    rows = db.execute(query.where(fitting.c.before < BYTES).order_by(fitting.c.id))
    return [(number, nome, bytes(corpo)) for number, nome, corpo in rows]
