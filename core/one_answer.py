"""What aiohttp hands over of an answer: its headers first, however the rest looks and however TCP splits it.

aiohttp parses a whole segment before it reports the message in it, so a fault after good headers hides them or not,
depending on how TCP split them. Here the head is parsed by itself; a fault behind it costs only the connection.
"""

import re

from aiohttp import ClientPayloadError
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import LineTooLong
from aiohttp.streams import StreamReader

from core.readable import readable

# docs/reference/contracts/webhooks_delivery.md §2: headers of up to 64 KiB; here for one line or field
FIELD_LIMIT = 64 * 1024
HEAD_LIMIT = 4 * FIELD_LIMIT
MOST_FIELDS = 4096
# Who answers before everything is read has so long to read the rest once the connection is let go of.
UNREAD_SECONDS = 5.0
_BLANK_LINE = re.compile(rb"\n\r?\n")
_STATUS_LINE = b"HTTP/"
Told = tuple[RawResponseMessage, StreamReader]


class OneAnswer(ResponseHandler):
    """A connection that expects one answer to each request and nothing between answers."""

    _answered = True
    _reused = False
    _size = 0
    _last = _stray = b""

    def set_response_params(self, **params: object) -> None:
        """Begin with a new request."""
        self._answered, self._size, self._last, self._stray = False, 0, b"", b""
        super().set_response_params(**params)  # type: ignore[arg-type]

    def is_connected(self) -> bool:
        """Tell whether it serves for one more request: nothing came after the last answer, not even the end."""
        return super().is_connected() and not (self._answered and self._whole() and self._something_waits())

    def close(self) -> None:
        """Close the connection; one whose other end does not read what was sent is cut off after a while.

        The event loop would keep the socket, and what is unsent, for as long as it does not.
        """
        transport = self.transport
        unread = transport is not None and transport.get_write_buffer_size() > 0
        super().close()
        if transport is not None and unread:
            self._loop.call_later(UNREAD_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Parse what came: the head to its blank line, then the rest."""
        while data and not self._answered and self._exception is None:
            head, data = self._cut(self._without_stray(data))
            if head:
                super().data_received(head)
        if self._answered and self._whole():
            if data:
                self._drop()
        elif self._answered:
            super().data_received(data)
            self._tell_the_reader()

    def feed_data(self, data: Told, size: int = 0) -> None:
        """Take the head of an answer; a second one answers nothing that was asked."""
        if self._answered:
            self._drop()
            return
        if data[0].code >= 200:
            self._answered = self._reused = True
        super().feed_data(data, size)

    def _cut(self, data: bytes) -> tuple[bytes, bytes]:
        """Divide at the end of the head, also where the blank line began in an earlier segment."""
        seen = self._last + data if self._last else data
        end = _BLANK_LINE.search(seen)
        taken = end.end() - len(self._last) if end else len(data)
        self._size += taken
        if self._size > HEAD_LIMIT:
            self._drop()
            self.set_exception(LineTooLong(data[:100], HEAD_LIMIT))
            return b"", b""
        self._last = b"" if end else seen[-2:]
        return data[:taken], data[taken:]

    def _without_stray(self, data: bytes) -> bytes:
        """Skip bytes that belong after the end of an earlier answer and arrive only while the next one is awaited."""
        if not self._reused or self._size or (not self._stray and data.startswith(_STATUS_LINE)):
            return data
        self._stray += data
        start = self._stray.find(_STATUS_LINE)
        if start >= 0:
            return self._stray[start:]
        self._stray = self._stray[1 - len(_STATUS_LINE) :]
        return b""

    def _whole(self) -> bool:
        return self._payload is None or self._payload.is_eof()

    def _something_waits(self) -> bool:
        """Look for what the event loop has not read yet: after the next request it would pass for its answer."""
        wire = self.transport.get_extra_info("socket") if self.transport is not None else None
        if wire is None:
            return False
        return readable(wire)

    def _drop(self) -> None:
        self.force_close()
        if self.transport is not None:
            self.transport.close()

    def _tell_the_reader(self) -> None:
        """Raise a fault in the body where the body is read; aiohttp would let the reader wait for ever."""
        payload = self._payload
        if self._exception is not None and payload is not None and not payload.is_eof():
            payload.set_exception(ClientPayloadError("o corpo da resposta está quebrado"))
            # a reader just woken by the end of a chunk looks at this only; `core.http.read_into` at the fault as well
            payload.feed_eof()
