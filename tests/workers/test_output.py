"""Writing never holds up the one who writes."""

import threading

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
