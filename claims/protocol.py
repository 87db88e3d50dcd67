"""The one protocol of all owed work, for rows anywhere: our tables, a queue table of Oracle, a ledger in MongoDB.

A row may be claimed once its time has come. Claiming writes the token of the holder and the end of its lease. Every
later write names the token, so that whoever lost its lease changes nothing, and says which rows were still held: only
of those may anything be told. After a crash the lease ends by itself, or `after_crash` ends it at once.
"""

from collections.abc import Collection, Hashable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")
Outcome = TypeVar("Outcome")
RowOut = TypeVar("RowOut", covariant=True)
OutcomeIn = TypeVar("OutcomeIn", contravariant=True)


class Claims(Protocol[Key, RowOut, OutcomeIn]):
    """Rows of one kind as one transaction sees them. `Key` is what names a row: a number, a text, a pair.

    A row and an outcome are plain objects with the row's key as `id`; an outcome also says when the row is due again
    (`due_at`), and whatever else of the row is new.
    """

    def claim(self, limit: int, now: datetime, seconds: float, token: str) -> Sequence[RowOut]:
        """Take at most `limit` due rows for `seconds`, the longest due first.

        Concurrent callers get different rows and do not wait for each other.
        """
        ...

    def settle(self, token: str, outcomes: Sequence[OutcomeIn]) -> set[Key]:
        """Write outcomes and let go of their rows; return those still held. The others stay as they are."""
        ...

    def hold(self, token: str, ids: Collection[Key], until: datetime) -> set[Key]:
        """Keep rows until then; return those that are still held."""
        ...

    def give_back(self, token: str, ids: Collection[Key], now: datetime) -> set[Key]:
        """Let go of rows with which nothing was done, due at once; return those that were still held."""
        ...

    def after_crash(self, now: datetime) -> int:
        """Let go of what dead processes of this host held, due at once; return how many rows.

        What was done with them is unknown, so they may change otherwise than by `give_back`.
        """
        ...
