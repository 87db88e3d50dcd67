"""One account of Questor Zen: imports and queries, each one POST under a deadline of its own."""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from connectors.questor import query, wire
from connectors.questor.faults import EXPECTED, Fault, Refused, Row, Unintelligible, build, of_exception, of_status
from connectors.questor.verdict import Verdict, judge
from connectors.questor.wire import Documento, readable
from core.clock import SYSTEM, Clock
from core.errors import Misconfigured
from core.http import open_session, read_capped
from core.retry_after import DAY, seconds_asked
from core.settings.questor import ContaQuestor

ANSWER_LIMIT = 4 * 1024 * 1024
REASON_HEADER = "MsgErro"
OK = 200
NO_KEYS = Row(Unintelligible, "a consulta não trouxe uma lista de documentos")
ENDLESS = Row(Unintelligible, "as páginas da consulta não terminam")
NO_TEXT = Row(Refused, "o texto de um documento não é Unicode válido; nada foi enviado")


@dataclass(frozen=True)
class _Reply:
    status: int
    reason: str
    retry_after: str | None
    content: bytes


class Questor:
    """An open account: `async with Questor("padrao", conta) as questor`. Shows neither token nor path, ever."""

    def __init__(self, nome: str, conta: ContaQuestor, clock: Clock = SYSTEM) -> None:
        self._nome, self._conta, self._clock = nome, conta, clock
        self._session: aiohttp.ClientSession
        self._limits = aiohttp.ClientTimeout(total=None, sock_connect=conta.connect_timeout)
        self._headers = {
            "User-Agent": conta.user_agent,
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        self._urls: dict[str, URL] = {}

    def __repr__(self) -> str:
        return f"Questor({self._nome!r})"

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=self._conta.max_concurrency)
        self._session = open_session(connector, trace=_tracing())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def importar(self, kind: str, documentos: Sequence[Documento]) -> list[Verdict]:
        """Send documents of one kind in one request; return their verdicts in the same order.

        Raises:
            Overloaded, Unreachable: again later. UnknownOutcome: again after asking `existe`. TooLarge: in halves.
            Refused: the request as such. Misconfigured: no method for this kind, or the account is not let in.
        """
        method = self._conta.methods.get(kind)
        if not method:
            raise Misconfigured(f"Questor {self._nome}: o tipo {kind} não tem método de envio (questor.methods).")
        reply = await self._post(method, self._body(method, documentos))
        try:
            answer = wire.answer(wire.decode(reply.content), self._conta.hide)
        except ValueError:
            answer = None
        return judge(documentos, answer, self._conta.messages)

    async def existe(self, kind: str, chaves: Collection[str], clientes: Collection[str] = ()) -> set[str] | None:
        """Return which keys the office has; None for a kind that cannot be queried.

        `clientes` are CNPJs asked for besides the emitter of each key: a purchase belongs to its receiver.

        Raises:
            As `importar`; and Unintelligible: an answer that is no list, or pages without end.
        """
        method = query.METHODS.get(kind)
        if method is None:
            return None

        async def page(search: dict[str, Any]) -> list[str]:
            return await self._page(method, search)

        found: set[str] = set()
        endless = False
        for wanted, clients, aamm in query.months(chaves, clientes):
            try:
                found |= await query.found_among(wanted, clients, aamm, page)
            except query.Endless:
                endless = True
                break
        if endless:
            raise self._fault(ENDLESS)
        return found

    async def _page(self, method: str, search: dict[str, Any]) -> list[str]:
        reply = await self._post(method, json.dumps({"search": search}).encode())
        try:
            keys = wire.listing(wire.decode(reply.content))
        except ValueError:
            keys = None
        if keys is None:
            raise self._fault(NO_KEYS, status=reply.status)
        return keys

    def _body(self, method: str, documentos: Sequence[Documento]) -> bytes:
        try:
            return wire.body(method, documentos)
        except UnicodeEncodeError:
            fault = self._fault(NO_TEXT)
        raise fault

    async def _post(self, method: str, body: bytes) -> _Reply:
        """Return an answer with status 200; anything else is raised, outside of the handler: no context to show."""
        reply = await self._attempt(method, body)
        if isinstance(reply, Fault):
            raise reply
        if reply.status != OK:
            raise self._of_status(reply)
        return reply

    async def _attempt(self, method: str, body: bytes) -> _Reply | Fault:
        progress = SimpleNamespace(connected=False)
        try:
            async with asyncio.timeout(self._conta.total_timeout):
                return await self._exchange(method, body, progress)
        except EXPECTED as error:
            return self._fault(of_exception(error, connected=progress.connected))

    async def _exchange(self, method: str, body: bytes, progress: SimpleNamespace) -> _Reply:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(f"{self._conta.base_url}{self._conta.prefix()}{method}", encoded=True)
        async with self._session.post(
            url,
            data=body,
            headers=self._headers,
            allow_redirects=False,
            timeout=self._limits,
            trace_request_ctx=progress,
        ) as response:
            reason = response.headers.get(REASON_HEADER, "")
            # the page of an error says nothing, and must not cost the status that came before it
            content = await read_capped(response, ANSWER_LIMIT) if response.status == OK else b""
            return _Reply(response.status, reason, response.headers.get("Retry-After"), content)

    def _of_status(self, reply: _Reply) -> Fault:
        raw = reply.reason.encode("utf-8", "surrogateescape")
        mensagem = readable(raw.decode("utf-8", "replace"), self._conta.hide) or None
        asked = seconds_asked(reply.retry_after, self._clock.now(), DAY)
        return self._fault(of_status(reply.status), status=reply.status, mensagem=mensagem, retry_after=asked)

    def _fault(self, row: Row, **more: Any) -> Fault:
        return build(row, self._nome, **more)


def _tracing() -> aiohttp.TraceConfig:
    """Return what notes that a request got a connection: before that nothing can have been stored."""

    async def connected(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.connected = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(connected)
    trace.on_connection_reuseconn.append(connected)
    return trace
