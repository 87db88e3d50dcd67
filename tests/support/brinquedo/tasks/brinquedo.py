"""A toy: jump."""

from core.queues import Queue
from tasks.base import task

BRINQUEDO = Queue("brinquedo", "brinquedos", 3, "Brinca de pular", longest=33, ends_in=lambda: 11)


@task("brinquedo.pular", BRINQUEDO)
def pular(altura):
    """Jump."""
    from flows.brinquedo import jump

    return jump.pular(altura)
