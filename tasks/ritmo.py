"""How deep the queues are and how fast they go."""

from typing import Any

from tasks.base import DEFAULT, task


@task("ritmo.anotar", DEFAULT)
def anotar() -> dict[str, Any]:
    """Note the figures of the last minute."""
    from flows.ritmo import noting

    return {"figuras": noting.note()}
