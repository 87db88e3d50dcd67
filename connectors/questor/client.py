"""One account of Questor Zen: imports and queries, each one POST under a deadline of its own."""

import json
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Any, Self

from yarl import URL

from connectors.base.asynchronous import AsyncSession
from connectors.base.policy import Policy
from connectors.base.reading import Reply
from connectors.base.teller import Teller
from connectors.questor import faults, query, wire
from connectors.questor.verdict import Verdict, judge
from connectors.questor.wire import Documento
from core.clock import SYSTEM, Clock
from core.errors import Misconfigured
from core.proxy import proxy_of
from core.secrets import Secrets
from core.settings.questor import ContaQuestor

ANSWER_LIMIT = 4 * 1024 * 1024
REASON_HEADER = "msgerro"
# The page of an error says nothing; the true reason may be in a header.
NO_PAGE = 0
SUCCESS = range(200, 201)


class Questor:
    """An open account: `async with Questor("padrao", conta) as questor`. Shows neither token nor path, ever."""

    def __init__(self, nome: str, conta: ContaQuestor, clock: Clock = SYSTEM) -> None:
        self._nome, self._conta = nome, conta
        policy = Policy(
            overall=conta.total_timeout,
            connect=conta.connect_timeout,
            answer_limit=ANSWER_LIMIT,
            error_limit=NO_PAGE,
        )
        self._teller = Teller(f"Questor {nome}", faults.TABLE, Secrets(conta.token.get_secret_value()))
        self._session = AsyncSession(
            policy, self._teller, clock, most=conta.max_concurrency, said=_reason, proxy=proxy_of("questor")
        )
        self._headers = {
            "User-Agent": conta.user_agent,
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
        }
        self._urls: dict[str, URL] = {}

    def __repr__(self) -> str:
        return f"Questor({self._nome!r})"

    async def __aenter__(self) -> Self:
        await self._session.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.__aexit__(kind, fault, trace)

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
        return judge(documentos, self._answer(reply), self._conta.messages)

    async def existe(
        self,
        kind: str,
        chaves: Collection[str],
        clientes: Collection[str] = (),
        before: Callable[[], object] = lambda: None,
    ) -> set[str] | None:
        """Return which keys the office has; None for a kind, or a month, that cannot be queried.

        `clientes` are CNPJs asked for besides the emitter of each key: a purchase belongs to its receiver. `before` is
        called before each page; what it raises ends the query.

        Raises:
            As `importar`; and Unintelligible: an answer that is no list, or pages without end.
        """
        method = query.METHODS.get(kind)
        if method is None or not all(map(query.has_month, chaves)):
            return None

        async def page(search: dict[str, Any]) -> list[str]:
            before()
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
            raise self._teller.of_row(faults.ENDLESS)
        return found

    def _answer(self, reply: Reply) -> wire.Answer | None:
        """Return the answer to an import; None when it cannot be understood.

        Complete JSON counts, even if the connection broke after it.
        """
        try:
            return wire.answer(wire.decode(reply.content), self._teller.secrets.hide)
        except ValueError:
            pass
        if reply.cut:
            raise reply.cut
        return None

    async def _page(self, method: str, search: dict[str, Any]) -> list[str]:
        reply = await self._post(method, json.dumps({"search": search}).encode())
        try:
            keys = wire.listing(wire.decode(reply.content))
        except ValueError:
            keys = None
        if keys is None:
            raise reply.cut or self._teller.of_row(faults.NO_KEYS, status=reply.status)
        return keys

    def _body(self, method: str, documentos: Sequence[Documento]) -> bytes:
        try:
            return wire.body(method, documentos)
        except UnicodeEncodeError:
            fault = self._teller.of_row(faults.NO_TEXT)
        raise fault

    async def _post(self, method: str, body: bytes) -> Reply:
        return await self._session.call("POST", self._url(method), headers=self._headers, body=body, success=SUCCESS)

    def _url(self, method: str) -> URL:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(f"{self._conta.base_url}{self._conta.prefix()}{method}", encoded=True)
        return url


def _reason(reply: Reply) -> str:
    return reply.headers.get(REASON_HEADER, "")
