"""The image and the compose files: valid, a worker for every queue, and nothing in them that does not exist."""

import importlib.util
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.ports import free_port

from core.broker_address import broker_url
from core.queues import queues
from core.settings.load import get_settings
from sandbox.receiver import ReceiverServer
from workers.layout import Worker, one_machine, one_per_family

ROOT = Path(__file__).parents[2]
COMPOSE, DOCKERFILE = ROOT / "docker" / "compose.yaml", ROOT / "docker" / "Dockerfile"
APART = ROOT / "docker" / "compose.por-fila.yaml"
EXAMPLE, CHECK = ROOT / "docker" / "exemplo.env", ROOT / "docker" / "saude.sh"
DOCUMENT: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
ADDED: dict[str, Any] = yaml.safe_load(APART.read_text())
# What the file for many machines adds is looked at as what the one for one machine starts.
SERVICES: dict[str, dict[str, Any]] = {**ADDED["services"], **DOCUMENT["services"]}
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("esteira:")}
WORKER_SERVICES = {name: service for name, service in OURS.items() if "-Q" in service["command"]}
FEW = {name: service for name, service in WORKER_SERVICES.items() if name in DOCUMENT["services"]}
EACH = {name: service for name, service in WORKER_SERVICES.items() if name not in FEW}
WORKERS = [*one_machine(), *one_per_family()]


def after(words: list[str], flag: str) -> str:
    return words[words.index(flag) + 1]


def test_compose_follows_the_compose_specification() -> None:
    files = [str(COMPOSE), str(APART)]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", *files]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("layout", [FEW, EACH], ids=["poucos", "por fila"])
def test_each_queue_has_exactly_one_worker(layout: dict[str, dict[str, Any]]) -> None:
    served = [queue for service in layout.values() for queue in after(service["command"], "-Q").split(",")]
    assert sorted(served) == sorted(queue.name for queue in queues())


def test_one_machine_starts_few_workers_and_one_per_queue_takes_their_place() -> None:
    assert FEW.keys() == {worker.name for worker in one_machine()}
    assert EACH.keys() == {worker.name for worker in one_per_family()}
    changed = {name: service for name, service in ADDED["services"].items() if name not in EACH}
    assert changed == {
        **{name: {"deploy": {"replicas": 0}} for name in FEW},
        "flower": {"command": ["python", "-m", "workers.flower"]},
    }


def test_flower_finds_every_worker_it_waits_for() -> None:
    for name, service in WORKER_SERVICES.items():
        assert after(service["command"], "-n") == f"{name}@%h"
    assert SERVICES["flower"]["command"] == ["python", "-m", "workers.flower", *FEW]


@pytest.mark.parametrize("name", OURS)
def test_what_a_service_runs_exists(name: str) -> None:
    for module in modules(SERVICES[name]["command"]):
        assert importlib.util.find_spec(module), module


def modules(command: list[str]) -> Iterator[str]:
    program = command[0]
    if program == "python":
        yield after(command, "-m")
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


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.name)
def test_a_worker_is_given_longer_than_its_longest_work(worker: Worker) -> None:
    service = WORKER_SERVICES[worker.name]
    longest = max(queue.longest for queue in worker.queues)
    assert int(service["stop_grace_period"].removesuffix("s")) > longest
    # SIGTERM is Celery's warm shutdown, which waits for what is under way.
    assert "REMAP_SIGTERM" not in service["environment"]
    assert service["healthcheck"]["test"][:3] == ["CMD", "saude", "batimento"]
    assert service["mem_limit"] == f"{worker.memory_at_most}m"
    assert service["pids_limit"] > worker.processes * 200


@pytest.mark.parametrize("name", OURS)
def test_leases_can_tell_containers_apart(name: str) -> None:
    assert not {"hostname", "network_mode", "pid"} & SERVICES[name].keys()


def test_the_door_alone_is_published_and_the_stores_reach_nobody() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"proxy": ["${ENDERECO:-127.0.0.1}:80:80", "${ENDERECO:-127.0.0.1}:443:443"]}
    assert {name for name in SERVICES if SERVICES[name]["networks"] == ["interna"]} == {"redis", "postgres", "mongo"}
    assert DOCUMENT["networks"]["interna"]["internal"] is True
    assert all(network["ipam"]["config"] for network in DOCUMENT["networks"].values()), "their addresses are fixed"


def test_no_secret_stands_in_the_file_or_in_a_variable() -> None:
    for name, service in SERVICES.items():
        variables = service.get("environment", {})
        wrong = [key for key in variables if re.search("PASSWORD|SENHA|KEYS|TOKEN", key) and not key.endswith("_FILE")]
        assert wrong == [], name
        assert not any(re.search(r"://[^/ ]*:[^/ ]*@", str(value)) for value in variables.values()), name
    assert all(one.keys() == {"file"} for one in DOCUMENT["secrets"].values())
    assert "PASSWORD" not in EXAMPLE.read_text().upper().replace("SECRETS", "")


