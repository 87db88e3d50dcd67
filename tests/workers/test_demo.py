"""The demonstration: a real sandbox, told its secret, becomes ordinary settings and ordinary destinations."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.settings.load import get_settings, load_settings, settings_model
from workers import demo
from workers.child import child_environment
from workers.demo import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    told = Sandbox(settings_model()(deliveries={"allow_networks": ["10.1.0.0/16"]}))
    spec = told.processes()[0]
    assert spec.stdin is not None
    assert spec.on_line is not None
    assert spec.ready is not None
    with subprocess.Popen(spec.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(spec.stdin())
        running.stdin.close()
        assert not spec.ready()
        assert spec.on_line(running.stdout.readline())
        assert spec.ready()
        yield told
        running.kill()


def test_the_others_get_its_boxes_and_may_call_this_machine(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    found = load_settings()
    assert [box.name for box in found.sat.boxes] == ["loja-1", "loja-2", "loja-3"]
    assert {(box.host, box.port) for box in found.sat.boxes} == {
        tuple(hub.values()) for hub in sandbox.addresses["hubs"].values()
    }
    assert len({box.address for box in found.sat.boxes}) == 3
    assert [str(network) for network in found.deliveries.allow_networks] == ["10.1.0.0/16", "127.0.0.0/8"]
    assert found.deliveries.allow_http


def test_before_it_answers_nothing_changes() -> None:
    assert Sandbox(get_settings()).environment() == {}
    assert Sandbox(get_settings()).state() == {}


def test_only_the_line_with_the_addresses_is_kept_back() -> None:
    told = Sandbox(get_settings())
    addresses = json.dumps({"hubs": {"loja-1": {"host": "h", "port": 1}}, "ntfy": "n", "receptor": "r"})
    lines = ["um aviso", "[]", '{"hubs": 1}', addresses, addresses]
    assert [told._listen(line) for line in lines] == [False, False, False, True, False]


def test_its_servers_tell_what_they_received(sandbox: Sandbox) -> None:
    state = sandbox.state()
    assert (state["receptor"]["verificados"], state["ntfy"]["publicadas"], state["hub loja-1"]["total"]) == (0, 0, 0)


def test_its_receivers_become_destinations_and_a_new_start_brings_them_up_to_date(
    sandbox: Sandbox, sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    urls = {name: sandbox.addresses[name] for name in ("receptor", "ntfy")}
    old = {"receptor": "http://127.0.0.1:1/velho", "ntfy": "http://127.0.0.1:1"}
    assert demo.prepare_destinations(old, Sandbox(get_settings()).secret) == 0
    assert demo.prepare_destinations(urls, sandbox.secret) == 0
    listed = subprocess.run(
        [sys.executable, "-m", "cli.main", "destinos", "listar", "--json"], capture_output=True, text=True, check=True
    )
    assert {row["nome"]: row["url"].rstrip("/") for row in json.loads(listed.stdout)} == {
        demo.WEBHOOK: urls["receptor"],
        demo.NTFY: urls["ntfy"],
    }


def test_a_destination_that_is_refused_is_told(sqlite: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert demo.prepare_destinations({"receptor": "nada", "ntfy": "http://127.0.0.1:1"}, "curto") != 0
    assert "Erro" in capfd.readouterr().err


def test_children_get_what_changes_and_no_option_of_flower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("esteira_deliveries__allow_http", "false")
    monkeypatch.setenv("FLOWER_UNAUTHENTICATED_API", "1")
    given = child_environment({"ESTEIRA_DELIVERIES__ALLOW_HTTP": "true"})
    assert {name: value for name, value in given.items() if "ALLOW_HTTP" in name.upper()} == {
        "ESTEIRA_DELIVERIES__ALLOW_HTTP": "true"
    }
    assert not any(name.startswith("FLOWER_") for name in given)
