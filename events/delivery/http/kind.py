"""A kind of destination that takes one POST per event: it builds the request and says what the statuses mean."""

import importlib
import sys
import time
from abc import abstractmethod
from datetime import datetime
from typing import ClassVar

from core.secrets import Secrets
from core.settings.deliveries import DeliverySettings
from events.delivery import signing
from events.delivery.address import Judge, refused_now
from events.delivery.http import headers, outcomes
from events.delivery.http.exchange import Answer, Request
from events.delivery.kind import Kind, Made, Message
from events.delivery.outcome import Outcome
from storage.models.destinos import Destino

# Loaded where something is sent: whoever only lists destinations needs no HTTP library.
SENDER = "events.delivery.http.sender"
REFUSED_ADDRESS = (
    "As regras de entrega não permitem este endereço: as entregas ficarão bloqueadas. "
    "Veja deliveries.allow_networks, allow_http e allow_ports."
)


class HttpKind(Kind):
    """One POST per event; `statuses` are the rows of the kind's table, the first match wins."""

    statuses: ClassVar[outcomes.StatusTable] = outcomes.DEFAULT

    @abstractmethod
    def build(self, destino: Destino, message: Message, now: datetime) -> Request:
        """Return the request of one attempt: a timestamp or a signature is new each time. No input or output here."""

    def judge(self, destino: Destino, answer: Answer, now: datetime) -> Outcome:
        """Return what an answer means."""
        return outcomes.of_status(self.statuses, answer.status, answer.retry_after, now)

    async def deliver(self, destino: Destino, message: Message, now: datetime) -> Made:
        """Make one request and read what its answer means."""
        from events.delivery.http import faults, sender

        began = time.monotonic()
        request = self.build(destino, message, now)
        answer: Answer | None = None
        try:
            answer = await sender.of_process().post(request, destino.timeout, destino.usuario_id)
            outcome = self.judge(destino, answer, now)
        except Exception as error:
            known = faults.of_exception(error)
            if known is None:
                raise
            outcome = known
        elapsed = int((time.monotonic() - began) * 1000)
        if answer is None:
            return Made(outcome, now, elapsed)
        # servers for trying out repeat the headers they were sent
        kept = _secrets(destino).hide(answer.text) if answer.body else ""
        doubt = self.doubt(answer) if outcome.delivered else None
        return Made(outcome, now, elapsed, answer.status, kept, answer.address, doubt)

    def doubt(self, answer: Answer) -> str | None:
        """Return what is odd about a success."""
        return None

    def blocked(self, destino: Destino) -> bool:
        """Tell whether the address rules refuse it already."""
        return _refused(destino.url)

    def warning(self, url: str) -> str | None:
        """Return the warning for an address that the rules refuse."""
        return REFUSED_ADDRESS if _refused(url) else None

    def prepare(self) -> None:
        """Load the HTTP library."""
        importlib.import_module(SENDER)

    def close(self) -> None:
        """Close this process's connections."""
        if SENDER in sys.modules:
            sys.modules[SENDER].close()


def _secrets(destino: Destino) -> Secrets:
    key, before = destino.secret_key or "", signing.replaced(destino)
    # of `usuario:senha` the password by itself, too
    return Secrets(key, *before, key.rpartition(":")[2], *headers.stored(destino.headers_customizados).values())


def _refused(url: str) -> bool:
    return refused_now(url, Judge.of(DeliverySettings.current()))
