"""What runs by itself: the tables of daily jobs and of tasks of a period, and the lines for cron."""

from collections.abc import Callable

from beat_schedule import CONSULTAS, jobs, schedule
from core.queues import queue_of
from core.text import human_duration
from docs.generate.blocks import replaced, table


def reference(text: str) -> str:
    """Return the page with both tables, and the usual lines of a crontab."""
    for name, content in (("jobs", _jobs()), ("periods", _periods()), ("cron", _cron())):
        text = replaced(text, name, content)
    return text


def _jobs() -> str:
    rows = [
        [f"`{job.nome}`", job.hora, human_duration(60 * job.janela), f"`{job.tarefa}`", _queue(job.tarefa)]
        for job in jobs()
    ]
    return table(["nome", "horário", "feita depois por até", "tarefa", "fila"], rows)


def _periods() -> str:
    rows = [
        [f"`{name}`", human_duration(entry["schedule"].total_seconds()), _queue(name)]
        for name, entry in sorted(schedule().items())
    ]
    return table(["tarefa", "a cada", "fila"], rows)


def _queue(task: str) -> str:
    queue = queue_of(task)
    return f"`{queue.name}`" if queue else ""


def _cron() -> str:
    lines = [f"*/30 * * * * esteira tarefas executar --task {CONSULTAS} >/dev/null"]
    for job in (job for job in jobs() if job.hora):
        hour, minute = job.hora.split(":")
        lines.append(f"{int(minute)} {int(hour)} * * * esteira tarefas executar --task {job.nome} >/dev/null")
    return "```crontab\n" + "\n".join(lines) + "\n```"


FILES: dict[str, Callable[[str], str]] = {"docs/reference/agenda.md": reference}
