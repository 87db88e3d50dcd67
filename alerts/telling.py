"""The events of an alert: it opened or got worse, it is still open, it is over."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from events import record_event
from events.catalog import AlertaAberto, AlertaLembrete, AlertaResolvido
from storage.models import Alerta

WORSE, STILL, OVER = "Agravou: ", "Ainda aberto: ", "Resolvido: "


def opened(db: Session, alerta: Alerta, *, worse: bool, exceto: int | None = None) -> str:
    """Record that an alert opened or got worse; return the `webhook-id`. `exceto` is a destination that is not told."""
    mensagem = (WORSE if worse else "") + alerta.mensagem
    return record_event(
        db, AlertaAberto(**_common(alerta), mensagem=mensagem, agravado=worse), exceto=exceto
    ).message_id


def reminded(db: Session, alerta: Alerta) -> str:
    """Record that an alert is still open; return the `webhook-id`."""
    return record_event(db, AlertaLembrete(**_common(alerta), mensagem=STILL + alerta.mensagem)).message_id


def closed(db: Session, alerta: Alerta, well: str, now: datetime, exceto: int | None = None) -> str:
    """Record that an alert is over, in the words of what is well again; return the `webhook-id`."""
    said = well or f"{alerta.codigo} não vale mais para {alerta.objeto}."
    told = AlertaResolvido(**_common(alerta), mensagem=OVER + said, resolvido_em=now.isoformat())
    return record_event(db, told, exceto=exceto).message_id


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
