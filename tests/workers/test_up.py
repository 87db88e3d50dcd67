"""`esteira subir` as a person types it: everything up, told, listed, and gone again."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from conftest import Configure
from support.deliveries import SECRET, deliveries
from support.forked import typed
from support.line import rows
from support.ports import free_port, slowness, soon, wait_until
from support.processes import alive, arguments, descendants

from cli.main import main
from core.clock import SYSTEM
from core.settings.load import get_settings
from sandbox.hub import HubServer
from sandbox.receiver import ReceiverServer
from sandbox.sat_wire import status_line
from workers import flower, up
from workers.layout import one_machine

COMMAND = [sys.executable, "-m", "cli.main", "subir"]
DEMONSTRATION = Path("dados/demonstracao")


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    chosen = {"FLOWER": free_port(), "API": free_port()}
    for name, port in chosen.items():
        monkeypatch.setenv(f"ESTEIRA_{name}__PORT", str(port))
    return chosen


@contextmanager
def running(*more: str) -> Iterator[subprocess.Popen[bytes]]:
    with open("saida.txt", "wb") as out, subprocess.Popen([*COMMAND, *more], stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.kill()


def said() -> str:
    return Path("saida.txt").read_text()


def get(url: str, credentials: str | None = None) -> tuple[int, bytes]:
    request = Request(url)
    if credentials is not None:
        request.add_header("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode())
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, b""
    except (URLError, OSError):
        return 0, b""


def refused(*more: str) -> str:
    done = subprocess.run([*COMMAND, *more], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode not in (0, 70), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_taken_port_is_one_sentence_with_its_key(ports: dict[str, int]) -> None:
    with socket.create_server(("127.0.0.1", ports["FLOWER"])):
        assert "flower.port" in refused()


def test_an_absent_broker_is_one_sentence_without_its_password(
    ports: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESTEIRA_CORE__REDIS_URL", f"redis://:nao-mostre@127.0.0.1:{free_port()}/0")
    told = refused()
    assert "core.redis_url" in told
    assert "nao-mostre" not in told


@pytest.mark.parametrize("plainly", [True, False])
def test_a_password_that_is_made_now_is_said_to_people_and_never_in_a_line_for_machines(plainly: bool) -> None:
    told = up._flower_access(get_settings(), plainly=plainly)
    kept = flower.password_file(get_settings())
    assert (kept.read_text().strip() in told, str(kept) in told) == (plainly, True)
    assert kept.read_text().strip() not in up._flower_access(get_settings(), plainly=plainly)


@pytest.mark.slow
def test_everything_comes_up_is_listed_tells_of_a_box_and_leaves_nothing(
    ports: dict[str, int], configure: Configure, loopback: None, tmp_path: Path
) -> None:
    late = {1: lambda sessao: status_line(sessao, agora=SYSTEM.now() - timedelta(hours=3))}
    with HubServer(late) as hub, ReceiverServer({"/x": SECRET}) as receiver:  # type: ignore[arg-type]
        box = {"name": "loja-1", "host": hub.host, "port": hub.port, "interval_seconds": 600}
        configure(sat__boxes=json.dumps([box]))
        words = ["--tipo", "webhook", "--nome", "d", "--url", f"{receiver.url}/x", "--eventos", "alerta_aberto"]
        assert main(["destinos", "criar", *words, "--segredo", SECRET]) == 0
        with running() as line:
            wait_until(lambda: "Ctrl-C para tudo" in said())
            assert f"Painel: http://127.0.0.1:{ports['API']}/painel/" in said()
            password = re.findall(r"senha (\S+) \(criada agora", said())[0]
            flower = f"http://127.0.0.1:{ports['FLOWER']}/api/workers"

            def listed() -> dict[str, dict[str, list[str]]]:
                return json.loads(get(flower, f"esteira:{password}")[1] or "{}")

            wait_until(lambda: len([w for w in listed().values() if w.get("registered")]) == len(one_machine()))
            assert {name.split("@")[0] for name in listed()} == {worker.name for worker in one_machine()}
            tasks = {"sat.verificar_caixa", "entregas.drenar", "entregas.varrer"}
            assert all(tasks <= {task.split()[0] for task in w["registered"]} for w in listed().values())
            assert [get(flower)[0], get(flower, "esteira:outra")[0]] == [401, 401]
            wait_until(lambda: get(f"http://127.0.0.1:{ports['API']}/saude/") == (200, b'{"status":"ok"}'))
            assert receiver.wait_for(lambda: receiver.requests)
            assert json.loads(receiver.requests[0].body)["dados"]["codigo"] == "relogio"
            wait_until(lambda: [row.estado for row in deliveries()] == ["entregue"])
            assert hub.count(1) == 1
            below = descendants(line.pid)
            secrets = [password, (tmp_path / "dados" / "broker.url").read_text().split(":")[2].split("@")[0]]
            assert not [pid for pid in below if any(secret in arguments(pid) for secret in secrets)]
            assert "Já há um `esteira subir`" in refused()
            # a worker that is idle may take as long as one request may; far less, but machines are slow
            with soon():
                line.send_signal(signal.SIGINT)
                assert line.wait(60) == 0
            assert "encerrado" not in said()
    assert not [pid for pid in below if alive(pid)]
    assert not (tmp_path / "dados" / "broker.url").exists()
    assert (tmp_path / "dados" / "flower.password").read_text().strip() == password


@pytest.mark.slow
def test_a_killed_line_leaves_nothing_and_starts_again(ports: dict[str, int]) -> None:
    with running() as line:
        wait_until(lambda: len(descendants(line.pid)) >= len(one_machine()) * 2 + 3)
        below = descendants(line.pid)
        line.kill()
        line.wait()
    wait_until(lambda: not [pid for pid in below if alive(pid)])
    with running() as again:
        wait_until(lambda: get(f"http://127.0.0.1:{ports['API']}/saude/")[0] == 200)
        os.kill(again.pid, signal.SIGTERM)
        assert again.wait(60) == 0


@pytest.mark.slow
def test_the_demonstration_is_seen_from_another_terminal_and_gone_within_five_seconds(ports: dict[str, int]) -> None:
    told = (
        "SELECT DISTINCT destino.nome FROM delivery JOIN destino ON destino.id = destino_id WHERE estado = 'entregue'"
    )
    with running("--demo") as line:
        wait_until(lambda: {("demo-webhook",), ("demo-ntfy",)} <= set(shown(told)))
        wait_until(
            lambda: re.search(r"ntfy: [1-9]", said()) and re.search(r"receptor: [1-9]\d* com assinatura", said())
        )
        wait_until(lambda: re.search(r"correio: [1-9]", said()))
        wait_until(lambda: shown("SELECT count(*) FROM questor_arquivo WHERE estado = 'enviado'") == [(24,)])
        assert "em outro terminal" in said()
        assert {"webhook", "ntfy"} <= {row["tipo"] for row in seen("entregas", "listar", "--estado", "entregue")}
        assert {box["resultado"] for box in seen("sat", "listar")} == {"ok"}
        assert "certificado" in {alert["codigo"] for alert in seen("alertas", "listar", "--todos")}
        made = {"demo-webhook", "demo-ntfy", "demo-ordens", "demo-chamados", "demo-documentos", "demo-plantao"}
        assert {one["nome"] for one in seen("destinos", "listar")} >= made
        lot = ("questor", "estado", "demonstracao", "--conta", "demonstracao")
        assert seen(*lot)["estados"] == {"enviado": 24}
        assert {(one["sistema"], one["situacao"]) for one in seen("diagnostico") if one["situacao"] != "ok"} == set()
        below, before = descendants(line.pid), slowness()
        began = time.monotonic()
        line.send_signal(signal.SIGINT)
        assert line.wait(60) == 0
        assert time.monotonic() - began < 5 * max(before, slowness())
        assert "encerrado" not in said()
        assert "chaves" not in said()
    assert not [pid for pid in below if alive(pid)]
    assert seen("sat", "listar") == []
    assert seen("destinos", "listar") == []
    assert not DEMONSTRATION.exists()


@pytest.mark.slow
def test_one_that_is_killed_while_it_migrates_leaves_nothing(ports: dict[str, int]) -> None:
    with running() as line:
        # The first that it starts is the process that migrates.
        wait_until(lambda: descendants(line.pid))
        below = descendants(line.pid)
        line.kill()
        line.wait()
        wait_until(lambda: not [pid for pid in below if alive(pid)])


@pytest.mark.slow
def test_a_demonstration_that_was_killed_is_seen_no_more_and_objects_say_where_its_passwords_are(
    ports: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESTEIRA_LOG__FORMATO", "json")
    with running("--demo") as line:
        wait_until(lambda: shown("SELECT count(*) FROM caixa") == [(3,)])
        flower, people = (json.loads(one)["message"] for one in said().splitlines()[:2])
        kept = [re.search(r" em (/.+\.\w+)\.?$", one) for one in (flower, people)]
        passwords = [
            text for one in kept if one for text in re.findall(r"(?m)(?:senha |^)(\S{16,})$", Path(one[1]).read_text())
        ]
        assert len(passwords) >= 2
        assert not [one for one in passwords if one in said()]
        assert not [one for one in said().splitlines() if "()" in json.loads(one)["message"]]
        assert len(seen("sat", "listar")) == 3
        below = descendants(line.pid)
        line.kill()
        line.wait()
        wait_until(lambda: not [pid for pid in below if alive(pid)])
    assert seen("sat", "listar") == []
    assert seen("destinos", "listar") == []


def seen(*words: str) -> Any:
    """Type a command in the same folder; return its document."""
    return typed(*words)[1]


def shown(query: str) -> list[tuple[Any, ...]]:
    """Read the demonstration's database."""
    return rows(DEMONSTRATION / "esteira.db", query)
