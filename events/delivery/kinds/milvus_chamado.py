"""A ticket in Milvus: an alert opens one, its recovery comments on it, once each."""

import asyncio
import importlib
import time
from collections.abc import Hashable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, cast

from claims.bucket import Bucket
from core.errors import UsageError
from core.per_process import PerProcess
from core.secrets import Secrets
from core.settings.deliveries import DeliverySettings
from events.delivery.address import Judge, checked_url, refused_now
from events.delivery.http.kind import REFUSED_ADDRESS
from events.delivery.kind import Checked, Kind, Made, Message, Said
from events.delivery.milvus import account, options
from events.delivery.outcome import NO_TURN, Outcome
from events.delivery.threads import NoTurn, Threads
from storage.models.destinos import Destino

# Loaded where something is sent: whoever only lists destinations needs no HTTP library.
ATTEMPT = "events.delivery.milvus.attempt"
# So many attempts at once, and so many of them on one server: a silent one holds up no other.
MOST, SHARE = 32, 8
# One that waited for its turn until less than this is left of its time, is not begun.
LEAST_SECONDS = 5.0
_threads = PerProcess(lambda: Threads("esteira-milvus", MOST, SHARE), lambda _: None)


class MilvusChamado(Kind):
    """A client of the service desk; the token is the secret, the rest of a ticket is said by options."""

    tipo = "milvus_chamado"
    takes = frozenset(["opcoes"])
    # Two events of one alert at once would both look, find nothing, and open a ticket each.
    at_once = 1

    async def deliver(self, destino: Destino, message: Message, now: datetime) -> Made:
        """Make one attempt in a thread: it is a few requests, one after the other."""
        began = time.monotonic()
        work = partial(_attempt, destino, message, began + destino.timeout)
        try:
            attempted = await _threads.get().begin(destino.url, destino.timeout - LEAST_SECONDS, work)
        except NoTurn:
            return Made(NO_TURN, now, 0)
        outcome, status, said = await asyncio.shield(attempted)
        elapsed = int((time.monotonic() - began) * 1000)
        kept = Secrets(destino.secret_key or "").hide(said) if said else None
        return Made(outcome, now, elapsed, status, kept)

    def checked(self, said: Said) -> Checked:
        """Return its columns: the root of the API, the token, the options of a ticket."""
        if said.segredo is None:
            raise UsageError("Diga o token de integração do Milvus.", campo="segredo")
        conta = account.account(checked_url(said.url), said.segredo)
        columns = {
            "url": conta.base_url,
            "secret_key": conta.token.get_secret_value(),
            "opcoes": options.checked(said.opcoes),
        }
        return Checked(columns, aviso=REFUSED_ADDRESS if _refused(conta.base_url) else None)

    def rotated(self, destino: Destino, said: Said, now: datetime) -> Checked:
        """Return another token: only the portal can make one."""
        if said.segredo is None:
            raise UsageError("Diga o novo token de integração do Milvus.", campo="segredo")
        return Checked({"secret_key": account.account(destino.url, said.segredo).token.get_secret_value()})

    def blocked(self, destino: Destino) -> bool:
        """Tell whether the address rules refuse it already."""
        return _refused(destino.url)

    def bucket(self, destino: Destino, settings: DeliverySettings) -> Bucket | None:
        """Return the bucket of the token, which the synchronisation draws on too."""
        return account.bucket(account.of(destino))

    def credential(self, destino: Destino) -> Hashable | None:
        """Return the server and the token: several clients share them."""
        return destino.url, destino.secret_key

    def shown(self, destino: Destino) -> Mapping[str, Any]:
        """Return the options of its tickets."""
        return options.stored(destino)

    def prepare(self) -> None:
        """Load the HTTP library."""
        importlib.import_module(ATTEMPT)

    def close(self) -> None:
        """Forget this process's threads; each ends with what it does."""
        _threads.close()


def _attempt(destino: Destino, message: Message, ends: float) -> tuple[Outcome, int, str | None]:
    """Make one; here, in a thread, it may be loaded first without holding up the deliveries of others."""
    return cast("tuple[Outcome, int, str | None]", importlib.import_module(ATTEMPT).attempt(destino, message, ends))


def _refused(url: str) -> bool:
    return refused_now(url, Judge.of(DeliverySettings.current()))


KIND = MilvusChamado()
