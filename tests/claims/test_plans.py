"""Each claim finds its rows by the index of what is due, however many are owed (SQLite: its plan needs no rows)."""

from typing import Any

import pytest
from sqlalchemy import event

from claims.sql import SqlClaims
from core.clock import SYSTEM
from events.delivery.rows import ROWS
from flows.agenda.rows import DAYS
from flows.documentos.rows import FILES, REQUESTS
from flows.questor.rows import PENDING, UNKNOWN
from storage.session import engine, transaction


def plan(home: SqlClaims[Any, Any], *where: Any) -> list[str]:
    """Return how a claim finds its rows, and how the first that is due is found."""
    said: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        said.append((statement, values))

    event.listen(engine(), "before_cursor_execute", note)
    try:
        with transaction() as db:
            home.on(db, *where).claim(100, SYSTEM.now(), 60.0, "de ninguém")
            home.first_due(db, *where)
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    with engine().connect() as connection:
        asked = [(f"EXPLAIN QUERY PLAN {one}", values) for one, values in said]
        return [str(step[-1]) for one, values in asked for step in connection.exec_driver_sql(one, values)]


@pytest.mark.parametrize(
    ("home", "of", "index"),
    [
        (PENDING, "lote_id", "ix_questor_arquivo_devido"),
        (UNKNOWN, "lote_id", "ix_questor_arquivo_devido"),
        (FILES, "importacao_id", "ix_import_log_devido"),
        (REQUESTS, None, "ix_importacao_devida"),
        (DAYS, None, "ix_agenda_dia_devida"),
        (ROWS, "destino_id", "ix_delivery_due"),
    ],
    ids=["enviar", "perguntar", "arquivos", "pedidos", "dias", "entregas"],
)
def test_a_claim_walks_the_index_of_what_is_due(
    sqlite: str, home: SqlClaims[Any, Any], of: str | None, index: str
) -> None:
    steps = plan(home, *([] if of is None else [home.table.c[of] == 1]))
    searches = [one for one in steps if one.startswith("SEARCH")]
    assert ["PRIMARY KEY" in one or index in one for one in searches] == [True] * 3, steps
    assert not any("TEMP B-TREE" in one or one.startswith(f"SCAN {home.table.name}") for one in steps), steps
