"""The mail of this process: threads for a dialogue that blocks, and for each account as many turns as connections."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from connectors.email.connections import IDLE_SECONDS
from core.per_process import PerProcess
from core.settings.email import ContaEmail
from events.delivery.email import account, outcomes
from events.delivery.email.attempt import LEAST_SECONDS, Account, Tried
from events.delivery.kind import Message
from events.delivery.outcome import NO_TURN
from storage.models.destinos import Destino

THREADS = 32


@dataclass
class Turns:
    """An account, and who may use it at once."""

    account: Account
    free: asyncio.Semaphore
    closing: asyncio.TimerHandle | None = field(default=None, compare=False)


class Sender:
    """It is used on the event loop of its process alone."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "esteira-email")
        self._accounts: dict[tuple[str, ContaEmail], Turns] = {}

    async def send(self, destino: Destino, message: Message) -> Tried:
        """Make one attempt within the destination's time, of which waiting for a turn is a part."""
        ends = time.monotonic() + destino.timeout
        nome = account.name_of(destino)
        conta = account.settings_of(nome)
        if conta is None:
            return Tried(outcomes.STOPPED)
        turns = self._turns(nome, conta)
        try:
            async with asyncio.timeout(max(destino.timeout - LEAST_SECONDS, 0.0)):
                await turns.free.acquire()
        except TimeoutError:
            return Tried(NO_TURN)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, turns.account.attempt, destino, message, ends)
        finally:
            turns.free.release()
            self._close_later(turns)

    def _turns(self, nome: str, conta: ContaEmail) -> Turns:
        if (nome, conta) not in self._accounts:
            self._accounts[nome, conta] = Turns(Account(nome, conta), asyncio.Semaphore(conta.connections))
        return self._accounts[nome, conta]

    def _close_later(self, turns: Turns) -> None:
        """Close the connections once nothing went over them for a while."""
        if turns.closing is not None:
            turns.closing.cancel()
        loop = asyncio.get_running_loop()
        turns.closing = loop.call_later(IDLE_SECONDS + 1, self._threads.submit, turns.account.connections.close_idle)

    def close(self) -> None:
        """Close the connections."""
        self._threads.shutdown(cancel_futures=True)
        for turns in self._accounts.values():
            if turns.closing is not None:
                turns.closing.cancel()
            turns.account.connections.close()


# Its connections stay open between runs.
_sender = PerProcess(Sender, Sender.close)
of_process, close = _sender.get, _sender.close
