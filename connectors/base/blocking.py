"""An account's session on `requests`: one call at a time, under the same policy, table and deadline as on aiohttp."""

import contextlib
import http.client
import logging
import socket
import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connectors.base.causes import Cause, behind_proxy, cause_of
from connectors.base.faults import Fault, Overloaded, RateLimited
from connectors.base.policy import Attempts, Policy
from connectors.base.reading import Reply, header_text, inflated, said_in_json
from connectors.base.table import Row
from connectors.base.teller import Teller
from connectors.base.watch import Watch
from core.clock import SYSTEM, Clock
from core.pace import Free, Pace
from core.proxy import Proxy
from core.retry_after import DAY, seconds_asked

SUCCESS = range(200, 300)
HINTS = range(102, 200)
PIECE = 64 * 1024
MOST_FIELDS = 4096
WAIT_SECONDS = 5.0
NO_TURN = Row(Overloaded, "a vez de fazer um pedido com esta chave não chegou a tempo")
Said = Callable[[Reply], object]

# http.client's own limit of 100 fields is no failure of the other side; a line has 64 KiB there already
http.client._MAXHEADERS = max(MOST_FIELDS, http.client._MAXHEADERS)  # type: ignore[attr-defined]
# what urllib3 writes for debugging holds the whole address of each request
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: record.levelno > logging.DEBUG)


class _Exchange:
    """One request under way: whether it left, and the socket that a deadline closes."""

    def __init__(self) -> None:
        self.connected = self.late = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def left(self, used: socket.socket | None) -> None:
        """Note that the request goes out on this socket; when the time is up already, it does not."""
        with self._lock:
            self.connected, self._socket = not self.late, used
            if self.late:
                self._cut()

    def expire(self) -> None:
        """Shut the socket down, so that a blocked read returns."""
        with self._lock:
            self.late = True
            self._cut()

    def over(self) -> None:
        """Let go of the socket; another exchange may use it now."""
        with self._lock:
            self._socket = None

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # not ssl's own, which would take the session away from the thread that reads
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_exchange: ContextVar[_Exchange] = ContextVar("_exchange")


class _Noting:
    """A connection that tells the exchange when its request goes out."""

    sock: socket.socket | None

    def request(self, *given: Any, **more: Any) -> None:
        """Connect if need be, then send."""
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        _exchange.get().left(self.sock)
        super().request(*given, **more)  # type: ignore[misc]


class _Final(http.client.HTTPResponse):
    """An answer whose hints (102, 103) are passed over: http.client does so for 100 only."""

    def _read_status(self) -> tuple[int, int, str]:
        found: tuple[int, int, str] = super()._read_status()  # type: ignore[misc]
        while found[1] in HINTS:
            http.client.parse_headers(self.fp)
            found = super()._read_status()  # type: ignore[misc]
        return found


class _Plain(_Noting, HTTPConnection):
    response_class = _Final


