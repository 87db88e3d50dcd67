"""The one small shape of a ledger: owed work as everywhere (`claims.protocol`), and a few questions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from flows.sync.ledger.item import Item, Key, New, Outcome


class Ledger(Protocol):
    """The lines of one account. Each call is durable when it returns, and may be made twice."""

    def owe(self, new: Iterable[New], now: datetime) -> set[tuple[str, str]]:
        """Note what is not noted yet; return the (livro, chave) of those that are new."""
        ...

    def claim(
        self,
        limit: int,
        now: datetime,
        seconds: float,
        token: str,
        *,
        fluxo: str | None = None,
        ids: Collection[Key] | None = None,
    ) -> Sequence[Item]:
        """Take at most so many due items for that long, the longest due first; `ids` are due at once."""
        ...

    def settle(self, token: str, outcomes: Sequence[Outcome]) -> set[Key]:
        """Write outcomes and let go of their items; return those that were still held."""
        ...

    def hold(self, token: str, ids: Collection[Key], until: datetime) -> set[Key]:
        """Keep items until then; return those that are still held."""
        ...

    def give_back(self, token: str, ids: Collection[Key], now: datetime) -> set[Key]:
        """Let go of items with which nothing was done, due at once; return those that were still held."""
        ...

    def after_crash(self, now: datetime) -> int:
        """Let go of what dead processes of this host held: what became of it is unknown. Return how many."""
        ...

    def put_right(self, fluxo: str, now: datetime, latest: datetime) -> int:
        """Let a flow's items that nobody holds and that are due after `latest` be due now. Return how many.

        A wrong clock wrote that, so the time between their looks is not known: those count no more.
        """
        ...

    def find(self, livro: str, chaves: Collection[str]) -> dict[str, Item]:
        """Return the items with these keys."""
        ...

    def having(self, livro: str, campo: str, valores: Collection[str]) -> list[Item]:
        """Return the items with one of these values in `ploomes_id`, `milvus_id` or `ligado`."""
        ...

    def untold(self, limit: int) -> Sequence[Item]:
        """Return items that were sent and whose event may not be recorded."""
        ...

    def told(self, ids: Collection[Key]) -> None:
        """Note that the events of items are recorded."""
        ...

    def key(self, text: str) -> Key | None:
        """Return the key that people write so, None for what is none."""
        ...

    def counts(self) -> Mapping[tuple[str, str, str | None], int]:
        """Return how many items there are by flow, state and reason."""
        ...

    def waiting(self, fluxo: str | None, after: Key | None, limit: int) -> Sequence[Item]:
        """Return a page of the items that are parked, unknown or failed, by their numbers."""
        ...

    def parked_since(self) -> Mapping[str, datetime]:
        """Return since when the oldest parked item of each flow waits."""
        ...

    def change(self, where: Mapping[str, object], now: datetime, **values: object) -> int:
        """Write values to the items nobody holds that have these ones; a list stands for any of its values."""
        ...
