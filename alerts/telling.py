"""The events of an alert: it opened or got worse, it is still open, it is over."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from events import record_event
from events.catalog import AlertaAberto, AlertaLembrete, AlertaResolvido
from events.catalog.payload import Payload
from storage.models import Alerta

# The source of the destinations, each object of which is `destino:` and its number.
DELIVERIES, DESTINATION = "entregas", "destino"
WORSE, STILL, OVER = "Agravou: ", "Ainda aberto: ", "Resolvido: "


def opened(db: Session, alerta: Alerta, *, worse: bool) -> str:
    """Record that an alert opened or got worse; return the `webhook-id`."""
    mensagem = (WORSE if worse else "") + alerta.mensagem
    return _record(db, alerta, AlertaAberto(**_common(alerta), mensagem=mensagem, agravado=worse))


def reminded(db: Session, alerta: Alerta) -> str:
    """Record that an alert is still open; return the `webhook-id`."""
    return _record(db, alerta, AlertaLembrete(**_common(alerta), mensagem=STILL + alerta.mensagem))


def closed(db: Session, alerta: Alerta, well: str, now: datetime) -> str:
    """Record that an alert is over, in the words of what is well again; return the `webhook-id`."""
    said = well or f"{alerta.codigo} não vale mais para {alerta.objeto}."
    told = AlertaResolvido(**_common(alerta), mensagem=OVER + said, resolvido_em=now.isoformat())
    return _record(db, alerta, told)


def _record(db: Session, alerta: Alerta, payload: Payload) -> str:
    """Record an event; a destination is not told of what is wrong with itself."""
    kind, _, number = alerta.objeto.partition(":")
    own = int(number) if alerta.fonte == DELIVERIES and kind == DESTINATION else None
    return record_event(db, payload, exceto=own).message_id


def _common(alerta: Alerta) -> dict[str, Any]:
    labels = json.loads(alerta.rotulos) if alerta.rotulos else {}
    return {
        "fonte": alerta.fonte,
        "objeto": alerta.objeto,
        "codigo": alerta.codigo,
        "severidade": alerta.severidade,
        "aberto_em": alerta.aberto_em.isoformat(),
        **{name: labels.get(name, "") for name in ("loja", "uf", "grupo")},
        "rotulos": labels,
    }
