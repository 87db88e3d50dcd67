"""Mail: a queue of its own, with one process, for a server lets few connections in."""

from core.queues import Queue
from tasks.base import task

# A message stays for 5 s at most; the dialogue that goes on behind it takes 30 s at most.
LONGEST, ENDS_IN = 45, 32.0


def _ends_in() -> float:
    return ENDS_IN


EMAIL = Queue("email", "email", 1, "Entrega e-mails", LONGEST, _ends_in, urgent=True)


@task("entregas.drenar_email", EMAIL)
def drenar_email(destinos: list[int]) -> None:
    """Look at these destinations, or at all; what they are owed goes out behind the message."""
    from flows.entregas import serving

    serving.serve("entregas.drenar_email", destinos)
