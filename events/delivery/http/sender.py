"""Make one request and read its answer, within hard limits of time and size."""

import asyncio
import socket
from contextvars import ContextVar
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from connectors.base.causes import ProxyDown
from core import loop
from core.http import arrived, open_session, read_into, through
from core.per_process import PerProcess
from core.proxy import Proxy, proxy_of
from core.settings.deliveries import DeliverySettings
from events.delivery.address import Judge, wire_url
from events.delivery.http.behind import Targets
from events.delivery.http.exchange import READ_LIMIT, Answer, Request
from events.delivery.http.names import OWNER, Names, Resolver

SUCCESS_BODY_SECONDS = 1.0
# A connection is dialled in the task of the request it is made for; a reused one was noted before.
_dialled: ContextVar[list[str]] = ContextVar("dialled")


class JudgingResolver(AbstractResolver):
    """A resolver that refuses a name as soon as one of its addresses is denied."""

    def __init__(self, inner: AbstractResolver, judge: Judge) -> None:
        self._inner, self._judge = inner, judge

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve, then judge every address."""
        found = await self._inner.resolve(host, port, family)
        for result in found:
            self._judge.address(result["host"], port)
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


class Sender:
    """A process's connections to destinations, all made through the judge."""

    def __init__(self, settings: DeliverySettings) -> None:
        self.judge = Judge.of(settings)
        self._limits = aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._addresses: dict[tuple[str | None, int | None], str] = {}
        self._proxy, self._targets = proxy_of("entregas"), Targets(self.judge)
        self._names = Names()
        self._tunnels: aiohttp.ClientSession | None = None

    async def post(self, request: Request, timeout: float, owner: int | None = None) -> Answer:
        """Send for a user and return the answer; the whole attempt ends within `timeout` seconds.

        Raises what `faults.of_exception` knows; a fault after the headers of a success is part of the answer instead.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        url = _wire(request.url)
        self.judge.scheme(url.scheme)
        OWNER.set(owner)
        if self._proxy is not None and self._proxy.takes(url.host or ""):
            return await self._post_through(self._proxy, url, request, deadline)
        dialled: list[str] = []
        _dialled.set(dialled)
        async with asyncio.timeout_at(deadline):
            response = await self._open().post(
                url, data=request.body, headers=request.headers, allow_redirects=False, timeout=self._limits
            )
        async with response:
            body, fault = await self._read(response, deadline, patient=request.body_proves)
        if dialled:
            self._addresses[url.host, url.port] = dialled[-1]
        address = self._addresses.get((url.host, url.port))
        return Answer(response.status, response.headers.get("Retry-After"), body, fault, address)

    async def _post_through(self, proxy: Proxy, url: URL, request: Request, deadline: float) -> Answer:
        """Send through a proxy, which alone is dialled; what it is asked to dial is judged as far as it is known."""
        host, port = url.host or "", url.port or 0
        try:
            async with asyncio.timeout_at(deadline):
                if not self._targets.known(host, port):
                    await self._names.look_up(host, partial(self._targets.check, host, port))
                response = await self._open_tunnels().post(
                    url,
                    data=request.body,
                    headers=request.headers,
                    allow_redirects=False,
                    timeout=self._limits,
                    **through(proxy),
                )
        except aiohttp.ConnectionTimeoutError:
            raise ProxyDown from None
        async with response:
            body, fault = await self._read(response, deadline, patient=request.body_proves)
        return Answer(response.status, response.headers.get("Retry-After"), body, fault, "proxy")

    def _open_tunnels(self) -> aiohttp.ClientSession:
        """Return the session that dials the proxy and nothing else."""
        if self._tunnels is None or self._tunnels.closed:
            self._tunnels = open_session(aiohttp.TCPConnector(limit=0))
        return self._tunnels

    async def _read(
        self, response: aiohttp.ClientResponse, deadline: float, *, patient: bool
    ) -> tuple[bytes, Exception | None]:
        """Read what is worth keeping; once the headers of a success are here, a bad or slow body undoes nothing."""
        if (whole := arrived(response, READ_LIMIT)) is not None:
            return whole, None
        success, body = 200 <= response.status < 300, bytearray()
        if success and not patient:
            deadline = min(deadline, asyncio.get_running_loop().time() + SUCCESS_BODY_SECONDS)
        try:
            async with asyncio.timeout_at(deadline):
                await read_into(body, response, READ_LIMIT)
        except (aiohttp.ClientError, TimeoutError) as fault:
            response.close()
            if not success:
                raise
            return bytes(body), fault
        return bytes(body), None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            resolver = JudgingResolver(Resolver(self._names), self.judge)
            connector = aiohttp.TCPConnector(resolver=resolver, socket_factory=self._socket, limit=0)
            self._session = open_session(connector)
        return self._session

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Judge the address about to be dialled, and note it for the record of the attempt."""
        made = self.judge.socket(info)
        host, port = info[4][:2]
        _dialled.get().append(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        return made

    async def close(self) -> None:
        """Close the connections."""
        for session in (self._session, self._tunnels):
            if session is not None:
                await session.close()


def _wire(typed: str) -> URL:
    try:
        return wire_url(typed)
    except ValueError:
        raise aiohttp.InvalidURL(typed) from None


# Its connections stay open between runs.
_sender = PerProcess(lambda: Sender(DeliverySettings.current()), lambda sender: loop.run(sender.close()))
of_process, close = _sender.get, _sender.close
