"""Whether something has come that nobody has read."""

import socket

from core.readable import readable


def test_what_came_and_the_other_sides_end_are_both_seen() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert not readable(here)
        there.send(b"x")
        assert readable(here)
        assert readable(here.fileno())
        here.recv(1)
        assert not readable(here)
        there.close()
        assert readable(here)
