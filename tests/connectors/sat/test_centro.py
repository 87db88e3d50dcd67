"""The centre is asked by a name as it is, and believed only where it answers for every reading."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.scripted import Answer, Scripted

from connectors.base.faults import Blocked, Fault, Overloaded, Refused, TooLarge, Unintelligible, UnknownOutcome
from connectors.sat.centro import POLICY, Centro

TOKEN = "segredo-de-teste"  # pragma: allowlist secret
READINGS = [{"leitura": "a", "linha": "x"}, {"leitura": "b", "linha": "y"}]
DONE = [{"leitura": "a", "situacao": "aplicada"}, {"leitura": "b", "situacao": "repetida"}]
ONCE = replace(POLICY, attempts=1)


def send(
    server: Scripted, nome: str = "usb-1", readings: Sequence[Mapping[str, Any]] = READINGS, *, tail: str = ""
) -> list[Mapping[str, Any]]:
    async def run() -> list[Mapping[str, Any]]:
        async with Centro(server.url + tail, TOKEN, ONCE) as centro:
            return await centro.enviar(nome, readings)

    return asyncio.run(run())


def answer(said: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(said).encode())


def test_readings_go_to_their_box_with_the_token_and_what_became_of_each_comes_back() -> None:
    with Scripted(answer({"resultados": DONE})) as server:
        assert send(server, tail="/") == DONE
        (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/sat/usb-1/leituras/")
    assert (asked.headers["Authorization"], asked.json) == (f"Token {TOKEN}", {"leituras": READINGS})


@pytest.mark.parametrize(
    ("nome", "path"),
    [
        ("loja 1", "loja%201"),
        ("caixa%201", "caixa%25201"),
        ("são-joão", "s%C3%A3o-jo%C3%A3o"),
        ("a?b#c", "a%3Fb%23c"),
        ("a/b", "a%2Fb"),
    ],
)
def test_a_name_arrives_as_it_is(nome: str, path: str) -> None:
    with Scripted(answer({"resultados": DONE})) as server:
        send(server, nome)
        assert server.asked[0].path == f"/api/sat/{path}/leituras/"


def test_no_reading_is_answered_for_by_none() -> None:
    with Scripted(answer({"resultados": []})) as server:
        assert send(server, readings=[]) == []


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        "dito",
        {"resultados": None},
        {"resultados": {"a": "aplicada"}},
        {"resultados": []},
        {"resultados": DONE[:1]},
        {"resultados": DONE[::-1]},
        {"resultados": [*DONE, {"leitura": "c", "situacao": "aplicada"}]},
        {"resultados": [DONE[0], "b"]},
        {"resultados": [DONE[0], {"leitura": "b"}]},
        {"resultados": [DONE[0], {"leitura": "b", "situacao": 1}]},
        {"resultados": [DONE[0], {"leitura": "x", "situacao": "aplicada"}]},
    ],
)
def test_what_does_not_answer_for_every_reading_in_order_is_no_answer(said: object) -> None:
    with Scripted(answer(said)) as server, pytest.raises(Unintelligible, match="não é de uma Esteira"):
        send(server)


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (Answer(200, b"<html>"), Unintelligible, "não é de uma Esteira"),
        (Answer(201, json.dumps({"resultados": DONE}).encode()), Unintelligible, "HTTP 201"),
        (Answer(401), Blocked, "não aceitou o token"),
        (Answer(404), Refused, "não conhece a caixa"),
        (Answer(413), TooLarge, "grande demais"),
        (Answer(503), Overloaded, "indisponível"),
        (Answer(200, b"{", {"Content-Length": "100"}), UnknownOutcome, "encerrou a conexão"),
        (Answer(None), UnknownOutcome, "encerrou a conexão"),
    ],
    ids=["a page", "another success", "token", "box", "too large", "busy", "cut", "closed"],
)
def test_each_fault_says_what_to_do_and_never_the_token(told: Answer, kind: type[Fault], words: str) -> None:
    with Scripted(told) as server, pytest.raises(kind) as caught:
        send(server)
    said = str(caught.value)
    assert said.startswith(f"O centro em {server.url}: ")
    assert (words in said, TOKEN in said) == (True, False)


def test_an_answer_that_repeats_the_token_does_not_bring_it_into_a_log() -> None:
    with (
        Scripted(answer({"detail": f"Token {TOKEN} inválido"}, 400)) as server,
        pytest.raises(Refused) as caught,
    ):
        send(server)
    assert ("inválido" in str(caught.value), TOKEN in str(caught.value)) == (True, False)
