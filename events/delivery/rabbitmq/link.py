"""One connection to a broker: it publishes some messages at a time and returns what the broker said of each.

Blocking; for one thread. It ends by itself nothing that a broker keeps silent about: whoever uses it cuts it (`cut`).
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Sequence

import amqp
from amqp.transport import SSLTransport, TCPTransport

from core import cut_off
from events.delivery.address import Judge
from events.delivery.outcome import DELIVERED
from events.delivery.rabbitmq import outcomes
from events.delivery.rabbitmq.message import Publication
from events.delivery.rabbitmq.options import Exchange
from events.delivery.rabbitmq.outcomes import Settled

HEARTBEAT_SECONDS = 20
# The largest frame that is agreed on; what announces a larger one is not read.
FRAME_LIMIT = 131_072


class _Alarm(Exception):
    """The broker takes nothing from whoever publishes."""


class _Judged:
    """A transport that dials only what was judged, and reads no endless frame."""

    exchange: Exchange
    judge: Judge

    def _connect(self, host: str, port: int, timeout: float) -> None:
        found = socket.getaddrinfo(self.exchange.host, self.exchange.port, type=socket.SOCK_STREAM)
        for *_, place in found:
            self.judge.address(str(place[0]), int(place[1]), int(place[3]) if len(place) > 3 else 0)
        failure: OSError | None = None
        for family, kind, protocol, _, place in found:
            self.sock = socket.socket(family, kind, protocol)
            self.sock.settimeout(timeout)
            try:
                self.sock.connect(place)
            except OSError as error:
                self.sock.close()
                failure = error
            else:
                return
        if isinstance(failure, TimeoutError):
            raise failure
        raise outcomes.NotReached

    def _set_socket_options(self, _: object) -> None:
        """Set what is needed and no more: the library sets again what it reads, which a socket may refuse."""
        for option, value in {socket.TCP_NODELAY: 1, **cut_off.of_sockets()}.items():
            self.sock.setsockopt(socket.IPPROTO_TCP, option, value)

    def _read(self, size: int, *given: object, **more: object) -> bytes:
        if size > FRAME_LIMIT:
            raise amqp.UnexpectedFrame("frame too large")
        found: bytes = super()._read(size, *given, **more)  # type: ignore[misc]
        return found


class _Plain(_Judged, TCPTransport):  # type: ignore[misc]
    pass


class _Secure(_Judged, SSLTransport):  # type: ignore[misc]
    def _wrap_socket(self, sock: socket.socket, **_: object) -> ssl.SSLSocket:
        context = ssl.create_default_context(cadata=self.exchange.ca)
        return context.wrap_socket(sock, server_hostname=self.exchange.host, do_handshake_on_connect=False)

    def _shutdown_transport(self) -> None:
        """Close without waiting for the other side's farewell."""


class _Connection(amqp.Connection):  # type: ignore[misc]
    def __init__(self, exchange: Exchange, judge: Judge, timeout: float) -> None:
        self._to = exchange, judge
        super().__init__(
            "judged:1",
            userid=exchange.user,
            password=exchange.password,
            login_method="PLAIN",
            virtual_host=exchange.vhost,
            connect_timeout=timeout,
            frame_max=FRAME_LIMIT,
            heartbeat=HEARTBEAT_SECONDS,
            on_blocked=self._alarm,
            client_properties={"product": "Esteira", "connection_name": "esteira"},
        )

    def Transport(  # noqa: N802 - the library's name
        self, host: str, connect_timeout: float, *_: object, **__: object
    ) -> object:
        made = (_Secure if self._to[0].tls else _Plain)(host, connect_timeout=connect_timeout)
        made.exchange, made.judge = self._to
        return made

    @staticmethod
    def _alarm(_: str) -> None:
        raise _Alarm