def test_each_service_gets_its_own_secrets_and_no_others() -> None:
    database, redis, keys, flower = (
        "esteira_core__database_password",
        "esteira_core__redis_password",
        "esteira_core__keys",
        "esteira_flower__password",
    )
    worker = {keys, database, redis}
    wanted = {
        "proxy": set(),
        "servidor-ntfy": set(),
        "redis": {redis},
        "postgres": {database},
        "mongo": {"mongo_senha"},
    }
    wanted |= {"migrar": {keys, database}, "beat": worker, "flower": {redis, flower}, "api": worker}
    wanted |= dict.fromkeys(WORKER_SERVICES, worker)
    assert {name: set(service.get("secrets", ())) for name, service in SERVICES.items()} == wanted
    assert {one for names in wanted.values() for one in names} == DOCUMENT["secrets"].keys()
    for name in OURS.keys() - WORKER_SERVICES.keys():
        assert f"./segredos/{name}:/run/proprios:ro" in OURS[name]["volumes"]


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.name)
def test_a_worker_gets_what_is_the_secret_of_each_of_its_queues(worker: Worker) -> None:
    service = WORKER_SERVICES[worker.name]
    families = {queue.worker for queue in worker.queues}
    mounted = [one for one in service["volumes"] if "/segredos/" in one]
    assert set(mounted) == {f"./segredos/{family}:/run/proprios/{family}:ro" for family in families}
    assert len(mounted) == len(families)
    folders = service["environment"]["ESTEIRA_SECRETS_DIR"].split(":")
    assert sorted(folders) == sorted(["/run/secrets", *(f"/run/proprios/{family}" for family in families)])


@pytest.mark.parametrize("name", OURS)
def test_the_variables_of_a_service_are_settings(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "esteira_core__redis_password").write_text("a/b")
    for key, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(key, re.sub(r"\$\{\w+:-(.*?)\}", r"\1", str(value)))
    monkeypatch.setenv("ESTEIRA_SECRETS_DIR", str(tmp_path))
    get_settings.cache_clear()
    assert broker_url() == "redis://:a%2Fb@redis:6379/0"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_kept_within_bounds(name: str) -> None:
    service = SERVICES[name]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "no-new-privileges:true" in service["security_opt"]
    if name not in ("postgres", "mongo"):
        # theirs change owner and user when they start
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_one_service_is_built_and_all_of_ours_run_its_image() -> None:
    assert [name for name, service in SERVICES.items() if "build" in service] == ["migrar"]
    assert len({service["image"] for service in OURS.values()}) == 1


def test_the_check_of_a_heartbeat_looks_at_its_age(tmp_path: Path) -> None:
    heart = tmp_path / "batimento"
    command, environment = [str(CHECK), "batimento", "30"], {"PATH": os.defpath}
    environment["ESTEIRA_CONTAINER__HEARTBEAT_FILE"] = str(heart)

    def well() -> bool:
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0

    assert not well()
    heart.touch()
    assert well()
    os.utime(heart, (time.time() - 60, time.time() - 60))
    assert not well()


def test_the_check_of_a_page_looks_at_its_code() -> None:
    with ReceiverServer({"/x": None}) as server:

        def well(path: str, *codes: str, port: int = server.port) -> bool:
            command = [str(CHECK), "http", str(port), path, *codes]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0

        asked = {"/x": "405", "/nada": "404"}
        assert [well(path, "200", code) for path, code in asked.items()] == [True, True]
        assert [well(path, "200", "401") for path in asked] == [False, False]
        assert not well("/x", "405", port=free_port())


def test_the_values_that_are_filled_in_are_those_of_the_example() -> None:
    texts = [COMPOSE.read_text(), APART.read_text(), (ROOT / "docker" / "Caddyfile").read_text()]
    used = {name for text in texts for name in re.findall(r"\{\$?([A-Z_]+):", text)} - {"REDIS_MEMORIA"}
    given = set(re.findall(r"(?m)^([A-Z_]+)=", EXAMPLE.read_text()))
    assert used <= given
    assert given - used == {"COMPOSE_PROFILES"}
    # the loader would take one of our prefix for a setting
    assert not any(name.startswith("ESTEIRA_") for name in given)


def test_the_image_copies_what_exists_and_all_that_is_needed() -> None:
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", DOCKERFILE.read_text())
    sources = {source for line in copied for source in line.split()}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    packages |= {"docker/enxugar.sh", "docker/rastros.sh", "docker/saude.sh"}
    files = {"beat_schedule.py", "fiscal_api_client.py", "pyproject.toml", "README.md"}
    assert packages | files | {"requirements.lock", "requirements-dev.lock"} == sources


def test_an_image_that_makes_traces_has_all_that_they_need() -> None:
    command = ["sh", str(ROOT / "docker" / "rastros.sh")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pinned = dict(re.findall(r"(?m)^([a-z0-9.-]+)==(\S+)", told))
    locked = dict(re.findall(r"(?m)^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements.lock").read_text()))
    assert told.count("--hash=sha256:") >= len(pinned)
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["otel"]
    needed, seen = [Requirement(line) for line in extra], set[str]()
    while needed:
        one = needed.pop()
        name = canonicalize_name(one.name)
        if name in seen or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        assert one.specifier.contains(pinned.get(name) or locked[name]), name
        needed += map(Requirement, requires(name) or ())
    assert pinned.keys() <= seen
    assert {name: version for name, version in pinned.items() if locked.get(name, version) != version} == {}


def test_the_context_holds_what_the_image_copies() -> None:
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", DOCKERFILE.read_text())
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {source for line in copied for source in line.split()} == let_in


def test_the_image_runs_as_a_user_without_rights() -> None:
    text = DOCKERFILE.read_text()
    last_stage = text[text.rindex("FROM ") :]
    assert re.search(r"(?m)^USER (?!root)", last_stage)
    assert "--require-hashes" in text
