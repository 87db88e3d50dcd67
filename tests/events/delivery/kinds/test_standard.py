"""ntfy passes the standard set of the connectors: what is no proof of a publish is no delivery."""

from typing import ClassVar

import pytest
from standard import Standard

from connectors.base.faults import Fault, Overloaded, Refused
from core import loop
from core.clock import SYSTEM
from events.delivery.kind import Made, Message
from events.delivery.kinds.ntfy import KIND
from storage.models.destinos import Destino
from storage.models.eventos import Estado

MESSAGE = Message("msg_1", "teste", b'{"evento": "teste", "dados": {"mensagem": "x"}}', 1)


@pytest.mark.usefixtures("loopback")
class TestNtfy(Standard):
    content: ClassVar[object] = {"id": "abcdefghijkl", "event": "message", "topic": "caixas", "message": "x"}
    secret = "tk_abcdefghijklmnopqrstuvwxyz012"  # pragma: allowlist secret
    inflates = False

    def call(self, url: str, seconds: float) -> object:
        destino = Destino(tipo="ntfy", url=f"{url}/", topico="caixas", secret_key=self.secret, timeout=seconds)
        try:
            made = loop.run(KIND.deliver(destino, MESSAGE, SYSTEM.now()))
        finally:
            KIND.close()
        self.shows_no_secret(repr(made))
        if made.outcome.delivered:
            return made
        # as a run of deliveries goes on
        kind: type[Fault] = Overloaded if made.outcome.estado is Estado.PENDENTE else Refused
        status, asked = made.status or None, made.outcome.retry_after
        raise kind(f"{made.outcome.text}.", status=status, retry_after=asked)

    def understood(self, answer: object) -> bool:
        return isinstance(answer, Made) and answer.outcome.delivered
