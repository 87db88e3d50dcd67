"""The beginning of a session: who is accepted, what is agreed on, which zone a session has."""

import struct
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.oracle import greeting
from sandbox.oracle.encoding import Writer
from sandbox.oracle.errors import Dropped
from sandbox.oracle.greeting import FIRST_LOGON, LOGON, PROTOCOL, SECOND_LOGON
from sandbox.oracle.packets import ACCEPT, CONNECT, DATA, REFUSE, Packets
from tests.sandbox.oracle.wires import ends, say

WANTED = "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=xepdb1)(CID=(PROGRAM=x))))"
HEAD = 8


def listener(refuse: int | str | None = None, *services: str) -> Any:
    return SimpleNamespace(refuse=refuse, services=services or ("XEPDB1",), connect_strings=[])


def wish(end: Packets, text: str, *, apart: bool) -> None:
    """Ask to be connected; a long wish comes in a packet of its own."""
    start = 24
    content = bytes(16) + struct.pack(">HH", len(text), start + HEAD)
    content += bytes(start - len(content))
    end.send(CONNECT, content if apart else content + text.encode())
    if apart:
        end.send(DATA, b"\0\0" + text.encode())


def types(*kinds: int) -> Writer:
    """Return the types that a driver knows, in pairs; the end of a list is a zero."""
    out = Writer().u1(greeting.DATA_TYPES)
    out.extend(bytes(5))
    out.chunks(b"x").chunks(b"y")
    for kind in kinds:
        out.extend(struct.pack(">HHHH", kind, kind, 1, 0))
    out.extend(struct.pack(">HH", 7, 0))
    out.extend(b"\0\0")
    return out


@pytest.mark.parametrize("apart", [False, True])
def test_who_asks_for_a_service_there_is_agrees_on_everything(apart: bool) -> None:
    server = listener()
    with ends(large=False) as (ours, theirs):
        wish(theirs, WANTED, apart=apart)
        theirs.large = True
        say(theirs, Writer().u1(PROTOCOL).u1(6).u1(0) + b"driver\0", types(1, 2, 12))
        greeting.greet(ours, server)
        theirs.large = False
        (kind, _), ours_is_large = theirs.receive(), ours.large
        theirs.large = True
        assert (kind, ours_is_large, theirs.receive()[1][2]) == (ACCEPT, True, PROTOCOL)
        assert theirs.receive()[1][2] == greeting.DATA_TYPES
    assert server.connect_strings == [WANTED]


@pytest.mark.parametrize(
    ("server", "wanted", "code"),
    [
        (listener(12528), WANTED, 12528),
        (listener(None, "OUTRO"), WANTED, 12514),
        (listener(), "(SERVICE_NAME=nada)", 12514),
    ],
)
def test_who_is_refused_is_told_by_a_number(server: Any, wanted: str, code: int) -> None:
    with ends(large=False) as (ours, theirs):
        wish(theirs, wanted, apart=False)
        with pytest.raises(Dropped):
            greeting.greet(ours, server)
        kind, content = theirs.receive()
    assert kind == REFUSE
    assert f"(CODE={code})".encode() in content
    assert struct.unpack(">H", content[2:4]) == (len(content) - 4,)


def test_who_is_dropped_is_told_nothing() -> None:
    with ends(large=False) as (ours, theirs):
        wish(theirs, WANTED, apart=False)
        with pytest.raises(Dropped):
            greeting.greet(ours, listener("drop"))
        ours.close()
        with pytest.raises(ConnectionError):
            theirs.receive()


@pytest.mark.parametrize("first", [0, 3, 99])
def test_who_does_not_begin_with_the_protocol_has_no_session(first: int) -> None:
    with ends() as (ours, theirs):
        say(theirs, Writer().u1(first))
        with pytest.raises(ConnectionError):
            greeting._agree(ours)


@pytest.mark.parametrize(
    ("said", "services", "refused"),
    [
        (WANTED, ("XEPDB1",), None),
        (WANTED, ("OUTRO", "XePdB1"), None),
        (WANTED, ("XEPDB",), 12514),
        (WANTED, (), None),
        ("(CONNECT_DATA=(SID=XE))", ("XEPDB1",), None),
    ],
)
def test_a_service_is_known_in_any_case_and_none_where_none_is_kept(
    said: str, services: tuple[str, ...], refused: int | None
) -> None:
    assert greeting._unknown_service(said, services) == refused


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("ALTER SESSION SET TIME_ZONE='-03:00'\0", -3),
        ("ALTER SESSION SET TIME_ZONE='+05:30'\0", 5.5),
        ("alter session set time_zone = '-03:30'", -3.5),
        ("ALTER SESSION SET TIME_ZONE='0:00'", 0),
        ("ALTER SESSION SET TIME_ZONE='America/Sao_Paulo'", 0),
        ("", 0),
    ],
)
def test_a_session_has_the_zone_of_its_driver_or_none(said: str, hours: float) -> None:
    zone = greeting._zone(said)
    assert zone.utcoffset(datetime(2026, 3, 2, tzinfo=UTC)) == timedelta(hours=hours)


def message(function: int, user: str = "", **said: str) -> Writer:
    out = Writer().u1(LOGON).u1(function).u1(1).u1(bool(user)).ub(len(user)).ub(0).u1(1).ub(len(said)).u1(1).u1(1)
    if user:
        out.chunks(user.encode())
    for name, value in said.items():
        out.text(name).text(value).ub(0)
    return out


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        (message(FIRST_LOGON, "hsm", AUTH_TERMINAL="x"), ("hsm", {"AUTH_TERMINAL": "x"})),
        (message(SECOND_LOGON, "hsm"), ("hsm", {})),
        (message(FIRST_LOGON, AUTH_PROGRAM_NM="python"), ("", {"AUTH_PROGRAM_NM": "python"})),
    ],
)
def test_a_message_of_the_logon_names_its_user_and_what_is_said(
    sent: Writer, heard: tuple[str, dict[str, str]]
) -> None:
    with ends() as (ours, theirs):
        say(theirs, sent)
        assert greeting._message(ours) == heard


@pytest.mark.parametrize("sent", [Writer().u1(LOGON).u1(94).u1(1), Writer().u1(1).u1(FIRST_LOGON).u1(1)])
def test_another_message_in_its_place_ends_the_session(sent: Writer) -> None:
    with ends() as (ours, theirs):
        say(theirs, sent)
        with pytest.raises(ConnectionError):
            greeting._message(ours)
