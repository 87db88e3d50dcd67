"""A server in which things happen by themselves: from its start on, again and again, and not after its end."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from aiohttp import web

from sandbox.busy import Busy


class Counting(Busy):
    """Counts what happened; each thing may fail."""

    every = 3600.0

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self.happened, self._fails = 0, fails

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return ()

    def estado(self) -> dict[str, Any]:
        return {"vezes": self.happened}

    async def happen(self) -> None:
        self.happened += 1
        self.changed()
        if self._fails:
            raise RuntimeError("it went wrong")


def test_the_first_thing_happens_at_once_and_the_next_when_its_time_has_come() -> None:
    server = Counting()
    with server:
        assert server.wait_for(lambda: server.happened)
        assert not server.wait_for(lambda: server.happened > 1, timeout=0.02)


def test_things_go_on_happening_until_the_end_and_again_after_a_restart() -> None:
    server = Counting()
    server.every = 0.001
    for _ in range(2):
        before = server.happened
        with server:
            assert server.wait_for(lambda: server.happened >= before + 3)  # noqa: B023 - waited for here
        ended = server.happened
        assert not server.wait_for(lambda: server.happened > ended, timeout=0.02)  # noqa: B023


@pytest.mark.parametrize("fails", [False, True])
def test_a_server_ends_whatever_happened(fails: bool) -> None:
    async def run() -> int:
        server = Counting(fails=fails)
        await server.start()
        assert await asyncio.to_thread(server.wait_for, lambda: server.happened)
        await server.finish()
        return len(asyncio.all_tasks()) - 1

    assert asyncio.run(run()) == 0
