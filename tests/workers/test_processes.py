"""The table of processes, the Procfile beside it, and what may be read from outside."""

import shlex
import sys
from pathlib import Path

from core.settings.deliveries import DeliverySettings
from core.settings.load import get_settings
from workers.processes import TABLE, WORKERS, line
from workers.spec import Process, waves

ROOT = Path(__file__).parents[2]
# The queues of core.celery_app; a queue that nobody works on would keep its messages for ever.
BROKER = Process("broker", ("redis-server",))


def procfile() -> dict[str, list[str]]:
    entries = (entry.split(":", 1) for entry in (ROOT / "Procfile").read_text().splitlines())
    return {name: shlex.split(command) for name, command in entries}


def test_the_procfile_says_the_same_in_as_many_lines() -> None:
    ours = {process.name: ["python", *process.command[1:]] for process in TABLE}
    assert all(process.command[0] == sys.executable for process in TABLE)
    assert procfile() == ours
    assert len(ours) == len(TABLE)


def test_every_queue_has_exactly_one_worker() -> None:
    from core.celery_app import QUEUES

    worked = [queue for queues, _, _ in WORKERS.values() for queue in queues.split(",")]
    assert sorted(worked) == sorted(QUEUES)


def test_nothing_secret_or_of_this_installation_is_among_the_arguments() -> None:
    for process in line(get_settings()):
        assert "://" not in " ".join(process.command)


def test_workers_start_after_the_broker_and_stop_before_it() -> None:
    names = [process.name for process in line(get_settings(), [BROKER])]
    assert names == ["broker", *WORKERS, "beat", "flower", "api"]
    assert [set(wave) for wave in waves(tuple(line(get_settings(), [BROKER])))] == [
        {"beat", "flower", "api"},
        set(WORKERS),
        {"broker"},
    ]


def test_a_worker_has_time_for_its_last_request() -> None:
    graces = {process.grace for process in line(get_settings()) if process.name in WORKERS}
    assert min(graces) > DeliverySettings.current().total_timeout + 5


def test_what_runs_where_is_told_with_the_configured_ports(configure) -> None:  # type: ignore[no-untyped-def]
    configure(flower__port="5999", api__host="0.0.0.0")
    addresses = {process.name: process.address for process in line(get_settings())}
    assert (addresses["flower"], addresses["api"]) == ("http://127.0.0.1:5999", "http://0.0.0.0:8000/saude/")
