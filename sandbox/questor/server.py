"""The server: strict about routes, headers and fields; believes a document only when it can read it."""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.questor.documentos import Documento, XmlInvalido, ler
from sandbox.questor.formas import JA_IMPORTADO, resposta
from sandbox.questor.pedidos import DOCUMENTOS, EVENTOS, Pedido, consulta, itens
from sandbox.server import SandboxServer, unknown_headers

KEPT = 20_000
CONSULTAS = {
    "obternfeporfiltro": "nfe",
    "obternfceporfiltro": "nfce",
    "obtercteporfiltro": "cte",
    "obtercteosporfiltro": "cteos",
    "obtercfeporfiltro": "cfe",
}


@dataclass
class Limites:
    """What the server bears; all may be changed while it runs. None or 0: no limit.

    `capacidade` is documents a second, the surplus waits its turn; `por_segundo` is requests a second, the surplus
    gets 429 with Retry-After; `rajada` is how many of them may come at once, a second's worth without it; `take` is
    the longest page of a query.
    """

    em_voo: int | None = None
    por_segundo: int | None = None
    rajada: int | None = None
    capacidade: float | None = None
    latencia: float = 0.0
    bytes: int | None = None
    itens: int | None = None
    take: int | None = None
    venenos: set[str] = field(default_factory=set)
    user_agents: tuple[str, ...] = ()


