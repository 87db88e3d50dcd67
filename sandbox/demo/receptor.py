"""A receiver of webhooks that checks every signature, and its destination."""

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.text import counted
from sandbox.demo.part import Part, Stage, Typed

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

DESTINATION, CAMINHO = "demo-webhook", "/webhook/fiscal"
EVENTS = "alerta_aberto,alerta_resolvido"


class Receptor(Part):
    """The system of a customer."""

    name = "receptor"
    about = "receptor de webhooks"
    look = ("destinos listar", "entregas listar", "entregas mostrar 1")

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.receiver import ReceiverServer

        return [ReceiverServer({CAMINHO: self._secret(stage)})]

    def commands(self, stage: Stage) -> Sequence[Typed]:
        where = ("--tipo", "webhook", "--nome", DESTINATION, "--url", stage.url(self.name) + CAMINHO, "--segredo", "-")
        typed = ("destinos", "criar", *where, "--eventos", EVENTS, "--substituir")
        return [Typed(typed, stdin=self._secret(stage) + "\n")]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        return f"{states[0]['verificados']} com assinatura verificada, {counted(states[0]['recusados'], 'recusado')}"

    def _secret(self, stage: Stage) -> str:
        return "whsec_" + base64.b64encode(stage.secret(self.name)).decode()


PART = Receptor()
