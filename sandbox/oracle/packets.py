"""Packets of Oracle Net on a socket, and the stream of the messages within them."""

import contextlib
import select
import socket
import struct

from sandbox.oracle.encoding import CHUNKED, NEGATIVE
from sandbox.oracle.errors import cancelled

CONNECT, ACCEPT, REFUSE, DATA, MARKER = 1, 2, 4, 6, 12
HEADER, SDU = 8, 8192
END_OF_SESSION = b"\x00\x40"
BREAK, RESET = b"\x01\x00\x01", b"\x01\x00\x02"
RESET_KIND = 2


class Packets:
    """One client's connection. Before ACCEPT a length has two bytes, afterwards four (`large`)."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer, self._place = b"", 0
        self.large = False

    def receive(self) -> tuple[int, bytes]:
        """Return the kind and the content of the next packet; raise ConnectionError at the end."""
        header = self._exactly(HEADER)
        form, end = (">I", 4) if self.large else (">H", 2)
        (length,) = struct.unpack(form, header[:end])
        return header[4], self._exactly(length - HEADER)

    def send(self, kind: int, content: bytes | bytearray) -> None:
        """Send one packet."""
        length = len(content) + HEADER
        header = struct.pack(">I", length) if self.large else struct.pack(">HH", length, 0)
        self._socket.sendall(header + bytes([kind, 0, 0, 0]) + content)

    def send_data(self, content: bytes | bytearray) -> None:
        """Send a message in as many packets as it needs."""
        room = SDU - HEADER - 2
        for start in range(0, len(content) or 1, room):
            self.send(DATA, b"\0\0" + content[start : start + room])

    def close(self) -> None:
        """Close the connection and wake its readers."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def look_for_break(self) -> None:
        """Raise ORA-01013 when the client gave up what it waits for."""
        if not select.select([self._socket], [], [], 0)[0]:
            return
        kind, _ = self.receive()
        if kind == MARKER:
            self._reset()
            raise cancelled()

    def _reset(self) -> None:
        """Answer a break: both sides drop what they were saying."""
        self.send(MARKER, BREAK)
        while True:
            kind, content = self.receive()
            if kind == MARKER and content[2] == RESET_KIND:
                break
        self.send(MARKER, RESET)

    def _exactly(self, count: int) -> bytes:
        received = bytearray()
        while len(received) < count:
            part = self._socket.recv(count - len(received))
            if not part:
                raise ConnectionError
            received += part
        return bytes(received)

    # The stream

    def raw(self, count: int) -> bytes:
        """Return so many bytes."""
        while len(self._buffer) - self._place < count:
            self._more()
        self._place += count
        return self._buffer[self._place - count : self._place]

    def u1(self) -> int:
        """Return one byte."""
        return self.raw(1)[0]

    def skip(self, form: str) -> None:
        """Pass over what is not needed: `1` a byte, `n` an integer, `s` a text."""
        for part in form:
            {"1": self.u1, "n": self.ub, "s": self.text}[part]()

    def ub(self) -> int:
        """Return an integer."""
        count = self.u1()
        value = int.from_bytes(self.raw(count & ~NEGATIVE), "big")
        return -value if count & NEGATIVE else value

    def chunks(self) -> bytes | None:
        """Return bytes; None for NULL."""
        count = self.u1()
        if count in (0, 255):
            return None
        if count != CHUNKED:
            return self.raw(count)
        parts = bytearray()
        while length := self.ub():
            parts += self.raw(length)
        return bytes(parts)

    def text(self) -> bytes:
        """Return the bytes of a text."""
        return (self.chunks() or b"") if self.ub() else b""

    def _more(self) -> None:
        while True:
            kind, content = self.receive()
            if kind == DATA:
                if content[:2] == END_OF_SESSION:
                    raise ConnectionError
                self._buffer, self._place = self._buffer[self._place :] + content[2:], 0
                return
            if kind == MARKER:
                # a break that came after the answer it was meant for
                if content[2] == RESET_KIND:
                    self.send(MARKER, RESET)
                else:
                    self._reset()
                    raise cancelled()
