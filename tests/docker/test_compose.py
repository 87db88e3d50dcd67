"""The image and the compose file: valid, one worker per queue, and nothing in them that does not exist."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.broker_address import broker_url
from core.queues import queues
from core.settings.load import get_settings
from workers.layout import Worker, one_per_family

ROOT = Path(__file__).parents[2]
COMPOSE, DOCKERFILE = ROOT / "docker" / "compose.yaml", ROOT / "docker" / "Dockerfile"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
WORKER_SERVICES = {name: service for name, service in OURS.items() if "-Q" in service["command"]}


def after(words: list[str], flag: str) -> str:
    return words[words.index(flag) + 1]


def test_compose_follows_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_queue_has_exactly_one_worker() -> None:
    served = [queue for service in WORKER_SERVICES.values() for queue in after(service["command"], "-Q").split(",")]
    assert sorted(served) == sorted(queue.name for queue in queues())


def test_flower_finds_every_worker_it_waits_for() -> None:
    named = {after(service["command"], "-n").removesuffix("@%h") for service in WORKER_SERVICES.values()}
    assert {worker.name for worker in one_per_family()} <= named
    assert named == WORKER_SERVICES.keys()


@pytest.mark.parametrize("name", OURS)
def test_what_a_service_runs_exists(name: str) -> None:
    for module in modules(SERVICES[name]["command"]):
        assert importlib.util.find_spec(module), module


def modules(command: list[str]) -> Iterator[str]:
    program = command[0]
    if program == "python":
        yield after(command, "-m")
    elif program == "uvicorn":
        yield from ("uvicorn", command[1].partition(":")[0])
    elif program == "celery":
        yield from ("celery", after(command, "-A"))
    else:
        assert program == "esteira"
        yield f"cli.{command[1]}"


@pytest.mark.parametrize("name", OURS)
def test_a_service_waits_for_the_migration_and_says_whether_it_is_well(name: str) -> None:
    if name == "migrar":
        return
    waits = SERVICES[name]["depends_on"]
    assert waits["migrar"]["condition"] == "service_completed_successfully"
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("worker", one_per_family(), ids=lambda worker: worker.name)
def test_a_worker_is_given_longer_than_its_longest_work(worker: Worker) -> None:
    service = WORKER_SERVICES[worker.name]
    longest = max(queue.longest for queue in worker.queues)
    assert int(service["stop_grace_period"].removesuffix("s")) > longest
    # SIGTERM is Celery's warm shutdown, which waits for what is under way.
    assert "REMAP_SIGTERM" not in service["environment"]
    assert f"{worker.name}@$$(hostname)" in service["healthcheck"]["test"][1]


@pytest.mark.parametrize("name", OURS)
def test_leases_can_tell_containers_apart(name: str) -> None:
    assert not {"hostname", "network_mode", "pid"} & SERVICES[name].keys()


def test_only_loopback_is_published_and_the_stores_are_not() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.keys() == {"flower", "api"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert {name for name in SERVICES if SERVICES[name]["networks"] == ["interna"]} == {"redis", "postgres"}


def test_no_secret_stands_in_the_file() -> None:
    text = COMPOSE.read_text()
    for key in ("ESTEIRA_CORE__KEYS", "ESTEIRA_FLOWER__PASSWORD", "POSTGRES_PASSWORD"):
        values = re.findall(rf"(?m)^ +{key}: (.*)$", text)
        assert values
        assert [value for value in values if not value.startswith("${")] == []


@pytest.mark.parametrize("name", OURS)
def test_the_variables_of_a_service_are_settings(name: str, monkeypatch: pytest.MonkeyPatch, configure: object) -> None:
    given = {"ESTEIRA_CORE__KEYS": "[]", "ESTEIRA_FLOWER__PASSWORD": "x"}
    for key, value in SERVICES[name]["environment"].items():
        if key.startswith("ESTEIRA_"):
            monkeypatch.setenv(key, given.get(key, value))
    get_settings.cache_clear()
    assert broker_url() == "redis://redis:6379/0"


def test_the_image_copies_what_exists_and_all_that_is_needed() -> None:
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", DOCKERFILE.read_text())
    sources = {source for line in copied for source in line.split()}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    files = {"beat_schedule.py", "fiscal_api_client.py", "pyproject.toml", "README.md", "requirements.lock"}
    assert packages | files == sources


def test_the_context_holds_what_the_image_copies() -> None:
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", DOCKERFILE.read_text())
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {source for line in copied for source in line.split()} == let_in


def test_the_image_runs_as_a_user_without_rights() -> None:
    text = DOCKERFILE.read_text()
    last_stage = text[text.rindex("FROM ") :]
    assert re.search(r"(?m)^USER (?!root)", last_stage)
    assert "--require-hashes" in text
