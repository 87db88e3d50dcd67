"""Rows in error of a queue: one by its number or all of them, and never of an account that is not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from pydantic import ValidationError

from api.routes import filas
from api.routes.filas import RepetirLinha
from connectors.oracle.engine import open_engine
from connectors.oracle.orders import Status
from core.caller import OPERATOR, Caller
from core.errors import NotFound
from core.settings.fila import FilaSettings
from flows.fila import accounts
from tests.flows.fila.conftest import Queue


@pytest.fixture
def fila(sqlite: str, configure: Configure, tmp_path: Path) -> Iterator[Queue]:
    """A queue of three rows, the first two in error."""
    configure(fila__url=f"sqlite:///{tmp_path}/fila.db")
    engine = open_engine(FilaSettings.current().contas["padrao"], "padrao")
    made = Queue(engine)
    made.make()
    made.add(10, 20, 30)
    table = accounts.opened("padrao").layout.table
    with engine.begin() as connection:
        connection.execute(table.update().where(table.c.id < 3).values(status=Status.ERRO.value))
    yield made
    accounts.close()
    engine.dispose()


@pytest.mark.parametrize(
    ("asked", "amount", "left"),
    [
        (RepetirLinha(), 2, ["PENDENTE", "PENDENTE", "PENDENTE"]),
        (RepetirLinha(linha=2), 1, ["ERRO", "PENDENTE", "PENDENTE"]),
    ],
)
def test_one_row_comes_back_or_all(fila: Queue, asked: RepetirLinha, amount: int, left: list[str]) -> None:
    assert filas.reprocessar("padrao", asked, OPERATOR).linhas == amount
    assert fila.statuses == left


@pytest.mark.parametrize("number", [0, 3, 99])
def test_a_row_that_is_not_in_error_is_not_there(fila: Queue, number: int) -> None:
    """Zero is a number, and not all of them."""
    with pytest.raises(NotFound):
        filas.reprocessar("padrao", RepetirLinha(linha=number), OPERATOR)
    assert fila.statuses == ["ERRO", "ERRO", "PENDENTE"]


@pytest.mark.parametrize(("conta", "caller"), [("outra", OPERATOR), ("padrao", Caller(7))])
def test_what_is_not_an_account_of_who_asks_is_not_there(fila: Queue, conta: str, caller: Caller) -> None:
    with pytest.raises(NotFound, match=f"Não há fila na conta '{conta}'"):
        filas.reprocessar(conta, RepetirLinha(), caller)
    assert fila.statuses == ["ERRO", "ERRO", "PENDENTE"]


@pytest.mark.parametrize("number", [-1, 2**63])
def test_a_number_that_no_row_can_have_is_refused(number: int) -> None:
    with pytest.raises(ValidationError):
        RepetirLinha(linha=number)
