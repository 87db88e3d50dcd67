"""The tasks of Questor Zen: one chunk, the next one where more is due, and the time that a chunk may need to end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from conftest import Configure
from support.questor import TOKEN, account, files, lot

from core import stopping
from core.broker_link import KEY_PREFIX
from flows.questor.starting import SENDERS
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import documento
from tasks.questor import QUESTOR, RESERVE, avancar, enviar_bloco


@pytest.fixture
def lote(sqlite: str, configure: Configure, tmp_path: Path) -> Iterator[int]:
    """A lot of two notes that is to be sent."""
    with QuestorServer(TOKEN) as server:
        configure(**account(server.url))
        yield lot(tmp_path / "lote", [documento("nfe", number) for number in (1, 2)])
    stopping.reset()


@pytest.fixture
def queue(lote: int, broker: str) -> Iterator["redis.Redis[bytes]"]:
    with redis.Redis.from_url(broker) as client:
        yield client


def waiting(queue: "redis.Redis[bytes]") -> int:
    return int(queue.llen(f"{KEY_PREFIX}{QUESTOR.name}"))  # type: ignore[arg-type]


def test_a_chunk_that_sends_all_asks_for_no_other(lote: int, queue: "redis.Redis[bytes]") -> None:
    assert enviar_bloco(lote)["mais"] is False
    assert {one.estado for one in files(lote)} == {"enviado"}
    assert waiting(queue) == 0


def test_a_chunk_that_has_to_end_before_asks_for_the_next_one(lote: int, queue: "redis.Redis[bytes]") -> None:
    stopping.ask_to_stop()
    assert enviar_bloco(lote)["mais"] is True
    assert {one.estado for one in files(lote)} == {"pendente"}
    assert waiting(queue) == 1


def test_a_lot_that_is_not_there_is_no_work(lote: int, queue: "redis.Redis[bytes]") -> None:
    assert enviar_bloco(lote + 1)["mais"] is False
    assert waiting(queue) == 0


def test_open_lots_get_the_senders_that_they_lack(lote: int, queue: "redis.Redis[bytes]") -> None:
    assert avancar() == {"lotes": 1}
    assert waiting(queue) == SENDERS
    enviar_bloco(lote)
    queue.flushdb()
    assert avancar() == {"lotes": 0}
    assert waiting(queue) == 0


@pytest.mark.parametrize(("seconds", "ends"), [({}, RESERVE), ({"a": 30}, 30 + RESERVE), ({"a": 30, "b": 600}, 607)])
def test_a_chunk_is_given_the_time_of_the_slowest_account_to_end(
    configure: Configure, seconds: dict[str, int], ends: float
) -> None:
    one = {"office": "x", "token": TOKEN, "base_url": "http://127.0.0.1:9", "window": "sempre"}
    configure(questor__contas=json.dumps({name: one | {"total_timeout": time} for name, time in seconds.items()}))
    assert QUESTOR.ends_in() == ends
