"""The beginning of a session: a connection accepted or refused, the protocol agreed on, the user proved."""

import re
import struct
from collections.abc import Mapping
from datetime import UTC, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from sandbox.oracle import replies
from sandbox.oracle.encoding import Writer
from sandbox.oracle.errors import Dropped, OracleError
from sandbox.oracle.logon import Challenge, Pairs
from sandbox.oracle.packets import ACCEPT, REFUSE, SDU, Packets

if TYPE_CHECKING:
    from sandbox.oracle.server import OracleServer

PROTOCOL, DATA_TYPES, LOGON = 1, 2, 3
FIRST_LOGON, SECOND_LOGON = 118, 115
NET_VERSION, BANNER = 318, b"\x01\x06\x00Oracle em miniatura (SQLite)\x00"
CHARSET_UTF8 = 873
VERSION_19_3 = (19 << 24) | (3 << 16)
NO_SERVICE = 12514
GRACE = 28002
_TIME_ZONE = re.compile(r"TIME_ZONE\s*=\s*'([+-]?)(\d+):(\d+)'", re.IGNORECASE)
_SERVICE = re.compile(r"SERVICE_NAME=([^)]*)", re.IGNORECASE)


def greet(packets: Packets, server: "OracleServer") -> None:
    """Accept a connection and agree on the protocol and its types; raise `Dropped` after a refusal."""
    said = _wanted(packets)
    server.connect_strings.append(said)
    refused = server.refuse or _unknown_service(said, server.services)
    if refused:
        if isinstance(refused, int):
            _refuse(packets, refused)
        raise Dropped
    accepted = struct.pack(">HH", NET_VERSION, 0) + bytes(20) + struct.pack(">I", SDU) + bytes(9)
    packets.send(ACCEPT, accepted)
    packets.large = True
    _agree(packets)


def _wanted(packets: Packets) -> str:
    """Return what the client asks to be connected to."""
    content = packets.receive()[1]
    length, offset = struct.unpack(">HH", content[16:20])
    start = offset - 8
    inside = len(content) >= start + length
    return (content[start : start + length] if inside else packets.receive()[1][2:]).decode(errors="replace")


def _unknown_service(said: str, services: tuple[str, ...]) -> int | None:
    service, known = _SERVICE.search(said), {name.upper() for name in services}
    return NO_SERVICE if service and known and service[1].upper() not in known else None


def _refuse(packets: Packets, code: int) -> None:
    stack = f"(ERROR_STACK=(ERROR=(CODE={code})(EMFI=4)))"
    said = f"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR={code}){stack})".encode()
    packets.send(REFUSE, b"\x22\0" + struct.pack(">H", len(said)) + said)


def _agree(packets: Packets) -> None:
    _expect(packets, PROTOCOL)
    packets.skip("11")
    while packets.u1():
        pass
    capabilities, runtime = bytearray(45), bytearray(11)
    capabilities[7], runtime[6] = 12, 0x04
    out = Writer(BANNER)
    out += struct.pack("<HBH", CHARSET_UTF8, 1, 0) + struct.pack(">H", 11) + bytes(9) + b"\x07\xd0"
    packets.send_data(out.chunks(bytes(capabilities)).chunks(bytes(runtime)))
    _expect(packets, DATA_TYPES)
    packets.raw(5)
    packets.chunks()
    packets.chunks()
    while packets.raw(2) != b"\0\0":
        if packets.raw(2) != b"\0\0":
            packets.raw(4)
    packets.send_data(bytes([DATA_TYPES, 0, 0]))


def _expect(packets: Packets, message: int) -> None:
    if packets.u1() != message:
        raise ConnectionError


def log_on(packets: Packets, users: Mapping[str, str], number: int, grace: int | None = None) -> tzinfo:
    """Prove a user and return the zone of its session; raise `Dropped` after the refusal of a wrong one.

    `grace`: its password ends in so many days.
    """
    user = _message(packets)[0].upper()
    challenge = Challenge({name.upper(): word for name, word in users.items()}.get(user))
    packets.send_data(replies.pairs(challenge.asked()))
    answer = _message(packets)[1]
    proof = challenge.proof(answer)
    if proof is None:
        refused = OracleError(1017, "invalid username/password; logon denied")
        packets.send_data(replies.end(Writer(), number=refused.number, text=str(refused)))
        raise Dropped
    told = Writer() if grace is None else replies.warning(GRACE, f"the password will expire within {grace} days")
    packets.send_data(told + replies.pairs(_welcome(proof, number)))
    return _zone(answer.get("AUTH_ALTER_SESSION", ""))


def _zone(said: str) -> tzinfo:
    """Return the zone that a driver gives its session: that of its own process."""
    found = _TIME_ZONE.search(said)
    if found is None:
        return UTC
    sign = -1 if found[1] == "-" else 1
    return timezone(sign * timedelta(hours=int(found[2]), minutes=int(found[3])))


def _welcome(proof: str, number: int) -> Pairs:
    said = {
        "AUTH_SVR_RESPONSE": proof,
        "AUTH_VERSION_NO": str(VERSION_19_3),
        "AUTH_SESSION_ID": str(number),
        "AUTH_SERIAL_NUM": "7",
        "AUTH_SC_SERVICE_NAME": "xepdb1",
        "AUTH_SC_DBUNIQUE_NAME": "XE",
        "AUTH_INSTANCENAME": "XE",
        "AUTH_MAX_OPEN_CURSORS": "300",
        "AUTH_MAX_IDEN_LENGTH": "128",
    }
    return {name: (value, 0) for name, value in said.items()}


def _message(packets: Packets) -> tuple[str, dict[str, str]]:
    """Return the user and what is said of it."""
    message, function = packets.u1(), packets.u1()
    packets.u1()
    if message != LOGON or function not in (FIRST_LOGON, SECOND_LOGON):
        raise ConnectionError
    named = packets.u1()
    packets.skip("nn1")
    count = packets.ub()
    packets.skip("11")
    user = (packets.chunks() or b"").decode() if named else ""
    said = {}
    for _ in range(count):
        name = packets.text().decode()
        said[name] = packets.text().decode(errors="replace")
        packets.ub()
    return user, said
