"""Fire an event by hand, and say what events there are. docs/reference/contracts/integracoes.md §4.40 to §4.42."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from claims import bucket
from claims.bucket import Bucket
from core.clock import SYSTEM, Clock
from core.errors import RateLimited, UsageError
from events import subscriptions
from events.audience import Audience
from events.catalog import CATALOG
from events.outbox import disparar_webhook
from storage.session import transaction

WEBHOOK = "webhook"
# What people fire is stored for months: so many KiB of one of them at once, and one more in each of these seconds.
KIB, BURST, REFILL_SECONDS = 1024, 16 * 1024, 1 / 32


@dataclass(frozen=True)
class EventoView:
    """An event that a user's webhook may name."""

    id: str
    nome: str
    descricao: str


def de_usuario() -> tuple[EventoView, ...]:
    """Return the events of users."""
    return tuple(EventoView(name, CATALOG[name].rotulo, CATALOG[name].descricao) for name in subscriptions.of_users())


def checked(evento: str) -> str:
    """Return the name of an event of users; raise `UsageError` for any other."""
    if evento not in subscriptions.of_users():
        known = ", ".join(subscriptions.of_users())
        raise UsageError(f"Evento desconhecido: {evento[:50]!r}. Há {known}.", campo="evento")
    return evento


def disparar(
    db: Session, evento: str, dados: Mapping[str, Any], usuario_id: int, username: str, clock: Clock = SYSTEM
) -> int:
    """Fire an event to a user's own subscribers in the caller's transaction; return how many of them are on."""
    told = marked(dados, username, clock, manual=True)
    audience = Audience(checked(evento), of_user=True, alone=False)
    targets = db.connection().execute(audience.query(), audience.parameters(usuario_id, None, None)).all()
    _spend(db, usuario_id, told, clock)
    disparar_webhook(evento, told, usuario_id, db)
    return sum(target.tipo == WEBHOOK for target in targets)


def para_teste(dados: Mapping[str, Any], usuario_id: int, username: str, clock: Clock = SYSTEM) -> dict[str, Any]:
    """Return data to try a webhook with, marked; they are kept as an event's are, and are of the same measure."""
    told = marked(dados, username, clock, teste=True)
    with transaction() as db:
        _spend(db, usuario_id, told, clock)
    return told


def _spend(db: Session, usuario_id: int, dados: Mapping[str, Any], clock: Clock) -> None:
    room = Bucket(f"disparos:{usuario_id}", BURST, REFILL_SECONDS)
    size = len(json.dumps(dados, ensure_ascii=False).encode("utf-8", "replace")) // KIB + 1
    granted = bucket.take(db, {room: size}, clock.now())[room]
    if granted.tokens < size:
        raise RateLimited("Eventos grandes demais em pouco tempo.", (size - granted.tokens) * REFILL_SECONDS)


def marked(dados: Mapping[str, Any], username: str, clock: Clock = SYSTEM, **why: bool) -> dict[str, Any]:
    """Return data with who sent them, when, and why they are no event of a document."""
    return {**dados, "usuario": username, "timestamp": clock.now().isoformat(), **why}
