"""The queries of the lists use the indexes that are there for them, also where a kind is rare or a user has little."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from support import acervo
from support.acervo import PADARIA, nota

from core.caller import OPERATOR, Caller
from flows.documentos.filtro import Filtro
from flows.documentos.views import cte, documentos, logs, nfe
from flows.documentos.views.dashboard import dashboard
from storage.session import engine

MANY = 1200
WITHOUT_OTHER_WAYS = """
DROP INDEX ix_documento_nfe, ix_documento_nfe_todas; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off
"""


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Note the statements of the block with their values."""
    said: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        said.append((statement, values))

    watched = engine()
    event.listen(watched, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(watched, "before_cursor_execute", note)


def plan(look: Callable[[], object], place: int = -1, before: str | None = None) -> str:
    """Return how the rows of one of its statements are found: the last one of a list is the page itself."""
    with asked() as said:
        look()
    statement, values = [one for one in said if one[0].startswith("SELECT")][place]
    explain = "EXPLAIN" if engine().dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with engine().connect() as connection:
        if before:
            connection.execute(text(before))
        return str(connection.exec_driver_sql(f"{explain} {statement}", values).all())


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda user: nfe.listar(caller=user), "ix_documento_nfe"),
        (lambda user: nfe.listar(Filtro(data_inicio="2026-11-01", data_fim="2026-11-01"), caller=user), "_nfe"),
        (lambda _: nfe.listar(caller=OPERATOR), "ix_documento_nfe_todas"),
        (
            lambda user: nfe.listar(Filtro(cnpj="99999999000191"), caller=user),
            "ix_documento_numeracao|ix_documento_nfe",
        ),
        (
            lambda user: nfe.listar(Filtro(empresa=PADARIA, mes="2026-01"), caller=user),
            "ix_documento_mes|ix_documento_nfe",
        ),
        (lambda user: cte.listar(caller=user), "ix_documento_cte"),
        (lambda _: cte.listar(caller=OPERATOR), "ix_documento_cte_todos"),
        (lambda _: documentos.listar(caller=OPERATOR), "pk_documento|SCAN documento"),
    ],
)
def test_a_page_is_found_by_its_index(banco: str, look: Callable[[Caller], object], index: str) -> None:
    ana = acervo.usuario("ana")
    company = acervo.empresa(PADARIA, ana)
    acervo.muitas((nota(number) for number in range(1, MANY)), de=ana, empresa=company)
    acervo.muitas(nota(number) for number in range(1, MANY))
    with engine().begin() as connection:
        connection.execute(text("ANALYZE"))
    found = plan(lambda: look(Caller(ana)))
    assert any(one in found for one in index.split("|")), found


def test_the_figures_of_notes_need_no_more_than_their_index(postgres: str) -> None:
    ana = acervo.usuario("ana")
    acervo.muitas((nota(number) for number in range(1, MANY)), de=ana)
    with engine().begin() as connection:
        connection.execute(text("ANALYZE"))
    # a few rows are read as quickly in other ways
    found = plan(lambda: dashboard(Caller(ana)), 0, WITHOUT_OTHER_WAYS)
    assert "Index Only Scan using ix_documento_contado" in found


def test_a_page_of_logs_is_found_by_its_index(sqlite: str) -> None:
    ana = acervo.usuario("ana")
    assert "ix_import_log_dono" in plan(lambda: logs.listar(caller=Caller(ana)))
    assert "ix_import_log_lista" in plan(lambda: logs.listar(caller=OPERATOR))
