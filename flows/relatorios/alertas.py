"""The alerts that are open for somebody: for staff and the operator all, for a user those about his companies."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.judgement import CRITICAL
from core.caller import Caller
from storage.models.alertas import Alerta
from storage.models.usuarios import Usuario

# So many are told in words; the others are counted.
NAMED = 5


def abertos(db: Session, caller: Caller) -> list[dict[str, Any]]:
    """Return them as an event carries them, the critical ones first, of each kind the oldest first."""
    name = _only_of(db, caller)
    rows = db.scalars(select(Alerta).where(Alerta.resolvido_em.is_(None)).order_by(Alerta.aberto_em, Alerta.id))
    mine = [one for one in rows if name is None or _labels(one).get("usuario") == name]
    mine.sort(key=lambda one: one.severidade != CRITICAL)
    return [{"severidade": one.severidade, "mensagem": one.mensagem} for one in mine]


def _only_of(db: Session, caller: Caller) -> str | None:
    """Return whose alerts only are told; None: everybody's are."""
    user = db.get(Usuario, caller.usuario_id) if caller.usuario_id is not None else None
    return None if user is None or user.is_staff else user.username


def _labels(alerta: Alerta) -> dict[str, str]:
    found: dict[str, str] = json.loads(alerta.rotulos or "{}")
    return found
