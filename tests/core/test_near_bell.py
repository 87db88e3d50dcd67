"""The bell of one machine: heard at once by whoever listens, and nobody is told of a ring that nobody heard."""

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Configure

from core import bell, near_bell


@pytest.fixture
def folder(configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose path is short enough for a socket, wherever the tests run."""
    monkeypatch.chdir(tmp_path)
    configure(core__data_dir=str(tmp_path))
    monkeypatch.setattr(near_bell, "_path", lambda folder, name: f"{name}.sino")
    return tmp_path


def hearing(amount: int, ringing: Callable[[], object]) -> list[str]:
    """Listen while that is done; return the first texts that were heard."""
    heard: list[str] = []

    async def listen() -> None:
        enough = asyncio.Event()

        def note(text: str) -> None:
            heard.append(text)
            if len(heard) == amount:
                enough.set()

        with near_bell.listening("a", note):
            await asyncio.to_thread(ringing)
            await asyncio.wait_for(enough.wait(), 60)

    asyncio.run(listen())
    return heard


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(6000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def test_each_ring_is_heard_by_the_one_who_listens_to_that_bell(folder: Path) -> None:
    def ringing() -> None:
        assert [near_bell.ring("a", "1,2"), near_bell.ring("b", "3"), near_bell.ring("a", "")] == [True, False, True]

    assert hearing(2, ringing) == ["1,2", ""]
    assert near_bell.ring("a", "4") is False
    assert list(folder.glob("*.sino")) == []


def test_what_a_killed_listener_left_hears_nothing_and_is_in_nobodys_way(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.bind("a.sino")
    assert near_bell.ring("a", "1") is False
    assert hearing(1, lambda: near_bell.ring("a", "2")) == ["2"]


def test_who_lost_its_place_to_another_has_it_again_once_that_one_is_gone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_bell, "LOOK_SECONDS", 0.01)
    first, second = list[str](), list[str]()

    async def listen() -> None:
        with near_bell.listening("a", first.append):
            with near_bell.listening("a", second.append):
                assert near_bell.ring("a", "1")
                await until(lambda: bool(second))
            assert not near_bell.ring("a", "2")
            await until(lambda: near_bell.ring("a", "3"))
            await until(lambda: bool(first))

    asyncio.run(listen())
    assert (first, second) == (["3"], ["1"])
    assert list(folder.glob("*.sino")) == []


def test_only_its_own_user_reaches_it_and_a_forked_process_rings_too(folder: Path) -> None:
    def ringing() -> None:
        assert (folder / "a.sino").stat().st_mode & 0o777 == 0o600
        assert near_bell.ring("a", "1")
        child = os.fork()
        if child == 0:
            os._exit(0 if near_bell.ring("a", "2") else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    assert hearing(2, ringing) == ["1", "2"]


def test_who_does_not_keep_up_is_not_counted_as_a_listener(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as busy:
        busy.bind("a.sino")
        rung = [near_bell.ring("a", "x" * 1000) for _ in range(5000)]
    assert rung[0] is True
    assert rung[-1] is False


def test_a_folder_with_too_long_a_name_has_no_such_bell(configure: Configure, tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    configure(core__data_dir=str(deep))
    assert near_bell.ring("a", "1") is False

    async def listen() -> None:
        with near_bell.listening("a", lambda text: None):
            assert list(deep.iterdir()) == []

    asyncio.run(listen())


def test_the_ringer_learns_of_the_near_one_without_the_broker(folder: Path, broker: str) -> None:
    assert hearing(1, lambda: bell.ring("a", "7") == 1) == ["7"]
    assert bell.ring("a", "8") == 0
