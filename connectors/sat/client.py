"""Ask a box for its status, whatever way leads to it. No function that changes a box is reachable from here."""

from collections.abc import Awaitable, Callable

from connectors.sat import hub, local
from connectors.sat.status import StatusOperacional
from core import loop
from core.settings import BoxSettings

WAYS: dict[str, Callable[[BoxSettings, int], Awaitable[StatusOperacional]]] = {
    "hub": hub.consultar,
    "local": local.consultar,
}


async def consultar_status(box: BoxSettings, sessao: int) -> StatusOperacional:
    """Return the box's status; `sessao` is a session number not used in the box's last 100 calls.

    Raises `Transient` (unreachable, busy, unintelligible), `Rejected`, or `Misconfigured` (do not ask again).
    """
    return await WAYS[box.kind](box, sessao)


class ClienteCaixa:
    """A box as a satcfe client, for `alerts.checar(cliente)`."""

    def __init__(self, box: BoxSettings, sessao: int) -> None:
        self._box, self._sessao = box, sessao

    def consultar_status_operacional(self) -> StatusOperacional:
        """Query the status once."""
        return loop.run(self._consultar())

    async def _consultar(self) -> StatusOperacional:
        return await consultar_status(self._box, self._sessao)
