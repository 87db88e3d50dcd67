"""The workers of the compose file: few for one machine, and in a file beside it one per family of queues."""

from collections.abc import Callable, Iterable
from pathlib import Path

from docs.generate.blocks import content, replaced
from workers.layout import Worker, one_machine, one_per_family

WHOLE = Path(__file__).parents[2] / "docker" / "compose.yaml"
OWN = "/run/proprios"
SERVICE = """\
  {name}:
    <<: *worker
    command: [{command}]
    environment:
      <<: *environment
      ESTEIRA_SECRETS_DIR: {folders}
    mem_limit: {memory}m
    pids_limit: {tasks}
    stop_grace_period: {grace}s
    volumes:
      - presenca:/var/lib/esteira/presenca
{own}"""
FLOWER = "    command: [{command}]\n"
APART = """\
# Written by `make docs` from compose.yaml and the queues that tasks/ declares: one worker for each family of queues, in
# the place of the few that compose.yaml starts. In .env:
#
#   COMPOSE_FILE=compose.yaml:compose.por-fila.yaml
#
{common}
services:
{without}
  flower:
{flower}
{services}"""
WITHOUT = """\
  {name}:
    deploy: {{replicas: 0}}
"""


def compose(text: str) -> str:
    """Return the compose file with the few workers of one machine, and Flower that waits for them."""
    workers = one_machine()
    text = replaced(text, "workers", _services(workers), "hash")
    return replaced(text, "flower", _flower(worker.name for worker in workers), "hash")


def apart(_: str) -> str:
    """Return the file that puts a worker for each family of queues in their place."""
    common = content(WHOLE.read_text(encoding="utf-8"), "common", "hash")
    without = "".join(WITHOUT.format(name=worker.name) for worker in one_machine())
    return APART.format(common=common, without=without, flower=_flower(()), services=_services(one_per_family()))


def _flower(names: Iterable[str]) -> str:
    return FLOWER.format(command=", ".join(("python", "-m", "workers.flower", *names)))


def _services(workers: list[Worker]) -> str:
    return "\n".join(map(_service, workers))


def _service(worker: Worker) -> str:
    """Return a service, which gets what is the secret of each family whose queues it carries."""
    families = list(dict.fromkeys(queue.worker for queue in worker.queues))
    needs = dict.fromkeys(queue.needs for queue in worker.queues if queue.needs)
    return "".join(f"  # {one}\n" for one in needs) + SERVICE.format(
        name=worker.name,
        command=", ".join(_word(word) for word in ("python", "-m", *worker.arguments())),
        folders=":".join(("/run/secrets", *(f"{OWN}/{family}" for family in families))),
        memory=worker.memory_at_most,
        tasks=worker.tasks_at_most,
        grace=worker.stops_at_most,
        own="".join(f"      - ./segredos/{family}:{OWN}/{family}:ro\n" for family in families),
    )


def _word(word: str) -> str:
    """Return a word of a YAML list; numbers and patterns are quoted, so that they stay texts."""
    return f'"{word}"' if word.isdigit() or not word.replace("-", "").replace(".", "").isalnum() else word


FILES: dict[str, Callable[[str], str]] = {
    "docker/compose.yaml": compose,
    "docker/compose.por-fila.yaml": apart,
}
