"""What the workers do for destinations: look at some, wake those that are due."""

from collections.abc import Sequence

from events import wake
from events.delivery import pumps, sweep

# So long a message stays with a process that does not keep up, so that the next one goes to another.
BUSY_SECONDS = 5.0


def serve(task: str, destinos: Sequence[int]) -> None:
    """Let this process's pump look at destinations (none named: at all); it goes on behind the message."""
    server = pumps.hint(task, destinos)
    if not server.calm.wait(BUSY_SECONDS):
        wake.messages_to(task, ())


def wake_due() -> int:
    """Wake every destination with due rows and a free slot; return how many were told."""
    return wake.send(sweep.sweep())
