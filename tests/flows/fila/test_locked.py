"""A row that another session has locked waits alone: the rows beside it are told, closed and let go of."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, update

from connectors.oracle.orders import Status, Told
from core.clock import SYSTEM
from core.errors import Transient
from flows.fila import accounts, again, closing, relay
from storage.models.eventos import Delivery, Estado
from storage.session import transaction
from tests.flows.fila.conftest import TABLE, Queue
from tests.flows.fila.test_again import fail
from tests.flows.fila.test_bad_input import claimed, holding
from tests.flows.fila.test_closing import waiting
from tests.flows.fila.test_relay import DONE, orders

Configure = Callable[..., None]
FIRST = f"SELECT ID FROM {TABLE} WHERE ID = 1 FOR UPDATE"
pytestmark = pytest.mark.parametrize("vazia", ["oracle", "postgres"], indirect=True)
__all__ = ["waiting"]


def end_leases(fila: Queue) -> None:
    fila.run(f"UPDATE {TABLE} SET DT_RESERVA = DT_RESERVA - INTERVAL '1' HOUR WHERE STATUS = 'PROCESSANDO'")


def test_a_lease_that_ended_on_a_locked_row_holds_up_nobody(fila: Queue) -> None:
    fila.add(1, 2)
    claimed()
    end_leases(fila)
    fila.add(3)
    with holding(fila, FIRST):
        assert relay.publish("padrao").linhas == 2
        assert fila.statuses == ["PROCESSANDO", DONE, DONE]
    relay.publish("padrao")
    assert fila.statuses == [DONE] * 3
    assert orders() == ["1", "2", "3"]


def test_more_ended_leases_than_a_list_of_oracle_takes_are_let_go_of(fila: Queue, configure: Configure) -> None:
    configure(fila__batch="500")
    fila.add(*range(1001))
    for _ in range(3):
        claimed()
    end_leases(fila)
    with holding(fila, FIRST):
        claimed()
        assert fila.statuses.count("PENDENTE") == 500
    assert fila.statuses.count("PROCESSANDO") == 501


def test_a_row_that_is_locked_is_closed_later_and_those_of_its_batch_at_once(fila: Queue) -> None:
    fila.add(1, 2)
    opened, token, ids = claimed()
    done = [Told(number, Status.PROCESSADO, SYSTEM.now()) for number in ids]
    with holding(fila, FIRST):
        assert relay.settle(opened, token, done) == {2}
    assert relay.settle(opened, token, done) == {1}
    assert fila.statuses == [DONE] * 2
    assert orders() == ["1", "2"]


def test_a_locked_row_that_waits_for_its_message_holds_up_nobody(waiting: Queue) -> None:
    opened = accounts.opened("padrao")
    with holding(waiting, FIRST):
        waiting.add(2)
        assert closing.close_answered(opened, SYSTEM) == 0
        assert relay.publish("padrao").publicadas == 1
        with transaction() as db:
            db.execute(update(Delivery).values(estado=Estado.ENTREGUE))
        assert closing.close_answered(opened, SYSTEM) == 1
        assert waiting.statuses == ["PROCESSANDO", DONE]
    assert closing.close_answered(opened, SYSTEM) == 1
    assert waiting.statuses == [DONE] * 2


def test_a_locked_row_in_error_holds_up_no_other_that_comes_back_by_itself(fila: Queue, configure: Configure) -> None:
    configure(fila__reprocess="1")
    fila.add(1, 2)
    relay.publish("padrao")
    fail(fila, 1, 2)
    with holding(fila, FIRST):
        assert [again.by_itself(accounts.opened("padrao"), SYSTEM) for _ in range(3)] == [1, 0, 0]
        assert fila.statuses == ["ERRO", "PENDENTE"]
    assert again.by_itself(accounts.opened("padrao"), SYSTEM) == 1
    assert fila.statuses == ["PENDENTE"] * 2
    relay.publish("padrao")
    fail(fila, 1, 2)
    assert again.by_itself(accounts.opened("padrao"), SYSTEM) == 0


def test_who_asks_for_a_locked_row_in_error_is_told_that_it_is_locked(fila: Queue) -> None:
    fila.add(1, 2)
    fail(fila, 1, 2)
    with holding(fila, FIRST), pytest.raises(Transient, match="outra sessão"):
        again.reprocess("padrao")
    assert fila.statuses == ["ERRO", "PENDENTE"]
    assert again.reprocess("padrao", [1]) == 1


def test_who_asks_for_rows_in_error_gets_all_but_the_locked_ones_however_many_stand_before(
    fila: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "BATCH", 1)
    fila.add(1, 2, 3)
    fail(fila, 1, 2, 3)
    with holding(fila, FIRST), pytest.raises(Transient, match=r"2 linhas voltaram à fila.*outra sessão"):
        again.reprocess("padrao")
    assert fila.statuses == ["ERRO", "PENDENTE", "PENDENTE"]


def test_who_asks_for_rows_that_another_reopens_meanwhile_is_told_of_no_lock(fila: Queue) -> None:
    fila.add(1)
    fail(fila, 1)
    other = [f"UPDATE {TABLE} SET STATUS = 'PENDENTE'"]

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FOR UPDATE" in statement and other:
            fila.run(other.pop())

    event.listen(accounts.opened("padrao").engine, "before_cursor_execute", before)
    assert again.reprocess("padrao") == 0
    assert not other
    assert fila.statuses == ["PENDENTE"]
