"""Both ends of a connection of Oracle Net, and the messages of a driver, written by hand."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from support.ports import SOON_SECONDS

from sandbox.oracle.calls import CALL, EXECUTE, ROW, Bind
from sandbox.oracle.encoding import Writer
from sandbox.oracle.packets import DATA, Packets


@contextmanager
def ends(*, large: bool = True) -> Iterator[tuple[Packets, Packets]]:
    """Connect two ends; the first one is the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sockets = socket.create_connection(listener.getsockname()), listener.accept()[0]
    for one in sockets:
        # who reads more than was said fails, and does not hang
        one.settimeout(SOON_SECONDS)
    theirs, ours = map(Packets, sockets)
    ours.large = theirs.large = large
    try:
        yield ours, theirs
    finally:
        ours.close()
        theirs.close()


def say(end: Packets, *messages: bytes | bytearray) -> None:
    """Send messages, each in packets of its own."""
    for message in messages:
        end.send_data(message)


def raw(end: Packets, content: bytes) -> None:
    """Send one packet of data."""
    end.send(DATA, b"\0\0" + content)


def _skipped(out: Writer, form: str) -> Writer:
    for part in form:
        (out.u1 if part == "1" else out.ub)(0)
    return out


def call(function: int) -> Writer:
    """Return the beginning of a call."""
    return Writer().u1(CALL).u1(function).u1(1)


def execute(
    sql: str = "",
    *,
    options: int = 0,
    number: int = 0,
    fetch: int = 0,
    binds: Sequence[Bind] = (),
    rows: Sequence[Sequence[bytes | None]] = (),
    times: int = 1,
    defined: int = 0,
    counts: bool = False,
) -> Writer:
    """Return an execute: with the statement's text, or with the number of a cursor that has it."""
    text = sql.encode()
    out = call(EXECUTE).ub(options).ub(number).u1(1).ub(len(text))
    _skipped(_skipped(out, "1n11n").ub(fetch), "n1").ub(len(binds))
    _skipped(_skipped(out, "111111").ub(defined), "n111n1nn").u1(counts)
    _skipped(out, "n11n1n11n")
    if text:
        out.chunks(text)
    out.ub(0).ub(times).ubs(*[0] * 11)
    for bind in binds or [Bind(1, 10, 1)] * defined:
        _skipped(out.u1(bind.kind), "111").ub(bind.size)
        _skipped(_skipped(out, "nnnnn").u1(bind.form), "nn")
    return add(out, *rows)


def add(out: Writer, *rows: Sequence[bytes | None]) -> Writer:
    """Add rows of binds."""
    for row in rows:
        out.u1(ROW)
        for value in row:
            out.chunks(value or b"")
    return out
