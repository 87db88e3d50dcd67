"""Three shops, each with a SATHub and its box: a certificate that ends soon, a wrong clock, coupons that wait."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.demo.part import LOOPBACK, Part, Stage

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

SHOPS = ("loja-1", "loja-2", "loja-3")
INTERVAL_SECONDS = 5


class Hubs(Part):
    """The hubs of the shops."""

    name = "hub"
    about = "três SATHub"
    ports = len(SHOPS)
    look = ("sat listar", "alertas listar")

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.hub import HubServer
        from sandbox.story import NUMERO_CAIXA, Story

        answers = Story().lojas()
        return [HubServer({NUMERO_CAIXA: answers[shop]}) for shop in SHOPS]

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        boxes = [
            {"name": shop, "host": LOOPBACK, "port": port, "interval_seconds": INTERVAL_SECONDS}
            for shop, port in zip(SHOPS, stage.ports[self.name], strict=True)
        ]
        return {"sat": {"boxes": boxes}}


PART = Hubs()
