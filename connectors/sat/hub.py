"""A box behind a SATHub: one form POST under a deadline of our own, because satcfe's client has none."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, BinaryIO, TypeVar

import aiohttp
import satcfe
from yarl import URL

from connectors.sat import logs
from connectors.sat.status import FUNCAO, InvalidAnswer, StatusOperacional, parse
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.http import open_session, read_capped
from core.settings.sat import BoxSettings

BASE = "/hub/v1"
ANSWER_LIMIT = 64 * 1024
CONNECT_SECONDS = 5.0
HEADERS = {
    "User-Agent": f"satcfe/{satcfe.__version__}/ER-{satcfe.VERSAO_ER}",
    "Accept-Encoding": "identity",
}
INVALID_HOST = "o host configurado é inválido (use só o nome ou o endereço)"
T = TypeVar("T")
Receive = Callable[[aiohttp.ClientResponse], Awaitable[T]]
# First match wins; the texts follow the name of the box.
STATUSES: tuple[tuple[range, type[PlatformError], str], ...] = (
    (range(300, 400), Rejected, "o endereço redireciona, não é um SATHub"),
    (range(400, 401), Rejected, "o hub recusou o número do caixa ({status})"),
    (range(429, 430), Transient, "o hub está ocupado ({status})"),
    (range(400, 500), Rejected, "o endereço não é um SATHub (HTTP {status})"),
    (range(501, 502), Rejected, "o hub não tem esta função (HTTP {status})"),
    (range(500, 600), Transient, "o hub falhou (HTTP {status})"),
)
EXCEPTIONS: tuple[tuple[type[BaseException], type[PlatformError], str], ...] = (
    (aiohttp.ConnectionTimeoutError, Transient, "o hub não aceita conexão"),
    (TimeoutError, Transient, "o hub não respondeu em {seconds:g} s"),
    (aiohttp.InvalidURL, Misconfigured, INVALID_HOST),
    (UnicodeError, Misconfigured, INVALID_HOST),
    (aiohttp.ClientConnectorError, Transient, "o hub não aceita conexão"),
    (aiohttp.ClientError, Transient, "o hub encerrou a conexão sem responder"),
    (OSError, Transient, "o hub não aceita conexão"),
)


async def consultar(box: BoxSettings, sessao: int) -> StatusOperacional:
    """Query the box through its hub. The hub makes the session number, so it is not checked here."""

    async def receive(response: aiohttp.ClientResponse) -> bytes:
        return await read_capped(response, ANSWER_LIMIT)

    return parse(_retorno(box, await _call(box, FUNCAO, receive, box.timeout_seconds)))


async def extrair_logs(box: BoxSettings, sessao: int, saida: BinaryIO) -> None:
    """Write the box's log to a file as it arrives."""

    async def receive(response: aiohttp.ClientResponse) -> None:
        await logs.write(response.content.iter_any(), saida)

    await _call(box, logs.FUNCAO, receive, max(box.timeout_seconds, logs.SECONDS))


async def _call(box: BoxSettings, funcao: str, receive: Receive[T], seconds: float) -> T:
    """Post one call and return what `receive` makes of a good answer; every fault is a sentence with the address."""
    try:
        async with asyncio.timeout(seconds), _post(box, funcao) as response:
            if response.status != 200:
                raise _refused(box, response.status)
            return await receive(response)
    except PlatformError:
        raise
    except tuple(kind for kind, _, _ in EXCEPTIONS) as error:
        kind, reason = next((fault, text) for known, fault, text in EXCEPTIONS if isinstance(error, known))
        raise kind(_sentence(box, reason.format(seconds=box.timeout_seconds))) from None


@asynccontextmanager
async def _post(box: BoxSettings, funcao: str) -> AsyncIterator[aiohttp.ClientResponse]:
    limits = aiohttp.ClientTimeout(
        total=None, sock_connect=min(CONNECT_SECONDS, box.timeout_seconds), sock_read=box.timeout_seconds
    )
    form = {"numero_caixa": str(box.numero_caixa)}
    async with (
        open_session() as session,
        session.post(_url(box, funcao), data=form, headers=HEADERS, allow_redirects=False, timeout=limits) as response,
    ):
        yield response


def _url(box: BoxSettings, funcao: str) -> URL:
    """Return the address; the scheme is fixed, an IPv6 address needs no brackets in the settings."""
    try:
        return URL.build(
            scheme="http", host=(box.host or "").strip("[]"), port=box.port, path=f"{BASE}/{funcao.lower()}"
        )
    except ValueError:
        raise Misconfigured(_sentence(box, INVALID_HOST)) from None


def _refused(box: BoxSettings, status: int) -> PlatformError:
    found = ((kind, text) for statuses, kind, text in STATUSES if status in statuses)
    kind, text = next(found, (Rejected, "resposta HTTP {status} inesperada"))
    return kind(_sentence(box, text.format(status=status)))


def _retorno(box: BoxSettings, body: bytes) -> str:
    try:
        answer: Any = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise InvalidAnswer(_sentence(box, "o hub não respondeu em JSON")) from None
    retorno = answer.get("retorno") if isinstance(answer, dict) else None
    if not isinstance(retorno, str):
        raise InvalidAnswer(_sentence(box, "a resposta do hub não traz o retorno do equipamento"))
    return retorno


def _sentence(box: BoxSettings, reason: str) -> str:
    # what stands before an @ may be a password
    return f"{reason} ({(box.host or '').rpartition('@')[2]}:{box.port})."
