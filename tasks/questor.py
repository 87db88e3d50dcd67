"""Questor Zen: send one chunk of a lot, and start the senders of every lot inside its window."""

from dataclasses import asdict
from typing import Any

from core.celery_app import send as hand_over
from flows.questor import send
from tasks.base import task

SEND, QUEUE = "questor.enviar_bloco", "questor"
# A chunk starts no request after 45 s; its last one may take questor.total_timeout.
LIMITS = {"soft_time_limit": 700, "time_limit": 720}


@task(SEND, queue=QUEUE, **LIMITS)
def enviar_bloco(lote_id: int) -> dict[str, Any]:
    """Send one chunk of a lot; when more is due, ask for the next."""
    report = send.send_chunk(lote_id)
    if report.mais:
        hand_over(SEND, [lote_id], queue=QUEUE)
    return asdict(report)


@task("questor.avancar", queue=QUEUE)
def avancar() -> dict[str, Any]:
    """Start the senders that open lots lack; a lot whose messages were lost goes on within a minute."""
    lots = send.open_lots()
    for lote_id, senders in lots:
        for _ in range(senders):
            hand_over(SEND, [lote_id], queue=QUEUE)
    return {"lotes": len(lots)}
