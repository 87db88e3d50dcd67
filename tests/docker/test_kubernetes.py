"""The manifests: each queue has a worker and what scales it, grace and secrets are right, and nothing names what is not
there. No cluster has seen them here."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.broker_link import KEY_PREFIX
from core.queues import queues
from workers.layout import one_per_family

FOLDER = Path(__file__).parents[2] / "docker" / "kubernetes"
SCALES = ("escala-redis", "escala-rabbitmq")
WORKERS = {worker.name: worker for worker in one_per_family()}
KEYS, DATABASE, REDIS = "esteira_core__keys", "esteira_core__database_password", "esteira_core__redis_password"
OWN = {"api": {KEYS, DATABASE, REDIS}, "beat": {KEYS, DATABASE, REDIS}, "flower": {REDIS}, "migrar": {KEYS, DATABASE}}


def documents(name: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all((FOLDER / name).read_text()) if one]


KUSTOMIZATION = documents("kustomization.yaml")[0]
EVERY = [one for name in KUSTOMIZATION["resources"] for one in documents(name)]
PODS = {one["metadata"]["name"]: one["spec"]["template"] for one in EVERY if one["kind"] in ("Deployment", "Job")}


def test_each_queue_is_worked_on_and_each_worker_is_there() -> None:
    assert PODS.keys() == WORKERS.keys() | OWN.keys()
    commands = [pod["spec"]["containers"][0]["args"] for name, pod in PODS.items() if name in WORKERS]
    served = [queue for words in commands for queue in words[words.index("-Q") + 1].split(",")]
    assert sorted(served) == sorted(queue.name for queue in queues())


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_is_given_its_time_and_its_memory_and_is_looked_at_cheaply(name: str) -> None:
    pod, worker = PODS[name]["spec"], WORKERS[name]
    container = pod["containers"][0]
    assert pod["terminationGracePeriodSeconds"] == worker.stops_at_most
    assert container["resources"]["limits"]["memory"] == f"{worker.memory_at_most}Mi"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["exec"]["command"][:2] == ["saude", "batimento"]


@pytest.mark.parametrize("name", PODS)
def test_each_gets_its_own_secrets_as_files_and_no_rights(name: str) -> None:
    pod = PODS[name]["spec"]
    (container,) = pod["containers"]
    guarded = container["securityContext"]
    assert (guarded["readOnlyRootFilesystem"], guarded["allowPrivilegeEscalation"]) == (True, False)
    assert "env" not in container
    (volume,) = [one for one in pod["volumes"] if one["name"] == "segredos"]
    items = [item["key"] for source in volume["projected"]["sources"] for item in source["secret"].get("items", ())]
    assert set(items) == OWN.get(name, {KEYS, DATABASE, REDIS})
    labels = PODS[name]["metadata"]["labels"]
    assert labels["app.kubernetes.io/name"] == name


def test_the_namespace_takes_each_pod() -> None:
    """What `restricted` demands (Kubernetes, Pod Security Standards): without it no pod is made, and nobody is told."""
    (namespace,) = [one for one in EVERY if one["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {name: _breaks(pod["spec"]) for name, pod in PODS.items() if _breaks(pod["spec"])} == {}


def _breaks(pod: dict[str, Any]) -> list[str]:
    """Return the demands that a pod breaks."""
    whole = pod["securityContext"]
    parts = [one["securityContext"] for one in pod["containers"]]
    kept = {
        "runAsNonRoot": whole["runAsNonRoot"] is True,
        "seccompProfile": whole.get("seccompProfile") == {"type": "RuntimeDefault"},
        "allowPrivilegeEscalation": all(one["allowPrivilegeEscalation"] is False for one in parts),
        "capabilities": all(one["capabilities"] == {"drop": ["ALL"]} for one in parts),
        "volumes": all(
            one.keys() <= {"name", "emptyDir", "projected", "secret", "configMap"} for one in pod["volumes"]
        ),
    }
    return [name for name, is_kept in kept.items() if not is_kept]


@pytest.mark.parametrize("name", PODS)
def test_no_service_becomes_a_variable_of_a_pod(name: str) -> None:
    """`flower` would be FLOWER_PORT, which Flower reads; `esteira-…` a setting that nobody knows."""
    assert PODS[name]["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("name", PODS.keys() - {"flower", "migrar"})
def test_a_container_that_is_started_again_learns_that_the_one_before_has_ended(name: str) -> None:
    pod = PODS[name]["spec"]
    folder = dict(line.split("=", 1) for line in (FOLDER / "config.env").read_text().split())
    mounted = {one["name"]: one["mountPath"] for one in pod["containers"][0]["volumeMounts"]}
    assert mounted["presenca"] == folder["ESTEIRA_CONTAINER__PRESENCE_DIR"]
    assert {"name": "presenca", "emptyDir": {"sizeLimit": "1Mi"}} in pod["volumes"]


def test_a_budget_and_a_selector_each_fit_somebody() -> None:
    for one in EVERY:
        if one["kind"] in ("PodDisruptionBudget", "Service"):
            selector = one["spec"]["selector"]
            wanted = selector.get("matchLabels", selector)
            assert wanted["app.kubernetes.io/name"] in PODS, one
    budgets = {one["metadata"]["name"] for one in EVERY if one["kind"] == "PodDisruptionBudget"}
    assert budgets == WORKERS.keys() | {"api", "beat"}


@pytest.mark.parametrize("scale", SCALES)
def test_each_worker_is_scaled_by_the_length_of_each_of_its_queues(scale: str) -> None:
    known = documents(f"{scale}/kustomization.yaml")[0]
    assert known["kind"] == "Component"
    found = [one for name in known["resources"] for one in documents(f"{scale}/{name}")]
    (access,) = [one for one in found if one["kind"] == "TriggerAuthentication"]
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in found if one["kind"] == "ScaledObject"}
    assert scaled.keys() == WORKERS.keys()
    for name, spec in scaled.items():
        assert 1 == spec["minReplicaCount"] < spec["maxReplicaCount"]
        assert {one["authenticationRef"]["name"] for one in spec["triggers"]} == {access["metadata"]["name"]}
        told = {one["metadata"].get("listName") or one["metadata"]["queueName"] for one in spec["triggers"]}
        prefix = KEY_PREFIX if scale == "escala-redis" else ""
        assert told == {f"{prefix}{queue.name}" for queue in WORKERS[name].queues}


def test_what_is_named_is_there() -> None:
    for name in (*KUSTOMIZATION["resources"], *KUSTOMIZATION["components"], *KUSTOMIZATION["configurations"]):
        assert (FOLDER / name).exists(), name
    generated = {one["name"] for one in KUSTOMIZATION["secretGenerator"]}
    assert generated == {"esteira", "esteira-flower"}
    assert KUSTOMIZATION["configMapGenerator"] == [{"name": "esteira", "envs": ["config.env"]}]
    settings = (FOLDER / "config.env").read_text()
    assert "PASSWORD" not in settings
    assert all(line.startswith("ESTEIRA_") for line in settings.splitlines())


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
@pytest.mark.parametrize("scale", SCALES)
def test_what_reads_the_length_of_the_queues_is_given_a_secret_that_is_made(scale: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "kubernetes"))
    (folder / "segredos").mkdir(exist_ok=True)
    for name in (name for one in KUSTOMIZATION["secretGenerator"] for name in one["files"]):
        (folder / name).write_text("segredo")
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({**KUSTOMIZATION, "components": [scale]}))
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True)
    made = list(yaml.safe_load_all(done.stdout))
    secrets = {one["metadata"]["name"] for one in made if one["kind"] == "Secret"}
    (access,) = [one for one in made if one["kind"] == "TriggerAuthentication"]
    assert {one["name"] for one in access["spec"]["secretTargetRef"]} <= secrets
