"""An account's session on aiohttp: many calls at a time on one event loop, each under a deadline of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from connectors.base.causes import Cause, behind_proxy, cause_of
from connectors.base.faults import Fault
from connectors.base.policy import Attempts, Policy
from connectors.base.reading import Reply, header_text, inflated, said_in_json
from connectors.base.teller import Teller
from core.clock import SYSTEM, Clock
from core.http import open_session, read_into, through
from core.proxy import Proxy
from core.retry_after import DAY, seconds_asked

SUCCESS = range(200, 300)
Receive = Callable[[aiohttp.ClientResponse], Awaitable[None]]
Said = Callable[[Reply], object]


@dataclass(slots=True)
class _Call:
    method: str
    url: URL | str
    headers: Mapping[str, str]
    body: bytes | None
    success: Container[int]
    receive: Receive | None
    deadline: float


@dataclass(slots=True)
class _Progress:
    """Whether a request got a connection: before that nothing can have been stored."""

    connected: bool = False


_progress: ContextVar[_Progress] = ContextVar("progress")


class _Connector(aiohttp.TCPConnector):
    """Notes the progress of the request it connects; tracing would, at many times the cost."""

    async def connect(self, req: aiohttp.ClientRequest, *more: Any, **options: Any) -> Any:
        """Return a connection."""
        connection = await super().connect(req, *more, **options)
        _progress.get().connected = True
        return connection


class AsyncSession:
    """`async with AsyncSession(policy, teller) as session`; `most` requests at a time, 0 for any number."""

    def __init__(
        self,
        policy: Policy,
        teller: Teller,
        clock: Clock = SYSTEM,
        *,
        most: int = 100,
        said: Said = said_in_json,
        proxy: Proxy | None = None,
    ) -> None:
        self.policy, self.teller = policy, teller
        self._clock, self._most, self._said, self._proxy = clock, most, said, proxy
        self._session: aiohttp.ClientSession
        self._limits = aiohttp.ClientTimeout(total=None, sock_connect=policy.connect, sock_read=policy.read)

    def __repr__(self) -> str:
        return f"AsyncSession({self.teller.name!r})"

    async def __aenter__(self) -> Self:
        self._session = open_session(_Connector(limit=self._most))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def call(
        self,
        method: str,
        url: URL | str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        success: Container[int] = SUCCESS,
        harmless: bool = False,
        receive: Receive | None = None,
    ) -> Reply:
        """Return an answer whose status is in `success`; every other end of the call is raised as a `Fault`.

        `harmless` allows the policy to repeat what may have been carried out. `receive` takes the content of a success
        as it arrives; what it raises ends the call.
        """
        attempts = Attempts(self.policy, harmless=harmless)
        deadline = self.policy.deadline(asyncio.get_running_loop().time())
        call = _Call(method, url, {"Accept-Encoding": "identity", **headers}, body, success, receive, deadline)
        while True:
            # raised outside of every handler: a fault has no context that could show an address
            reply = await self._attempt(call)
            if isinstance(reply, Reply):
                return reply
            pause = attempts.pause(reply)
            if pause is None or asyncio.get_running_loop().time() + pause >= deadline:
                raise reply
            await asyncio.sleep(pause)

    async def _attempt(self, call: _Call) -> Reply | Fault:
        progress = _Progress()
        _progress.set(progress)
        try:
            async with asyncio.timeout_at(call.deadline):
                response = await self._request(call)
            async with response:
                return await self._read(response, call)
        except Exception as error:
            cause = cause_of(error)
            if self._proxy_for(call.url):
                cause = behind_proxy(cause)
            if cause is None:
                raise
        return self.teller.of_cause(cause, connected=progress.connected)

    def _proxy_for(self, url: URL | str) -> Proxy | None:
        return self._proxy if self._proxy and self._proxy.takes(URL(url).host or "") else None

    async def _request(self, call: _Call) -> aiohttp.ClientResponse:
        return await self._session.request(
            call.method,
            call.url,
            data=call.body,
            headers=call.headers,
            allow_redirects=False,
            timeout=self._limits,
            **through(self._proxy_for(call.url)),
        )

    async def _read(self, response: aiohttp.ClientResponse, call: _Call) -> Reply | Fault:
        """Return the answer; a status that has come is not lost with the content behind it."""
        status, good = response.status, response.status in call.success
        headers = {name.decode("latin-1").lower(): header_text(value) for name, value in response.raw_headers}
        if good and call.receive is not None:
            async with asyncio.timeout_at(call.deadline):
                await call.receive(response)
            return Reply(status, headers)
        limit = self.policy.answer_limit if good else self.policy.error_limit
        content, cause = await _content(response, limit, call.deadline)
        content = inflated(content, headers.get("content-encoding", ""), limit)
        reply = Reply(status, headers, content, cause, self.teller.of_cause(cause) if cause else None)
        if good:
            return reply
        asked = seconds_asked(headers.get("retry-after"), self._clock.now(), DAY)
        return self.teller.of_status(status, self._said(reply), asked)


async def _content(response: aiohttp.ClientResponse, limit: int, deadline: float) -> tuple[bytes, Cause | None]:
    """Return the content as far as it came, and why there is no more of it."""
    content = bytearray()
    if not limit:
        return b"", None
    # what came with its head is not waited for
    ends = None if response.content.is_eof() else deadline
    try:
        async with asyncio.timeout_at(ends):
            whole = await read_into(content, response, limit)
    except Exception as error:
        cause = cause_of(error)
        if cause is None:
            raise
        response.close()
        return bytes(content), cause
    return bytes(content), None if whole else Cause.TOO_LONG
