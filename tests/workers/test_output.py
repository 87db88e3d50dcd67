"""Writing never holds up the one who writes."""

import errno
import os
import threading

import pytest
from support.ports import wait_until

from workers.output import ROOM, Output


def test_lines_come_out_in_order() -> None:
    got: list[str] = []
    with Output(got.append) as output:
        for number in range(100):
            output(str(number))
    assert got == [str(number) for number in range(100)]


def test_a_reader_that_stalls_costs_lines_and_no_time() -> None:
    got: list[str] = []
    reads = threading.Event()

    def stalled(line: str) -> None:
        reads.wait(60)
        got.append(line)

    with Output(stalled) as output:
        for number in range(ROOM + 50):
            output(str(number))
        reads.set()
        wait_until(lambda: len(got) > ROOM)
        output("depois")
        wait_until(lambda: got[-1] == "depois")
    assert any("linhas descartadas" in line for line in got)


def test_a_reader_that_left_is_forgotten() -> None:
    calls = []

    def gone(line: str) -> None:
        calls.append(line)
        raise BrokenPipeError

    with Output(gone) as output:
        output("um")
        output("dois")
    assert calls == ["um"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EAGAIN, errno.EIO])
def test_a_disk_that_was_full_for_a_while_takes_the_lines_after_it_and_how_many_are_missing(number: int) -> None:
    got: list[str] = []
    tried: list[str] = []
    full = threading.Event()
    full.set()

    def sink(line: str) -> None:
        tried.append(line)
        if full.is_set():
            raise OSError(number, os.strerror(number))
        got.append(line)

    with Output(sink) as output:
        output("um")
        output("dois")
        wait_until(lambda: "dois" in tried)
        full.clear()
        output("depois")
        wait_until(lambda: "depois" in got)
    assert got == ["(2 linhas descartadas: a saída estava parada)", "depois"]


@pytest.mark.parametrize("fault", [OSError(errno.EBADF, "x"), ValueError("I/O operation on closed file"), SystemExit()])
def test_an_output_that_is_closed_is_left_alone(fault: BaseException) -> None:
    calls = []

    def closed(line: str) -> None:
        calls.append(line)
        raise fault

    with Output(closed) as output:
        output("um")
        output("dois")
    assert calls == ["um"]
