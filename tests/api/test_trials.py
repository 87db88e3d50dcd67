"""A trial waits for somebody else's server; nobody else waits with it."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio.to_thread
import pytest
from support.api import Client, person
from support.ports import wait_until
from support.visiting import visitor

from api import trials
from flows.usuarios import tokens

NEW = {"nome": "ERP", "eventos": "nfe_importada", "timeout": 30}
TOO_MANY = {"error": "Rate limit exceeded", "detail": "Há testes seus em andamento: espere que um deles termine."}


class Silent:
    """A server that takes connections and answers nothing until it closes."""

    def __init__(self) -> None:
        self.held: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def close(self) -> None:
        """Break off what it took, and take no more."""
        with contextlib.suppress(OSError):
            # it may be closed already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for one in (*self.held, self._listener):
            one.close()

    def _take(self) -> None:
        while True:
            try:
                self.held.append(self._listener.accept()[0])
            except OSError:
                return


@pytest.fixture
def silent(loopback: None) -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


def another(client: Client, name: str) -> Client:
    """Return the same person on another connection."""
    return Client(client.url, tokens.criar(name).token)


def made(client: Client, url: str) -> str:
    number: int = client.post("/api/webhooks/", NEW | {"url": url}).json()["id"]
    return str(number)


def test_who_tries_has_a_few_at_once_and_the_others_theirs(light: str, silent: Silent) -> None:
    ana, bia = person(light), person(light, "bia")
    number, hers = made(ana, silent.url), made(bia, silent.url)
    path = f"/api/webhooks/{number}/testar/"
    with ThreadPoolExecutor() as pool:
        under_way = [pool.submit(another(ana, "ana").post, path) for _ in range(trials.OF_ONE)]
        wait_until(lambda: len(silent.held) == trials.OF_ONE)
        body: dict[str, Any] = {"webhook_id": int(number)}
        for again, said in (
            (path, None),
            (f"/api/destinos/{number}/testar/", None),
            ("/api/integracoes/testar/", body),
        ):
            refused = ana.post(again, said)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "30"), again
            assert refused.json() == TOO_MANY
        assert ana.get(f"/api/webhooks/{number}/").status_code == 200
        under_way.append(pool.submit(another(bia, "bia").post, f"/api/webhooks/{hers}/testar/"))
        wait_until(lambda: len(silent.held) == trials.OF_ONE + 1)
        silent.close()
        assert {one.result().status_code for one in under_way} == {400}
    assert ana.post(path).status_code == 400


def test_a_page_says_that_there_are_enough_under_way(light: str, silent: Silent) -> None:
    rita = visitor(light, "rita", staff=True)
    number = made(another(rita, "rita"), silent.url)
    with ThreadPoolExecutor() as pool:
        path = f"/api/webhooks/{number}/testar/"
        under_way = [pool.submit(another(rita, "rita").post, path) for _ in range(trials.OF_ONE)]
        wait_until(lambda: len(silent.held) == trials.OF_ONE)
        rita.send("/painel/fazer/destinos/testar", alvo=number)
        assert TOO_MANY["detail"] in rita.get("/painel/").text
        refused = rita.send("/admin/webhook/action/testar", pks=number)
        assert (refused.status_code, TOO_MANY["detail"] in refused.text) == (429, True)
        silent.close()
        assert {one.result().status_code for one in under_way} == {400}


def test_trials_take_no_thread_of_those_that_answer_requests() -> None:
    begun, over = threading.Event(), threading.Event()

    def trial() -> str:
        begun.set()
        assert over.wait(60)
        return "feito"

    async def within() -> str:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1
        tried = asyncio.create_task(trials.tried(1, trial))
        assert await anyio.to_thread.run_sync(begun.wait, 60)
        over.set()
        return await tried

    assert asyncio.run(within()) == "feito"