def _left(ends: float) -> float:
    """Return the seconds that are left; raise `TimeoutError` where there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class Link:
    """A connection with one channel on which everything is confirmed; it opens when it is needed."""

    def __init__(self, exchange: Exchange, judge: Judge, timeout: float) -> None:
        self._exchange, self._judge, self._timeout = exchange, judge, timeout
        self._connection: _Connection | None = None
        self._channel: amqp.Channel | None = None
        # by place in what is published: messages of two destinations may have the same number
        self._many: Sequence[Publication] = ()
        self._waiting: dict[int, int] = {}
        self._settled: dict[int, Settled] = {}
        self._sent, self._late = 0, False

    @property
    def open(self) -> bool:
        """Tell whether there is a connection."""
        return self._connection is not None

    def publish(self, many: Sequence[Publication]) -> list[Settled]:
        """Publish some messages; return what became of each, in their order. It never raises."""
        self._many, self._settled, self._late = many, {}, False
        opening, ends = True, max(one.ends for one in many)
        try:
            self._ready()
            opening = False
            for place, one in enumerate(many):
                self._send(place, one, _left(ends))
            while self._waiting:
                self._connection.drain_events(timeout=_left(ends))  # type: ignore[union-attr]
        except _Alarm:
            fault = Settled(outcomes.ALARM)
        except Exception as error:  # noqa: BLE001 - a library that reads what a stranger wrote may raise anything
            fault = outcomes.of_fault(TimeoutError() if self._late else error, opening=opening)
        else:
            return [self._settled[place] for place in range(len(many))]
        self.close()
        return [self._settled.get(place, fault) for place in range(len(many))]

    def tick(self) -> None:
        """Say that we are here, and hear whether the broker is; a connection that has gone is closed."""
        try:
            self._hear()
            self._connection.heartbeat_tick()  # type: ignore[union-attr]
        except Exception:  # noqa: BLE001 - nothing is under way: the next message opens another one
            self.close()

    def cut(self) -> None:
        """End what is under way, from another thread: its time is up."""
        self._late = True
        connection = self._connection
        transport = connection._transport if connection is not None else None
        if transport is not None and transport.sock is not None:
            with contextlib.suppress(OSError):
                # not ssl's own, which would take the session away from the thread that reads
                socket.socket.shutdown(transport.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection without a farewell that could take long."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            connection.collect()

    def _ready(self) -> None:
        if self._connection is not None:
            try:
                self._hear()
            except _Alarm:
                raise
            except Exception:  # noqa: BLE001 - it went while nothing was under way; nothing was sent on it
                self.close()
        if self._connection is None:
            self._open()

    def _open(self) -> None:
        self._exchange.judge(self._judge)
        self._connection = _Connection(self._exchange, self._exchange.judge(self._judge), self._timeout)
        self._connection.connect()
        self._channel = channel = self._connection.channel()
        channel.confirm_select()
        self._waiting, self._sent = {}, 0
        channel.events["basic_ack"].add(self._acked)
        channel.events["basic_nack"].add(self._nacked)
        channel.events["basic_return"].add(self._returned)

    def _hear(self) -> None:
        """Read what has come meanwhile: a farewell, an alarm, a heartbeat."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._connection.drain_events(timeout=0)  # type: ignore[union-attr]

    def _send(self, place: int, one: Publication, seconds: float) -> None:
        self._sent += 1
        self._waiting[self._sent] = place
        self._channel.basic_publish(  # type: ignore[union-attr]
            one.message, self._exchange.name, one.key, mandatory=True, timeout=seconds
        )

    def _acked(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple, Settled(DELIVERED))

    def _nacked(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple, Settled(outcomes.NACKED))

    def _settle(self, tag: int, multiple: bool, settled: Settled) -> None:
        tags = [one for one in self._waiting if one <= tag] if multiple else [tag]
        for one in tags:
            if (place := self._waiting.pop(one, None)) is not None:
                # a message that was returned is acknowledged too
                self._settled.setdefault(place, settled)

    def _returned(self, fault: amqp.AMQPError, _exchange: str, key: str, message: amqp.Message) -> None:
        number = str(message.properties.get("message_id"))
        for place in self._waiting.values():
            if (self._many[place].number, self._many[place].key) == (number, key):
                self._settled[place] = Settled(outcomes.UNROUTABLE, int(fault.reply_code or 0))
