"""The table of processes, the Procfile beside it, and what may be read from outside."""

import shlex
import sys
from pathlib import Path

from conftest import Configure

from core.settings.load import get_settings
from workers.layout import one_machine
from workers.processes import line, table
from workers.spec import Process, waves

ROOT = Path(__file__).parents[2]
BROKER = Process("broker", ("redis-server",))


def test_the_procfile_says_the_same_in_as_many_lines() -> None:
    ours = {process.name: ["python", *process.command[1:]] for process in table()}
    assert all(process.command[0] == sys.executable for process in table())
    entries = (entry.split(":", 1) for entry in (ROOT / "Procfile").read_text().splitlines())
    assert {name: shlex.split(command) for name, command in entries} == ours


def test_no_worker_takes_the_name_of_another_process() -> None:
    """Its line in the Procfile and its container would take the place of the other's; see `worker` in tasks/."""
    taken = [*(process.name for process in table()), *(process.name for process in line(get_settings(), [BROKER]))]
    assert sorted({name for name in taken if taken.count(name) > 1}) == []


def test_nothing_secret_or_of_this_installation_is_among_the_arguments() -> None:
    for process in line(get_settings()):
        assert "://" not in " ".join(process.command)


def test_workers_start_after_the_broker_and_stop_before_it() -> None:
    workers = [worker.name for worker in one_machine()]
    assert [process.name for process in line(get_settings(), [BROKER])] == ["broker", *workers, "servicos"]
    assert [set(wave) for wave in waves(tuple(line(get_settings(), [BROKER])))] == [
        {*workers, "servicos"},
        {"broker"},
    ]


def test_what_is_prepared_begins_beside_the_workers_and_nothing_is_asked_of_them_before() -> None:
    prepared = Process("preparo", ("true",), after=("broker",), once=True)
    started = {process.name: process.after for process in line(get_settings(), [BROKER], [prepared])}
    assert {started[worker.name] for worker in one_machine()} == {("broker",)}
    assert started["servicos"] == ("broker", "preparo")


def test_each_worker_has_the_time_that_its_own_queues_need(configure: Configure) -> None:
    configure(deliveries__total_timeout="20", questor__token="x", questor__office="a", questor__total_timeout="300")
    apart = {process.name: process.grace for process in table()}
    assert 22 < apart["entregas"] < 40
    assert apart["questor"] > 300
    together = {process.name: process.grace for process in line(get_settings())}
    assert 22 < together["urgentes"] < 40
    assert together["demais"] > 300


def test_what_runs_where_is_told_with_the_configured_ports(configure: Configure) -> None:
    configure(flower__port="5999", api__host="0.0.0.0")
    addresses = {process.name: process.address for process in line(get_settings())}
    assert addresses["servicos"] == "http://0.0.0.0:8000/saude/, http://127.0.0.1:5999"
