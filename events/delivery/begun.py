"""A destination's row as it begins, whoever makes it: nothing was sent yet, nothing failed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from core.settings.deliveries import DeliverySettings
from events.delivery.health import Health
from events.delivery.kind import Checked


def begun(tipo: str, checked: Checked, now: datetime) -> dict[str, Any]:
    """Return the columns of a new destination of a kind, all but what is its maker's to say."""
    settings = DeliverySettings.current()
    return {
        "tipo": tipo,
        **dict.fromkeys(("topico", "headers_customizados", "opcoes", "secret_anterior")),
        "secret_anterior_ate": None,
        "timeout": settings.total_timeout,
        **checked.columns,
        "retry_count": len(settings.schedule) + 1,
        "ativo": True,
        "desligado_em": None,
        "desligado_motivo": None,
        "pausado_em": None,
        "lento": False,
        **asdict(Health()),
        "due_at": now,
        "data_criacao": now,
        "data_atualizacao": now,
    }
