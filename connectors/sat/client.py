"""Ask a box for its status, whatever way leads to it. No function that changes a box is reachable from here."""

from collections.abc import Awaitable, Callable

from connectors.sat import hub, local
from connectors.sat.status import StatusOperacional
from core import loop
from core.errors import PlatformError
from core.settings import BoxSettings

WAYS: dict[str, Callable[[BoxSettings, int], Awaitable[StatusOperacional]]] = {
    "hub": hub.consultar,
    "local": local.consultar,
}


async def consultar_status(box: BoxSettings, sessao: int) -> StatusOperacional:
    """Return the box's status; `sessao` is a session number not used in the box's last 100 calls.

    Raises `Transient` (unreachable, busy, unintelligible), `Rejected`, or `Misconfigured` (do not ask again), each with
    one printable sentence that names the box.
    """
    try:
        return await WAYS[box.kind](box, sessao)
    except PlatformError as fault:
        raise type(fault)(_printable(f"Caixa {box.name}: {str(fault)[:1].lower()}{str(fault)[1:]}")) from None


def _printable(text: str) -> str:
    """Replace what could move a terminal's cursor or fit in no database; a box may answer anything."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


class ClienteCaixa:
    """A box as a satcfe client, for `alerts.checar(cliente)`."""

    def __init__(self, box: BoxSettings, sessao: int) -> None:
        self._box, self._sessao = box, sessao

    def consultar_status_operacional(self) -> StatusOperacional:
        """Query the status once."""
        return loop.run(self._consultar())

    async def _consultar(self) -> StatusOperacional:
        return await consultar_status(self._box, self._sessao)
