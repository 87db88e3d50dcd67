"""The tasks of Ploomes and Milvus: a message runs what has come due, and what was left goes on at once."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis
from conftest import Configure
from support.numeracao import add, after

from claims.holder import new_token
from connectors.milvus import Milvus
from connectors.ploomes import Ploomes
from core import stopping
from core.broker_link import KEY_PREFIX
from core.clock import SYSTEM
from flows.sync import hinted, standing
from sandbox.faults import status
from sandbox.milvus import MilvusServer
from sandbox.ploomes import PloomesServer
from storage.models.sync import SyncGancho
from tasks import sync as doors
from tasks.sync import LONGEST, SYNC, UNDER_WAY

KEY = "chave-de-exemplo-1"  # pragma: allowlist secret
Door = Callable[..., dict[str, Any]]
DOORS: dict[str, Door] = {
    "clientes-pm": doors.clientes_pm,
    "clientes-mp": doors.clientes_mp,
    "tarefas": doors.tarefas,
    "interacoes": doors.interacoes,
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody pause before a request is made again."""
    for kind in (Ploomes, Milvus):
        given: Any = kind.__init__.__kwdefaults__
        monkeypatch.setitem(given, "policy", replace(given["policy"], first_pause=0.0))


@pytest.fixture
def ploomes(sqlite: str, configure: Configure) -> Iterator[PloomesServer]:
    """Two accounts of one office whose systems answer."""
    with PloomesServer(KEY) as ploomes, MilvusServer(KEY) as milvus:
        ploomes.add("Tags", Id=40001, Name="INSTALAÇÃO")
        tags = [{"id": 40001, "label": "INSTALAÇÃO", "category": "Instalação"}]
        own = {"tags": tags, "min_milvus_id": 0, "start": "2026-07-01T00:00:00"}
        one = {"base_url": ploomes.url, "user_key": KEY, "per_minute": 0}
        other = {"base_url": milvus.url, "token": KEY, "per_minute": 0, "listings_per_minute": 0}
        configure(
            ploomes__contas=json.dumps({"padrao": one, "filial": one}),
            milvus__contas=json.dumps({"padrao": other, "filial": other}),
            sync__contas=json.dumps({"padrao": own, "filial": own | {"ploomes": "filial", "milvus": "filial"}}),
        )
        yield ploomes
    stopping.reset()


@pytest.fixture
def asked(broker: str) -> Iterator[Callable[[], list[tuple[str, list[str]]]]]:
    """Return what was asked of the workers: tasks and their arguments."""
    with redis.Redis.from_url(broker) as client:

        def read() -> list[tuple[str, list[str]]]:
            kept: list[bytes] = client.lrange(f"{KEY_PREFIX}{SYNC.name}", 0, -1)  # type: ignore[assignment]
            messages = [json.loads(one) for one in kept]
            return [(one["headers"]["task"], json.loads(b64decode(one["body"]))[0]) for one in messages]

        yield read


Asked = Callable[[], list[tuple[str, list[str]]]]


@pytest.mark.parametrize("flow", DOORS)
def test_a_message_runs_its_own_flow_of_one_account_or_of_all_that_are_due(
    ploomes: PloomesServer, asked: Asked, flow: str
) -> None:
    door = DOORS[flow]
    found = door("filial")
    assert {conta: (one["fluxo"], one["estado"]) for conta, one in found.items()} == {"filial": (flow, "bem")}
    assert set(door()) == {"padrao"}
    assert door() == {}
    assert set(door("filial")) == {"filial"}
    assert asked() == []


@pytest.mark.parametrize("flow", DOORS)
def test_what_the_time_did_not_do_is_asked_for_at_once(ploomes: PloomesServer, asked: Asked, flow: str) -> None:
    stopping.ask_to_stop()
    assert DOORS[flow]("filial")["filial"]["restam"] is True
    assert asked() == [(f"sync.{flow.replace('-', '_')}", ["filial"])]


def hint(*numbers: int) -> None:
    """Let a webhook tell of contacts."""
    add(*(SyncGancho(conta="padrao", fluxo="clientes-pm", numero=one, recebido_em=after(0)) for one in numbers))


def test_what_a_webhook_told_of_during_a_run_is_read_by_the_next_at_once(
    ploomes: PloomesServer, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hinted, "MOST", 1)
    hint(1, 2)
    doors.clientes_pm("padrao")
    assert asked() == [("sync.clientes_pm", ["padrao"])]
    doors.clientes_pm("padrao")
    assert len(asked()) == 1


@pytest.mark.parametrize("fault", [401, 503])
def test_a_run_that_could_not_be_made_waits_for_its_next_time(ploomes: PloomesServer, asked: Asked, fault: int) -> None:
    hint(1)
    ploomes.faults.always(status(fault))
    assert doors.clientes_pm("padrao")["padrao"]["estado"] in ("parado", "degradado")
    assert asked() == []


def test_a_flow_that_another_run_has_is_left_to_that_one(ploomes: PloomesServer, asked: Asked) -> None:
    hint(1)
    assert standing.hold("padrao", "clientes-pm", new_token(), SYSTEM.now(), 3600) is not None
    assert doors.clientes_pm("padrao")["padrao"]["estado"] == "ocupado"
    assert asked() == []


def test_a_run_has_less_time_to_end_than_its_worker_gives_it() -> None:
    assert SYNC.ends_in is not None
    assert (SYNC.longest, SYNC.ends_in()) == (LONGEST, UNDER_WAY)
