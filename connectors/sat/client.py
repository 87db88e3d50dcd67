"""Ask a box for its status, through a hub or a local library. No function that changes a box is reachable from here.

A box that an agent reads answers nothing to who asks from here.
"""

import copy
from collections.abc import Awaitable, Callable
from typing import BinaryIO

from connectors.sat import agente, hub, local
from connectors.sat.status import StatusOperacional, parse
from core import loop
from core.errors import PlatformError
from core.secrets import Secrets
from core.settings.sat import BoxSettings

WAYS: dict[str, Callable[[BoxSettings, int], Awaitable[str]]] = {
    "agente": agente.ler,
    "hub": hub.ler,
    "local": local.ler,
}

LOGS: dict[str, Callable[[BoxSettings, int, BinaryIO], Awaitable[None]]] = {
    "agente": agente.extrair_logs,
    "hub": hub.extrair_logs,
    "local": local.extrair_logs,
}


async def consultar_status(box: BoxSettings, sessao: int) -> StatusOperacional:
    """Return the box's status; `sessao` is a session number not used in the box's last 100 calls.

    Raises `Transient` (unreachable, busy, unintelligible), `Rejected`, or `Misconfigured` (do not ask again), each with
    one printable sentence that names the box.
    """
    return entender(box, await ler_linha(box, sessao), sent(box, sessao))


async def ler_linha(box: BoxSettings, sessao: int) -> str:
    """Return what the box answers, be it a refusal, as it came; raises as above where it says nothing."""
    try:
        return await WAYS[box.kind](box, sessao)
    except PlatformError as fault:
        raise told(box, fault) from None


def sent(box: BoxSettings, sessao: int) -> int | None:
    """Return the session number that an answer has to repeat; a hub makes one of its own."""
    return sessao if box.kind == "local" else None


def entender(box: BoxSettings, linha: str, sessao: int | None) -> StatusOperacional:
    """Return the status that a line tells; raises as above where it tells none."""
    try:
        return parse(linha, sessao)
    except PlatformError as fault:
        raise told(box, fault) from None


async def extrair_logs(box: BoxSettings, sessao: int, saida: BinaryIO) -> None:
    """Write the box's log to a file as it arrives; after a fault, raised as above, the file may hold a part."""
    try:
        await LOGS[box.kind](box, sessao, saida)
    except PlatformError as fault:
        raise told(box, fault) from None


def told(box: BoxSettings, fault: PlatformError) -> PlatformError:
    """Return the fault with a sentence that names the box, and shows neither its code nor a terminal's commands."""
    code = box.activation_code.get_secret_value() if box.activation_code else ""
    reason = Secrets(code).hide(str(fault))
    sentence = f"Caixa {box.name}: {reason[:1].lower()}{reason[1:]}"
    told = copy.copy(fault)
    told.args = ("".join(char if char.isprintable() else "\ufffd" for char in sentence),)
    return told


class ClienteCaixa:
    """A box as a satcfe client, for `alerts.checar(cliente)`."""

    def __init__(self, box: BoxSettings, sessao: int) -> None:
        self._box, self._sessao = box, sessao

    def consultar_status_operacional(self) -> StatusOperacional:
        """Query the status once."""
        return loop.run(self._consultar())

    async def _consultar(self) -> StatusOperacional:
        return await consultar_status(self._box, self._sessao)
