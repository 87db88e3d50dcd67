"""Queues and workers: `Procfile`, the tables of README and reference."""

from collections.abc import Callable

from core.queues import queues
from docs.generate.blocks import replaced, table
from workers.layout import Worker, one_machine, one_per_family
from workers.processes import OTHERS


def procfile(_: str) -> str:
    """Return the whole Procfile."""
    workers = [(worker.name, worker.arguments()) for worker in one_per_family()]
    others = [(process.name, process.command[2:]) for process in OTHERS]
    return "".join(f"{name}: python -m {' '.join(words)}\n" for name, words in (*workers, *others))


def readme(text: str) -> str:
    """Return README, in either language, with the commands that start each worker."""
    lines = [f"celery -A workers worker -Q {worker.carries} -n {worker.name}@%h" for worker in one_per_family()]
    return replaced(text, "workers", "```sh\n" + "\n".join([*lines, *OTHER_COMMANDS]) + "\n```")


OTHER_COMMANDS = (
    "celery -A workers beat --pidfile=",
    "python -m workers.flower",
    "uvicorn api.app:app --host 127.0.0.1 --port 8000",
)


def reference(text: str) -> str:
    """Return the reference with the table of queues and the tables of workers."""
    text = replaced(text, "queues", _queues())
    text = replaced(text, "workers", _workers(one_per_family()))
    return replaced(text, "few", _workers(one_machine()))


def _queues() -> str:
    titles = ["fila", "para quê", "worker", "mensagens ao mesmo tempo", "a mensagem mais longa", "tarefas"]
    return table(
        titles,
        [
            [
                f"`{queue.name}`",
                queue.about,
                f"`{queue.worker}`",
                str(queue.processes),
                f"{queue.longest} s",
                ", ".join(f"`{task}`" for task in queue.tasks),
            ]
            for queue in queues()
        ],
    )


def _workers(workers: list[Worker]) -> str:
    rows = [
        [f"`{worker.name}`", f"`{worker.carries}`", str(worker.processes), f"{worker.stops_at_most} s"]
        for worker in workers
    ]
    return table(["worker", "filas", "processos", "prazo depois de SIGTERM"], rows)


FILES: dict[str, Callable[[str], str]] = {
    "Procfile": procfile,
    "README.md": readme,
    "README.pt-BR.md": readme,
    "docs/reference/queues.md": reference,
}
