"""Questor Zen: send one chunk of a lot, and start the senders of every lot inside its window."""

from dataclasses import asdict
from typing import Any

from core import messages
from core.queues import Queue
from core.settings.questor import QuestorSettings
from tasks.base import task

SEND = "questor.enviar_bloco"
RESERVE = 7


def _ends_in() -> float:
    """A chunk that is asked to stop waits for the requests under way: their outcome must not stay unknown."""
    slowest = max((conta.total_timeout for conta in QuestorSettings.current().contas.values()), default=0)
    return slowest + RESERVE


# A chunk asks for what was lost, then sends for 45 s; it begins nothing that may end after 690 s
# (`flows/questor/resolve.py`). One request may take questor.total_timeout, at most 600 s.
QUESTOR = Queue(
    name="questor",
    worker="questor",
    processes=2,
    about="Envia lotes de XML ao Questor",
    longest=700,
    ends_in=_ends_in,
    needs="It reads the folders of the lots: mount them here, at the path they were scanned at.",
)


@task(SEND, QUESTOR)
def enviar_bloco(lote_id: int) -> dict[str, Any]:
    """Send one chunk of a lot; when more is due, ask for the next."""
    from flows.questor import send

    tally = send.send_chunk(lote_id)
    if tally.mais:
        messages.send(SEND, [lote_id])
    return asdict(tally)


@task("questor.avancar", QUESTOR)
def avancar() -> dict[str, Any]:
    """Start the senders that open lots lack; a lot whose messages or sender were lost goes on within seconds."""
    from flows.questor import starting

    return {"lotes": starting.start_senders()}