class QuestorServer(SandboxServer):
    """An office's server with one token. Faults: key = the method, or none for all.

    Faults come after a request was read and counted, before anything is stored. `formas` twists the answers
    (`sandbox.questor.formas`); `recusas` refuses documents by identity; `clientes` are the CNPJs registered, whose
    documents are listed under them, None for any emitter. `reenviados` counts what was sent again though it was stored
    already.
    """

    max_body = 64 * 1024 * 1024

    def __init__(self, token: str, clock: Clock = SYSTEM) -> None:
        super().__init__(clock)
        self._token = token
        self.limites = Limites()
        self.formas: frozenset[str] = frozenset()
        self.recusas: dict[str, str] = {}
        self.clientes: set[str] | None = None
        self.guardados: dict[str, Documento] = {}
        self.posts: Counter[str] = Counter()
        self.reenviados: Counter[str] = Counter()
        self.pedidos: Counter[str] = Counter()
        self.refused: deque[str] = deque(maxlen=KEPT)
        self.em_voo = self.max_em_voo = 0
        self._livre_em = 0.0
        self._chegadas: deque[float] = deque()
        self._balde: tuple[float, float] | None = None

    def estado(self) -> dict[str, Any]:
        """Return what was received and stored."""
        return {
            "guardados": len(self.guardados),
            "pedidos": sum(self.pedidos.values()),
            "repetidos": sum(self.repetidos.values()),
            "recusadas": len(self.refused),
            "max_em_voo": self.max_em_voo,
        }

    @property
    def repetidos(self) -> dict[str, int]:
        """The identities posted more than once, and how often beyond the first."""
        return {name: n - 1 for name, n in list(self.posts.items()) if n > 1}

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Every path comes to one door: the token in it is judged like the method."""
        yield web.route("*", "/{tail:.*}", self._door)

    async def _door(self, request: web.Request) -> web.StreamResponse:
        if refused := self._outside(request):
            return refused
        with self._under_way() as others:
            body = await request.read()
            if refused := self._proxy(request, body, others):
                return refused
            return await self._application(request, unquote(request.raw_path.rpartition("/")[2]), body)

    def _outside(self, request: web.Request) -> web.Response | None:
        """The address itself: filter on the program's name, route, token, verb, headers."""
        parts = [unquote(part) for part in request.raw_path.split("/")]
        agent = request.headers.get("User-Agent", "")
        if not agent or any(name in agent for name in self.limites.user_agents):
            return self._refuse(403, "")
        if len(parts) != 5 or parts[:3] != ["", "api", "v1"] or parts[4] not in (*DOCUMENTOS, *EVENTOS, *CONSULTAS):
            return self._refuse(404, "")
        if parts[3] != self._token:
            return self._refuse(403, "Token inválido ou bloqueado.")
        if request.method != "POST":
            return self._refuse(405, "")
        if extra := unknown_headers(request):
            return self._refuse(400, f"Cabeçalho desconhecido: {', '.join(extra)}")
        return None

    def _proxy(self, request: web.Request, body: bytes, others: int) -> web.Response | None:
        limits = self.limites
        if limits.bytes and len(body) > limits.bytes:
            return self._refuse(413, "")
        if limits.em_voo and others >= limits.em_voo:
            return self._refuse(503, "")
        if limits.por_segundo and self._too_many(limits.por_segundo, limits.rajada):
            return self._refuse(429, "", {"Retry-After": "1"})
        return None

    def _too_many(self, allowed: int, burst: int | None) -> bool:
        now = time.monotonic()
        if burst is not None:
            return self._bucket_is_empty(now, allowed, burst)
        while self._chegadas and self._chegadas[0] <= now - 1:
            self._chegadas.popleft()
        if len(self._chegadas) >= allowed:
            return True
        self._chegadas.append(now)
        return False

    def _bucket_is_empty(self, now: float, allowed: int, burst: int) -> bool:
        since, tokens = self._balde or (now, float(burst))
        tokens = min(tokens + (now - since) * allowed, float(burst))
        self._balde = now, max(tokens - 1, 0.0) if tokens >= 1 else tokens
        return tokens < 1

    async def _application(self, request: web.Request, method: str, body: bytes) -> web.StreamResponse:
        self.pedidos[method] += 1
        try:
            read = consulta(body) if method in CONSULTAS else itens(request.content_type, method, body)
        except ValueError as mistake:
            return self._refuse(400, str(mistake))

        async def healthy() -> web.StreamResponse:
            if isinstance(read, dict):
                return self._listed(CONSULTAS[method], read)
            return await self._imported(method, read)

        if not isinstance(read, dict):
            self._count(read)
        return await self.faults.answer(request, healthy, method)

    def _count(self, pedidos: Sequence[Pedido]) -> None:
        for pedido in pedidos:
            found = _lido(pedido.xml)
            if isinstance(found, Documento):
                self.posts[found.identidade] += 1
        self.changed()

    async def _imported(self, method: str, pedidos: Sequence[Pedido]) -> web.Response:
        lidos = [_lido(pedido.xml) for pedido in pedidos]
        poisoned = any(isinstance(one, Documento) and one.identidade in self.limites.venenos for one in lidos)
        if poisoned or (self.limites.itens and len(pedidos) > self.limites.itens):
            return self._refuse(500, "")
        await self._work(len(pedidos))
        verdicts = [self._judge(method, one) for one in lidos]
        self.changed()
        return _json(resposta(method, verdicts, self.formas, detailed=all(pedido.format for pedido in pedidos)))

    async def _work(self, amount: int) -> None:
        wait, now = self.limites.latencia, time.monotonic()
        if self.limites.capacidade:
            self._livre_em = max(self._livre_em, now) + amount / self.limites.capacidade
            wait += self._livre_em - now
        if wait:
            await asyncio.sleep(wait)

    def _judge(self, method: str, lido: Documento | str) -> tuple[Documento | None, bool, str]:
        """Store one document, or say why not."""
        if isinstance(lido, str):
            return None, False, lido
        if lido.tipo not in (DOCUMENTOS | EVENTOS)[method]:
            return lido, False, "Layout do XML não é deste método."
        if lido.identidade in self.recusas:
            return lido, False, self.recusas[lido.identidade]
        if not self._donos(lido):
            return lido, False, f"Cliente {lido.cnpj} não cadastrado."
        if lido.identidade in self.guardados:
            self.reenviados[lido.identidade] += 1
            return lido, False, JA_IMPORTADO
        self.guardados[lido.identidade] = lido
        return lido, True, "Importado com sucesso."

    def _donos(self, one: Documento) -> set[str]:
        return {one.cnpj} if self.clientes is None else one.partes & self.clientes

    def _listed(self, tipo: str, search: dict[str, Any]) -> web.Response:
        found = [
            one
            for one in self.guardados.values()
            if one.tipo == tipo and self._donos(one) & set(search["Client"]) and _in_period(one, search)
        ]
        take = min(search["Take"], self.limites.take or search["Take"])
        page = [{"Key": one.chave, "CnpjClient": one.cnpj, "Type": 1} for one in found[search["Skip"] :][:take]]
        # the real counts were wrong too
        return _json(page if "lista" in self.formas else {"data": page, "metaData": {"Total": len(page)}})

    @contextmanager
    def _under_way(self) -> Iterator[int]:
        before = self.em_voo
        self.em_voo += 1
        self.max_em_voo = max(self.max_em_voo, self.em_voo)
        try:
            yield before
        finally:
            self.em_voo -= 1

    def _refuse(self, status: int, reason: str, headers: dict[str, str] | None = None) -> web.Response:
        self.refused.append(f"{status} {reason}".strip())
        said = {"MsgErro": reason} if reason else {}
        return web.Response(
            status=status, text=pagina_de_erro(status), content_type="text/html", headers={**(headers or {}), **said}
        )


def pagina_de_erro(status: int) -> str:
    """Return the page that comes with every error and says nothing."""
    return f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>Erro no servidor</h1></body></html>"


def _lido(xml: str) -> Documento | str:
    try:
        return ler(xml)
    except XmlInvalido as reason:
        return str(reason)


def _in_period(one: Documento, search: dict[str, Any]) -> bool:
    month = (f"20{one.aamm[:2]}", one.aamm[2:])
    begin, end = (tuple(reversed(search[name].split("/"))) for name in ("DateEmissionStart", "DateEmissionEnd"))
    return begin <= (*month, "15") <= end


def _json(content: Any) -> web.Response:
    return web.Response(body=json.dumps(content).encode(), content_type="application/json", charset="utf-8")
