"""The events of an alert: it opened or got worse, it is still open, it is over; recorded many at once."""

import json
from datetime import datetime
from typing import Any

from events import Disparo
from events.catalog import AlertaAberto, AlertaLembrete, AlertaResolvido
from events.catalog.payload import Payload
from storage.models.alertas import Alerta

# The source of the destinations, each object of which is `destino:` and its number.
DELIVERIES, DESTINATION = "entregas", "destino"
WORSE, STILL, OVER = "Agravou: ", "Ainda aberto: ", "Resolvido: "


def opened(alerta: Alerta, *, worse: bool) -> Disparo:
    """Return the event of an alert that opened or got worse."""
    mensagem = (WORSE if worse else "") + alerta.mensagem
    return _told(alerta, AlertaAberto(**_common(alerta), mensagem=mensagem, agravado=worse))


def reminded(alerta: Alerta) -> Disparo:
    """Return the event of an alert that is still open."""
    return _told(alerta, AlertaLembrete(**_common(alerta), mensagem=STILL + alerta.mensagem))


def closed(alerta: Alerta, well: str, now: datetime) -> Disparo:
    """Return the event of an alert that is over, in the words of what is well again."""
    said = well or f"{alerta.codigo} não vale mais para {alerta.objeto}."
    told = AlertaResolvido(**_common(alerta), mensagem=OVER + said, resolvido_em=now.isoformat())
    return _told(alerta, told)


def _told(alerta: Alerta, payload: Payload) -> Disparo:
    """Return an event; a destination is not told of what is wrong with itself."""
    kind, _, number = alerta.objeto.partition(":")
    own = int(number) if alerta.fonte == DELIVERIES and kind == DESTINATION else None
    return Disparo.of(payload, exceto=own)


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
