"""What runs by the clock: ask for each daily job whose time has come."""

from typing import Any

from core import messages
from tasks.base import DEFAULT, task

# Less than beat's period: what waits for longer is asked for again.
ASK_SECONDS = 55.0


@task("agenda.avancar", DEFAULT)
def avancar(tarefas: list[dict[str, Any]]) -> dict[str, Any]:
    """Find what is due by the wall clock and not done, and what was missed; `tarefas` are the jobs of the table."""
    from core.agenda import Job
    from flows.agenda import owing

    due = owing.due([Job(**one) for one in tarefas])
    messages.send_all(((task, [number]) for task, number in due), expires=ASK_SECONDS)
    return {"devidas": len(due)}
