"""Keeping house: what is too old goes."""

from dataclasses import asdict
from typing import Any

from flows import retencao
from tasks.base import task

# A slice takes about two seconds; a batch of a busy SQLite may wait half a minute for its turn.
LIMITS = {"soft_time_limit": 90, "time_limit": 105}


@task(retencao.LIMPAR, queue="default", **LIMITS)
def limpar() -> dict[str, Any]:
    """Delete a slice of the attempts and events that are older than the settings keep; the next slice follows."""
    return asdict(retencao.limpar_aos_poucos())
