"""The metrics over HTTP, from a real server: a monitor's view, and what a broken database answers."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from conftest import Configure
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from sqlalchemy import text
from support.api import Client, person
from support.deliveries import fire, webhook
from support.ports import wait_until

from api.routes import metricas
from events.delivery.kind import kinds
from storage.session import transaction


def test_a_monitor_reads_the_metrics(url: str) -> None:
    webhook("https://recebe.example/x")
    fire(3)
    answer = requests.get(f"{url}/metricas", timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    due = {sample.labels["tipo"]: sample.value for sample in families["esteira_entregas_vencidas"].samples}
    assert due == dict.fromkeys(kinds(), 0) | {"webhook": 3}
    assert families["esteira_primeira_tentativa_segundos"].type == "histogram"
    assert [name for name in families if name.endswith("_created")] == []


def test_a_database_of_another_version_answers_one_sentence(url: str) -> None:
    with transaction() as db:
        db.execute(text("DROP TABLE latencia"))
    answer = requests.get(f"{url}/metricas", timeout=60)
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("O banco de dados não respondeu")
    assert answer.text.count("\n") == 1
    assert "latencia" not in answer.text


def test_a_database_that_is_away_answers_one_sentence_without_its_password(url: str, configure: Configure) -> None:
    configure(core__database_url="postgresql://u:senha-secreta@127.0.0.1:1/x")  # pragma: allowlist secret
    answer = requests.get(f"{url}/metricas", timeout=60)
    assert (answer.status_code, answer.text) == (503, "O banco de dados não respondeu (core.database_url).\n")
    assert requests.get(f"{url}/saude/", timeout=60).json() == {"status": "ok"}


def test_many_monitors_at_once_are_read_for_one_after_the_other(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, lock, most = metricas.kept.texto, threading.Lock(), []

    def slow() -> bytes:
        most.append(lock.acquire(blocking=False))
        time.sleep(0.05)
        lock.release()
        return plain()

    monkeypatch.setattr(metricas.kept, "texto", slow)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(requests.get, f"{url}/metricas", timeout=60) for _ in range(8)]
        assert [one.result().status_code for one in asked] == [200] * 8
    assert most == [True] * 8


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_metrics_are_only_read(url: str, method: str) -> None:
    assert requests.request(method, f"{url}/metricas", timeout=60).status_code == 405


def test_requests_are_counted_by_the_pattern_of_their_path_and_by_nothing_that_was_asked(light: str) -> None:
    asked = ("/saude/", "/api/nfe/4711/", "/inexistente/aqui", "/estatico/esteira.svg", "/entrar?next=/x")
    for path in asked:
        requests.get(light + path, timeout=60)
    requests.request("BREW", f"{light}/saude/", timeout=60)
    counted = {
        ("/saude/", "GET"),
        ("outra", "GET"),
        ("/estatico", "GET"),
        ("/entrar", "GET"),
        # that one was refused before its route was looked for
        ("/saude/", "outra"),
    }
    # an answer is counted once it is out
    wait_until(lambda: counted <= _routes(light))
    # the numbers of a measurement may hold any digits
    labels = {value for sample in _samples(light) for value in sample.labels.values()}
    assert not [value for value in labels if any(part in value for part in ("4711", "inexistente", "BREW"))]


def _routes(url: str) -> set[tuple[str, str]]:
    found = [one for one in _samples(url) if one.name == "esteira_api_segundos_count"]
    return {(one.labels["rota"], one.labels["metodo"]) for one in found}


def _samples(url: str) -> list[Sample]:
    text = requests.get(f"{url}/metrics", timeout=60).text
    return [one for family in text_string_to_metric_families(text) for one in family.samples]


def test_who_is_no_monitor_is_told_nothing_without_a_token_of_staff(light: str, configure: Configure) -> None:
    staff, other = person(light, "chefe", staff=True), person(light, "ana")
    passed_on = {"X-Forwarded-For": "127.0.0.1"}
    nobody = Client(light)
    assert nobody.get("/metrics").status_code == 200
    refused = nobody.get("/metrics", headers=passed_on)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Token")
    assert other.get("/metrics", headers=passed_on).status_code == 401
    assert staff.get("/metrics", headers=passed_on).status_code == 200
