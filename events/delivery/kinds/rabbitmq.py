"""An exchange of a RabbitMQ: each event is a message that is kept on disk and confirmed by a queue that took it."""

import importlib
import sys
import time
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any

from core.settings.deliveries import DeliverySettings
from events.delivery import signing
from events.delivery.address import Judge
from events.delivery.http.kind import REFUSED_ADDRESS
from events.delivery.kind import Checked, Kind, Made, Message, Said
from events.delivery.rabbitmq import options
from storage.models.destinos import Destino

# Loaded where something is sent.
SENDER, MESSAGE = "events.delivery.rabbitmq.sender", "events.delivery.rabbitmq.message"
# What the record of an attempt keeps of an address.
ADDRESS_LENGTH = 60
CONFIRMED = "confirmada pelo RabbitMQ"


class Rabbitmq(Kind):
    """An exchange; who publishes there and by which routing key are options."""

    tipo = "rabbitmq"
    takes = frozenset(["opcoes", "assinatura"])

    async def deliver(self, destino: Destino, message: Message, now: datetime) -> Made:
        """Publish once; what the broker does not confirm was not delivered."""
        began, exchange = time.monotonic(), options.exchange_of(destino)
        publication = importlib.import_module(MESSAGE).publication
        sender = importlib.import_module(SENDER).of_process()
        settled = await sender.send(
            exchange, lambda ends: publication(destino, exchange, message, now, ends), destino.timeout
        )
        elapsed = int((time.monotonic() - began) * 1000)
        said = CONFIRMED if settled.outcome.delivered else None
        address = exchange.place[:ADDRESS_LENGTH] if settled.outcome.requested else None
        return Made(settled.outcome, now, elapsed, settled.status, said, address)

    def checked(self, said: Said) -> Checked:
        """Return its columns; without a secret it gets one, which signs the messages and is shown once."""
        columns = {"url": options.checked_url(said.url), "opcoes": options.checked(said.opcoes)}
        made = signing.made(said)
        refused = _refused(options.exchange_of(Destino(**columns)))
        return Checked({**columns, **made.columns}, made.segredo, REFUSED_ADDRESS if refused else None)

    def rotated(self, destino: Destino, said: Said, now: datetime) -> Checked:
        """Return another secret; messages are signed with both for a day."""
        return signing.rotated(destino, said, now)

    def credential(self, destino: Destino) -> Hashable | None:
        """Return the server and who publishes there."""
        exchange = options.exchange_of(destino)
        return exchange.place, exchange.user, exchange.password

    def blocked(self, destino: Destino) -> bool:
        """Tell whether the address rules refuse it already."""
        return _refused(options.exchange_of(destino))

    def shown(self, destino: Destino) -> Mapping[str, Any]:
        """Return where messages go and how they are signed, never the password."""
        said = options.stored(destino)
        exchange = options.exchange_of(destino)
        return {
            options.USER: said.get(options.USER),
            "vhost": exchange.vhost,
            options.EXCHANGE: exchange.name,
            options.KEY: exchange.key,
            options.CA: "própria" if exchange.ca else None,
            **signing.shown(destino),
        }

    def prepare(self) -> None:
        """Load the library."""
        importlib.import_module(SENDER)
        importlib.import_module(MESSAGE)

    def close(self) -> None:
        """Close this process's connections."""
        if SENDER in sys.modules:
            sys.modules[SENDER].close()


def _refused(exchange: options.Exchange) -> bool:
    return exchange.refused(Judge.of(DeliverySettings.current()))


KIND = Rabbitmq()
