"""Agenda, API and Flower in one process: all three serve, one signal ends them, one that fails ends the others."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from conftest import Configure
from support.ports import free_port, wait_until

from storage.models.vez import Vez
from storage.session import reading

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# Beside a thread that never ends, as one that waits for an answer of workers that are gone.
PROGRAM = """
import runpy, threading
threading.Thread(target=threading.Event().wait).start()
runpy.run_module("workers.services", run_name="__main__")
"""
COMMAND = [sys.executable, "-c", PROGRAM, "ninguem"]


@contextmanager
def running() -> Iterator["subprocess.Popen[str]"]:
    """Run it, with the name of a worker that never answers."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(COMMAND, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def serves(port: int) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/saude/", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def has_a_holder() -> bool:
    with reading() as db:
        row = db.get(Vez, "beat")
        return row is not None and row.dono is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_and_the_schedule_is_free_for_the_next(
    sqlite: str, broker: str, configure: Configure, number: signal.Signals
) -> None:
    port = free_port()
    configure(api__port=str(port), flower__port=str(free_port()))
    with running() as process:
        wait_until(lambda: serves(port) and has_a_holder())
        process.send_signal(number)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert not has_a_holder()


def test_an_api_that_cannot_serve_ends_the_others_with_it(sqlite: str, broker: str, configure: Configure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        configure(api__port=str(taken.getsockname()[1]), flower__port=str(free_port()))
        with running() as process:
            assert process.wait(60) != 0