class _Secure(_Noting, HTTPSConnection):
    response_class = _Final


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class NotingAdapter(HTTPAdapter):
    """Transport of a `BlockingSession`; one that carries a client's certificate inherits from this one first.

    `login` is what a proxy is told of who asks.
    """

    login: Mapping[str, str] = MappingProxyType({})

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        """Make the pools of connections that tell what they do."""
        super().init_poolmanager(*given, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Return what a proxy is told."""
        return dict(self.login)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        """Return the manager of the connections through a proxy: they tell what they do as well."""
        manager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = self.poolmanager.pool_classes_by_scheme
        return manager


class BlockingSession:
    """`with BlockingSession(policy, teller) as session`. Before every attempt it waits for its turn at the `pace`."""

    def __init__(
        self,
        policy: Policy,
        teller: Teller,
        clock: Clock = SYSTEM,
        *,
        said: Said = said_in_json,
        adapter: NotingAdapter | None = None,
        ca_file: str | None = None,
        pace: Pace | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self.policy, self.teller, self._pace = policy, teller, pace or Free()
        self._clock, self._said, self._verify = clock, said, ca_file or True
        self._session, self._watch, self._proxy = requests.Session(), Watch(), proxy
        self._session.trust_env = False
        self._session.headers.clear()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = adapter or NotingAdapter(max_retries=0)
        adapter.login = proxy.headers if proxy else {}
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def __repr__(self) -> str:
        return f"BlockingSession({self.teller.name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.close()
        self._session.close()

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        success: Container[int] = SUCCESS,
        harmless: bool = False,
    ) -> Reply:
        """Return an answer whose status is in `success`; every other end of the call is raised as a `Fault`.

        `harmless` allows the policy to repeat what may have been carried out.
        """
        attempts = Attempts(self.policy, harmless=harmless)
        ends = self.policy.deadline(time.monotonic())
        request = requests.Request(method, url, {"Accept-Encoding": "identity", **headers}, data=body)
        while True:
            turn = self._pace.take(ends - time.monotonic())
            # a turn may come as the time ends
            if not turn or (left := ends - time.monotonic()) <= 0:
                raise self.teller.of_row(NO_TURN)
            # raised outside of every handler: a fault has no context that could show an address
            reply = self._attempt(request, success, left)
            if isinstance(reply, Reply):
                return reply
            if isinstance(reply, RateLimited):
                self._pace.told(WAIT_SECONDS if reply.retry_after is None else reply.retry_after)
            pause = attempts.pause(reply)
            if pause is None or time.monotonic() + pause >= ends:
                raise reply
            time.sleep(pause)

    def _attempt(self, request: requests.Request, success: Container[int], seconds: float) -> Reply | Fault:
        exchange = _Exchange()
        try:
            with self._deadline(exchange, seconds), self._sent(request, seconds) as response:
                return self._read(response, success, exchange)
        except Exception as error:
            cause = cause_of(error)
            if self._proxies(request.url):
                cause = behind_proxy(cause)
            if cause is None:
                raise
        return self.teller.of_cause(Cause.TIMEOUT if exchange.late else cause, connected=exchange.connected)

    @contextlib.contextmanager
    def _deadline(self, exchange: _Exchange, seconds: float) -> Iterator[None]:
        """Cut the exchange when its time is up: the read time-out of `requests` counts silence only."""
        token = _exchange.set(exchange)
        try:
            with self._watch.until(time.monotonic() + seconds, exchange.expire):
                yield
        finally:
            exchange.over()
            _exchange.reset(token)

    def _proxies(self, url: str) -> dict[str, str]:
        taken = self._proxy is not None and self._proxy.takes(urlsplit(url).hostname or "")
        return dict.fromkeys(("http", "https"), self._proxy.url) if self._proxy and taken else {}

    def _sent(self, request: requests.Request, seconds: float) -> requests.Response:
        silence = min(seconds, self.policy.read or seconds)
        return self._session.send(
            # the session has no headers, cookies or logins of its own to add
            request.prepare(),
            stream=True,
            allow_redirects=False,
            proxies=self._proxies(request.url),
            verify=self._verify,
            timeout=(min(self.policy.connect, seconds), silence),
        )

    def _read(self, response: requests.Response, success: Container[int], exchange: _Exchange) -> Reply | Fault:
        """Return the answer; a status that has come is not lost with the content behind it."""
        status, good = response.status_code, response.status_code in success
        # http.client reads headers as Latin-1
        headers = {
            name.lower(): header_text(value.encode("latin-1", "replace")) for name, value in response.headers.items()
        }
        limit = self.policy.answer_limit if good else self.policy.error_limit
        content, cause = _content(response, limit, exchange)
        content = inflated(content, headers.get("content-encoding", ""), limit)
        reply = Reply(status, headers, content, cause, self.teller.of_cause(cause) if cause else None)
        if good:
            return reply
        asked = seconds_asked(headers.get("retry-after"), self._clock.now(), DAY)
        return self.teller.of_status(status, self._said(reply), asked)


def _content(response: requests.Response, limit: int, exchange: _Exchange) -> tuple[bytes, Cause | None]:
    """Return the content as far as it came, and why there is no more of it."""
    content = bytearray()
    if not limit:
        return b"", None
    try:
        while piece := response.raw.read1(PIECE, decode_content=False):
            content += piece
            if len(content) > limit:
                return bytes(content[:limit]), Cause.TOO_LONG
    except Exception as error:
        cause = cause_of(error)
        if cause is None:
            raise
        return bytes(content), Cause.TIMEOUT if exchange.late else cause
    return bytes(content), Cause.TIMEOUT if exchange.late else None
