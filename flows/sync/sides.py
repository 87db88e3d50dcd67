"""What a run works with: both systems, open, the ledger, and how much was asked of whom."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from claims.pace import SharedPace
from connectors.milvus import Milvus
from connectors.ploomes import Ploomes
from core.clock import SYSTEM, Clock
from core.pace import Budget, Counted, MakePace
from core.settings.milvus import MilvusSettings
from core.settings.ploomes import PloomesSettings
from core.settings.sync import ContaSync, SyncSettings
from flows.sync.ledger.opening import open_ledger
from flows.sync.ledger.shape import Ledger


@dataclass
class Sides:
    """Both systems and the ledger of one account. With `dry` nothing is written anywhere.

    `begin` is where a list goes on that the run before could not read to its end.
    """

    nome: str
    conta: ContaSync
    ploomes: Ploomes
    milvus: Milvus
    ledger: Ledger
    counted: Counted
    clock: Clock = SYSTEM
    dry: bool = False
    run: str = field(default="")
    begin: str = ""


class LocalPace:
    """The pace of a run that writes nothing, not even what it uses of the budget."""

    def __init__(self, *budgets: Budget) -> None:
        self._pause = max((60 / one.per_minute for one in budgets if one.per_minute), default=0.0)
        self._until = 0.0

    def take(self, seconds: float) -> bool:
        """Wait as if nobody else used the key."""
        pause = max(self._pause, self._until - time.monotonic())
        if pause > seconds:
            return False
        time.sleep(pause)
        return True

    def told(self, seconds: float) -> None:
        """Let no request go before that time has gone by; who cannot wait so long gives up."""
        self._until = max(self._until, time.monotonic() + seconds)


@contextmanager
def both(nome: str, *, dry: bool = False, clock: Clock = SYSTEM, pace: MakePace = SharedPace) -> Iterator[Sides]:
    """Open both systems of an account."""
    conta = SyncSettings.current().conta(nome)
    counted = Counted(LocalPace if dry else pace)
    ploomes = PloomesSettings.current().conta(conta.ploomes)
    milvus = MilvusSettings.current().conta(conta.milvus)
    ledger = open_ledger(nome, prepare=not dry)
    with Ploomes(conta.ploomes, ploomes, pace=counted) as left, Milvus(conta.milvus, milvus, pace=counted) as right:
        yield Sides(nome, conta, left, right, ledger, counted, clock, dry)
