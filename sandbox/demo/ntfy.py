"""An ntfy server, and a destination for its topic."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.text import counted
from sandbox.demo.part import Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

DESTINATION, TOPIC = "demo-ntfy", "esteira-demo"
EVENTS = "alerta_aberto,alerta_resolvido"
# The demonstration tells more in an hour than the public server allows; at its pace a backlog would only grow.
REFILL_SECONDS = 0.5


class Ntfy(Part):
    """The server of push messages."""

    name = "ntfy"
    about = "servidor ntfy"

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.ntfy import NtfyServer

        return [NtfyServer(refill_seconds=REFILL_SECONDS)]

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        return {"deliveries": {"ntfy_refill_seconds": REFILL_SECONDS}}

    def commands(self, stage: Stage) -> Sequence[Typed]:
        where = ("--tipo", "ntfy", "--nome", DESTINATION, "--url", stage.url(self.name), "--topico", TOPIC)
        return [Typed(("destinos", "criar", *where, "--eventos", EVENTS, "--substituir"))]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        return counted(states[0]["publicadas"], "publicada")


PART = Ntfy()
