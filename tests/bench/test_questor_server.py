"""The bench's Questor answers what the connector understands, counts, and refuses what is too much."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.questor import Documento, Overloaded, Questor, Verdict
from core.settings.questor import ContaQuestor
from sandbox.questor.documentos import documento

ROOT = Path(__file__).parents[2]
KINDS = ("nfe", "nfe_evento", "cte", "cteos", "cfe", "cfe_cancelamento")


@contextmanager
def server(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "bench.questor_server", *words]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        yield f"http://127.0.0.1:{int(running.stdout.readline())}", running
        running.stdin.close()
        assert running.wait(60) == 0


def told(running: subprocess.Popen[str], question: str = "contar") -> dict[str, Any]:
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(question + "\n")
    running.stdin.flush()
    content: dict[str, Any] = json.loads(running.stdout.readline())
    return content


def send(address: str, kind: str, amount: int, *, at_once: int = 1) -> list[list[Verdict] | BaseException]:
    conta = ContaQuestor.model_validate({"base_url": address, "token": "chave-do-bench"})
    made = [documento(kind, n) for n in range(amount)]
    sent = [Documento(one.identidade, one.texto) for one in made]

    async def work() -> list[list[Verdict] | BaseException]:
        async with Questor("bench", conta) as questor:
            asked = (questor.importar(kind, sent) for _ in range(at_once))
            return list(await asyncio.gather(*asked, return_exceptions=True))

    return asyncio.run(work())


@pytest.mark.parametrize("kind", KINDS)
def test_it_imports_every_kind(kind: str) -> None:
    with server() as (address, running):
        (found,) = send(address, kind, 3)
        assert isinstance(found, list)
        assert [one.estado for one in found] == ["enviado"] * 3
        assert told(running) | {"max_em_voo": 1} == {
            "pedidos": 1,
            "recusados": 0,
            "max_em_voo": 1,
            "posts": 3,
            "aceitos": 3,
            "repetidos": 0,
        }
        assert [entry[1:] for entry in told(running, "tudo")["ids"]] == [[1, 1]] * 3


def test_more_at_once_than_it_bears_are_refused() -> None:
    with server("--em-voo", "1", "--latencia", "0.5") as (address, running):
        found = send(address, "nfe", 1, at_once=4)
        assert [type(one) for one in found].count(Overloaded) == 3
        assert told(running)["recusados"] == 3


def test_it_cuts_and_fails_by_chance() -> None:
    with server("--falhas", "0.5", "--corte", "0.5", "--semente", "3") as (address, running):
        found = send(address, "nfe", 1, at_once=16)
        assert {type(one).__name__ for one in found} == {"list", "Overloaded", "UnknownOutcome"}
        assert told(running)["pedidos"] == 16
