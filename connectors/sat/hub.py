"""A box behind a SATHub: one form POST under a deadline of our own, because satcfe's client has none.

docs/reference/contracts/sat.md §3.2.
"""

from typing import Any, BinaryIO

import aiohttp
import satcfe
from yarl import URL

from connectors.base.asynchronous import AsyncSession, Receive
from connectors.base.causes import Cause
from connectors.base.faults import Blocked, Overloaded, Refused, Unreachable
from connectors.base.policy import Policy
from connectors.base.reading import Reply, nothing_said
from connectors.base.table import DEFAULT, Row
from connectors.base.teller import Teller
from connectors.sat import logs
from connectors.sat.status import FUNCAO, InvalidAnswer
from core.settings.sat import BoxSettings

BASE = "/hub/v1"
KIB = 1024
ANSWER_LIMIT = 64 * KIB
CONNECT_SECONDS = 5.0
SUCCESS = range(200, 201)
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "User-Agent": f"satcfe/{satcfe.__version__}/ER-{satcfe.VERSAO_ER}",
    "Content-Type": FORM,
}
_NO_CONNECTION = Row(Unreachable, "o hub não aceita conexão ({address})")
_STRANGE = Row(Refused, "resposta HTTP {status} inesperada ({address})")
_FAILED = Row(Overloaded, "o hub falhou (HTTP {status}) ({address})")
# Every question only reads: there is nothing that may have been stored. A wrong address costs the query, not the box.
TABLE = DEFAULT.changed(
    {
        range(200, 300): _STRANGE,
        range(300, 400): Row(Refused, "o endereço redireciona, não é um SATHub ({address})"),
        range(400, 500): Row(Refused, "o endereço não é um SATHub (HTTP {status}) ({address})"),
        400: Row(Refused, "o hub recusou o número do caixa ({status}) ({address})"),
        429: Row(Overloaded, "o hub está ocupado ({status}) ({address})"),
        range(500, 600): _FAILED,
        501: Row(Refused, "o hub não tem esta função (HTTP {status}) ({address})"),
        range(600, 1000): _STRANGE,
        Cause.BAD_ADDRESS: Row(Blocked, "o host configurado é inválido (use só o nome ou o endereço) ({address})"),
        Cause.NO_NAME: _NO_CONNECTION,
        Cause.NO_CONNECTION: _NO_CONNECTION,
        Cause.CONNECT_TIMEOUT: _NO_CONNECTION,
        Cause.NOT_SENT: _NO_CONNECTION,
        Cause.TIMEOUT: Row(Overloaded, "o hub não respondeu em {seconds} s ({address})"),
        Cause.CUT: Row(Overloaded, "o hub encerrou a conexão sem responder ({address})"),
        Cause.BAD_HTTP: Row(Overloaded, "o hub respondeu algo que não é HTTP ({address})"),
        Cause.TOO_LONG: Row(Overloaded, "o hub respondeu demais ({address})"),
    }
)


async def ler(box: BoxSettings, sessao: int) -> str:
    """Return the wire line of a query through the box's hub, which makes the session number itself."""
    return _retorno(box, await _call(box, FUNCAO, box.timeout_seconds))


async def extrair_logs(box: BoxSettings, sessao: int, saida: BinaryIO) -> None:
    """Write the box's log to a file as it arrives."""

    async def receive(response: aiohttp.ClientResponse) -> None:
        await logs.write(response.content.iter_any(), saida)

    await _call(box, logs.FUNCAO, max(box.timeout_seconds, logs.SECONDS), receive)


async def _call(box: BoxSettings, funcao: str, seconds: float, receive: Receive | None = None) -> Reply:
    """Post one call; every fault is a sentence with the address."""
    policy = Policy(
        overall=seconds,
        connect=min(CONNECT_SECONDS, box.timeout_seconds),
        read=box.timeout_seconds,
        answer_limit=ANSWER_LIMIT,
    )
    facts = {"address": _address(box), "seconds": f"{box.timeout_seconds:g}"}
    teller = Teller("", TABLE, facts=facts)
    form = f"numero_caixa={box.numero_caixa}".encode()
    async with AsyncSession(policy, teller, said=nothing_said) as session:
        return await session.call(
            "POST", _url(box, funcao, teller), headers=HEADERS, body=form, success=SUCCESS, receive=receive
        )


def _url(box: BoxSettings, funcao: str, teller: Teller) -> URL:
    """Return the address; the scheme is fixed, an IPv6 address needs no brackets in the settings."""
    host = (box.host or "").strip("[]")
    try:
        return URL.build(scheme="http", host=host, port=box.port, path=f"{BASE}/{funcao.lower()}")
    except ValueError:
        fault = teller.of_cause(Cause.BAD_ADDRESS, connected=False)
    raise fault


def _retorno(box: BoxSettings, reply: Reply) -> str:
    """Return the wire line. Complete JSON counts, even if the connection broke after it."""
    try:
        answer: Any = reply.json()
    except ValueError:
        fault = reply.cut or InvalidAnswer(f"o hub não respondeu em JSON ({_address(box)}).")
        raise fault from None
    retorno = answer.get("retorno") if isinstance(answer, dict) else None
    if not isinstance(retorno, str):
        raise InvalidAnswer(f"a resposta do hub não traz o retorno do equipamento ({_address(box)}).")
    return retorno


def _address(box: BoxSettings) -> str:
    # what stands before an @ may be a password
    return f"{(box.host or '').rpartition('@')[2]}:{box.port}"
