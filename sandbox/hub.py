"""SATHub 0.3: SAT boxes behind HTTP, one form-encoded POST per function, the wire line inside a JSON answer."""

import base64
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.sat_wire import Answer, refusal_line, status_line
from sandbox.server import SandboxServer, unknown_headers

BASE = "/hub/v1"
FORM = "application/x-www-form-urlencoded"
KEPT = 10_000
EVERYWHERE = "0.0.0.0"  # noqa: S104 - loopback has sixteen million addresses, and a socket is bound to one or to all

STATUS = "ConsultarStatusOperacional"
READING = ("ConsultarSAT", STATUS, "ExtrairLogs")
CHANGING = (
    *("EnviarDadosVenda", "CancelarUltimaVenda", "TesteFimAFim", "ComunicarCertificadoICPBRASIL"),
    *("ConfigurarInterfaceDeRede", "AssociarAssinatura", "AtualizarSoftwareSAT", "BloquearSAT", "DesbloquearSAT"),
)
NOT_IMPLEMENTED = ("ConsultarNumeroSessao", "TrocarCodigoDeAtivacao")


def loopback(number: int) -> str:
    """Return a loopback address of its own for each number."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


@dataclass(frozen=True)
class Call:
    """One well-formed call."""

    caixa: int
    funcao: str
    received_at: datetime


class HubServer(SandboxServer):
    """A hub with an answer per till (`numero_caixa`); a till without one is answered by a healthy box.

    A real hub has one box. With `everywhere` it answers on every loopback address: `address(n)` is the hub of till `n`,
    so that one server stands for many hubs. Faults: key = the till's number, or none for all.
    """

    def __init__(
        self, caixas: Mapping[int, Answer] | None = None, clock: Clock = SYSTEM, *, everywhere: bool = False
    ) -> None:
        super().__init__(clock)
        self.everywhere = everywhere
        if everywhere:
            self.listen = EVERYWHERE
        self.calls: deque[Call] = deque(maxlen=KEPT)
        self.refused: deque[str] = deque(maxlen=KEPT)
        self.max_simultaneas: Counter[int] = Counter()
        self._answers: dict[tuple[int, str], Answer] = {}
        self._healthy = _HEALTHY | {STATUS: lambda sessao: status_line(sessao, agora=self.clock.now())}
        self._counts: Counter[tuple[int, str]] = Counter()
        self._under_way: Counter[int] = Counter()
        for caixa, answer in (caixas or {}).items():
            self.program(caixa, answer)

    def address(self, caixa: int) -> str:
        """Return where the hub of a till is; without `everywhere` there is only one."""
        return loopback(caixa) if self.everywhere else self.host

    def program(self, caixa: int, answer: Answer, funcao: str = STATUS) -> None:
        """Set what a caixa answers from now on: `retorno` as text or None, or a function of the session number."""
        self._answers[caixa, funcao] = answer

    def count(self, caixa: int, funcao: str | None = None) -> int:
        """Return how many well-formed calls a caixa got, of one function or of all."""
        return sum(n for (number, name), n in list(self._counts.items()) if number == caixa and funcao in (None, name))

    def estado(self) -> dict[str, Any]:
        """Return the calls per caixa."""
        caixas = sorted({number for number, _ in list(self._counts)})
        return {
            "total": sum(self._counts.values()),
            "recusadas": len(self.refused),
            "caixas": [
                {"numero_caixa": n, "chamadas": self.count(n), "max_simultaneas": self.max_simultaneas[n]}
                for n in caixas
            ],
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """One route per function the hub knows; it knows neither AtivarSAT nor ConsultarUltimaSessaoFiscal."""
        for funcao in (*READING, *CHANGING, *NOT_IMPLEMENTED):
            yield web.route("*", f"{BASE}/{funcao.lower()}", self._door(funcao))
        yield web.route("*", "/{tail:.*}", self._not_found)

    def _door(self, funcao: str) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            if request.method != "POST":
                return self._refuse(405, "The method is not allowed for the requested URL.")
            if funcao in NOT_IMPLEMENTED:
                return self._refuse(501, "funcao nao implementada pelo hub")
            if funcao in CHANGING:
                return self._refuse(500, f"{funcao} altera o equipamento; um monitor nao pode usa-la")
            if mistakes := await _mistakes(request):
                return self._refuse(400, mistakes)
            return await self._call(request, int(str((await request.post())["numero_caixa"])), funcao)

        return handle

    async def _call(self, request: web.Request, caixa: int, funcao: str) -> web.StreamResponse:
        self.calls.append(Call(caixa, funcao, self.clock.now()))
        self._counts[caixa, funcao] += 1
        self.changed()

        async def healthy() -> web.StreamResponse:
            return web.json_response({"funcao": funcao, "retorno": self._retorno(caixa, funcao)})

        with self._in_the_box(caixa):
            return await self.faults.answer(request, healthy, caixa)

    def _retorno(self, caixa: int, funcao: str) -> str | None:
        answer = self._answers.get((caixa, funcao), self._healthy[funcao])
        # the real hub gives each caixa a range of session numbers
        return answer(100_000 + caixa * 900 + self._counts[caixa, funcao] % 900) if callable(answer) else answer

    @contextmanager
    def _in_the_box(self, caixa: int) -> Iterator[None]:
        self._under_way[caixa] += 1
        self.max_simultaneas[caixa] = max(self.max_simultaneas[caixa], self._under_way[caixa])
        try:
            yield
        finally:
            self._under_way[caixa] -= 1

    def _refuse(self, status: int, message: str | dict[str, str]) -> web.Response:
        self.refused.append(f"{status} {message}")
        return web.json_response({"message": message}, status=status)

    async def _not_found(self, request: web.Request) -> web.Response:
        self.refused.append(f"404 {request.method} {request.path}")
        page = "<!DOCTYPE HTML><title>404 Not Found</title><h1>Not Found</h1>"
        return web.Response(status=404, text=page, content_type="text/html")


async def _mistakes(request: web.Request) -> dict[str, str]:
    if extra := unknown_headers(request):
        return dict.fromkeys(extra, "cabecalho desconhecido")
    form = await request.post()
    numbers = form.getall("numero_caixa", []) if request.content_type == FORM else []
    if len(numbers) != 1 or not isinstance(text := numbers[0], str) or not _is_caixa(text):
        return {"numero_caixa": "numero inteiro entre 0 e 999, exatamente um"}
    return dict.fromkeys(sorted(set(form) - {"numero_caixa"}), "argumento desconhecido")


def _is_caixa(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


def _log_line(sessao: int) -> str:
    log = "20260105080000|SAT-SEFAZ|info|Comunicação concluída\n20260105080105|SAT|info|Relógio acertado\n"
    return refusal_line("15000", "Transferência completa", sessao) + "|" + base64.b64encode(log.encode()).decode()


_HEALTHY: dict[str, Answer] = {
    "ConsultarSAT": lambda sessao: refusal_line("08000", "SAT em operação", sessao),
    "ExtrairLogs": _log_line,
}
