"""Packets of Oracle Net, the stream of messages within them, and breaks in the middle of both."""

import pytest

from sandbox.oracle.encoding import CHUNK, SHORT, Writer
from sandbox.oracle.errors import OracleError
from sandbox.oracle.packets import BREAK, CONNECT, DATA, END_OF_SESSION, HEADER, MARKER, RESET, SDU, Packets
from tests.sandbox.oracle.wires import ends, raw, say

ROOM = SDU - HEADER - 2


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("content", [b"", b"x", bytes(9000)])
def test_a_packet_is_received_as_it_was_sent(large: bool, content: bytes) -> None:
    with ends(large=large) as (ours, theirs):
        theirs.send(CONNECT, content)
        theirs.send(DATA, b"mais")
        assert [ours.receive(), ours.receive()] == [(CONNECT, content), (DATA, b"mais")]


@pytest.mark.parametrize("sent", [b"", b"\0\0\0\x0a", b"\0\0\0\x0c\x06\0\0\0x"])
def test_an_end_within_a_packet_is_the_end(sent: bytes) -> None:
    with ends() as (ours, theirs):
        theirs._socket.sendall(sent)
        theirs.close()
        with pytest.raises(ConnectionError):
            ours.receive()


@pytest.mark.parametrize(
    ("size", "packets"), [(0, [0]), (1, [1]), (ROOM, [ROOM]), (ROOM + 1, [ROOM, 1]), (3 * ROOM, [ROOM] * 3)]
)
def test_a_message_goes_in_as_many_packets_as_it_needs(size: int, packets: list[int]) -> None:
    with ends() as (ours, theirs):
        say(ours, bytes(size))
        received = [theirs.receive() for _ in packets]
    assert [len(content) - 2 for _, content in received] == packets
    assert {kind for kind, _ in received} == {DATA}


def test_what_is_read_goes_on_in_the_next_packet() -> None:
    with ends() as (ours, theirs):
        for part in (b"a", b"bc", b"", b"defg"):
            raw(theirs, part)
        assert [ours.raw(2), ours.raw(3), ours.raw(1), ours.u1()] == [b"ab", b"cde", b"f", ord("g")]


@pytest.mark.parametrize("value", [0, 1, 255, 256, 2**31, 2**63, -1, -300])
def test_an_integer_is_read_as_it_was_written(value: int) -> None:
    with ends() as (ours, theirs):
        say(theirs, Writer().sb(value).u1(7))
        assert (ours.ub(), ours.u1()) == (value, 7)


@pytest.mark.parametrize("size", [1, SHORT, SHORT + 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_bytes_are_read_whole_however_many_they_are(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    with ends() as (ours, theirs):
        say(theirs, Writer().chunks(content).u1(7))
        assert (ours.chunks(), ours.u1()) == (content, 7)


@pytest.mark.parametrize("count", [0, 255])
def test_nothing_is_null_and_no_empty_text(count: int) -> None:
    with ends() as (ours, theirs):
        say(theirs, Writer().u1(count).u1(7))
        assert (ours.chunks(), ours.u1()) == (None, 7)


def test_texts_are_read_and_what_is_not_needed_is_passed_over() -> None:
    with ends() as (ours, theirs):
        say(theirs, Writer().text("ção").text("").u1(1).ub(70_000).text("fora").u1(7))
        assert (ours.text().decode(), ours.text()) == ("ção", b"")
        ours.skip("1ns")
        assert ours.u1() == 7


def test_a_session_that_says_it_ends_has_ended() -> None:
    with ends() as (ours, theirs):
        theirs.send(DATA, END_OF_SESSION)
        with pytest.raises(ConnectionError):
            ours.u1()


def answered(theirs: Packets) -> list[tuple[int, bytes]]:
    """Return the two markers with which a break is answered."""
    return [theirs.receive(), theirs.receive()]


def test_nobody_gave_up_while_nothing_was_said() -> None:
    with ends() as (ours, _):
        ours.look_for_break()


def test_a_call_that_is_given_up_is_broken_off_and_what_was_under_way_is_dropped() -> None:
    with ends() as (ours, theirs):
        theirs.send(MARKER, BREAK)
        raw(theirs, b"o resto do que se dizia")
        theirs.send(MARKER, RESET)
        with pytest.raises(OracleError, match="ORA-01013"):
            ours.look_for_break()
        assert answered(theirs) == [(MARKER, BREAK), (MARKER, RESET)]
        raw(theirs, b"x")
        assert ours.raw(1) == b"x"


def test_a_break_in_the_place_of_a_message_is_one_too() -> None:
    with ends() as (ours, theirs):
        theirs.send(MARKER, BREAK)
        theirs.send(MARKER, RESET)
        with pytest.raises(OracleError, match="ORA-01013"):
            ours.u1()
        assert answered(theirs) == [(MARKER, BREAK), (MARKER, RESET)]


def test_a_reset_that_came_late_is_answered_and_the_message_is_read() -> None:
    """The answer had gone when the break came that was meant for it."""
    with ends() as (ours, theirs):
        theirs.send(MARKER, RESET)
        raw(theirs, b"x")
        assert ours.u1() == ord("x")
        assert theirs.receive() == (MARKER, RESET)


def test_who_reads_a_connection_that_is_closed_reads_its_end() -> None:
    with ends() as (ours, theirs):
        theirs.close()
        theirs.close()
        with pytest.raises((ConnectionError, OSError)):
            ours.u1()
