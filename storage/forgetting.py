"""Delete what is too old, batch by batch: none holds its locks for longer than a moment, and a kill costs one."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Select, Table

from storage.rows import delete_chosen
from storage.session import transaction

BATCH = 1000


def forget(table: Table, old: Select[int], named: str) -> Iterator[Mapping[str, int]]:
    """Delete the rows whose ids a query chooses, in its order; yield how many went each time, by what they are called.

    The query says no limit. Each batch has a transaction of its own.
    """
    while True:
        with transaction() as db:
            gone = delete_chosen(db, table, old.limit(BATCH))
        if not gone:
            return
        yield {named: gone}
