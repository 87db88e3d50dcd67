"""Requests are written down in batches, off the path of those who ask."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from core.clock import SYSTEM
from core.errors import Transient
from flows.pedidos.keeping import AT_ONCE, Keeper, Pedido, write
from flows.pedidos.upkeep import old
from storage.models.pedidos import PedidoAPI
from storage.session import reading


def pedido(number: int = 1, when: datetime | None = None) -> Pedido:
    return Pedido(
        when or datetime(2026, 11, 26, tzinfo=UTC),
        "ana",
        "GET",
        f"/api/{number}/",
        b"",
        200,
        0.01,
        None,
        "",
        "",
        b"",
        b"",
    )


def test_many_are_written_in_few_batches_and_none_is_lost() -> None:
    batches: list[int] = []
    keeper = Keeper(lambda rows: batches.append(len(rows)))
    for number in range(1200):
        keeper.take(pedido(number))
    keeper.start()
    keeper.end(60)
    assert (sum(batches), max(batches), keeper.lost) == (1200, AT_ONCE, 0)


def test_when_too_many_wait_those_who_ask_do_not() -> None:
    keeper = Keeper(lambda _: None, waiting=2)
    for number in range(5):
        keeper.take(pedido(number))
    assert keeper.lost == 3


def test_what_cannot_be_written_is_counted_and_the_rest_goes_on() -> None:
    seen: list[int] = []
    told = threading.Event()

    def failing(rows: Sequence[Pedido]) -> None:
        seen.append(len(rows))
        told.set()
        if len(seen) == 1:
            raise Transient

    keeper = Keeper(failing)
    keeper.start()
    keeper.take(pedido())
    assert told.wait(60)
    keeper.take(pedido())
    keeper.end(60)
    assert (seen, keeper.lost) == ([1, 1], 1)


def test_old_ones_go(banco: str) -> None:
    now = SYSTEM.now()
    write([pedido(1, now - timedelta(days=31)), pedido(2, now - timedelta(days=29))])
    assert [dict(one) for one in old(now)] == [{"pedidos_a_api": 1}]
    with reading() as db:
        assert [one.path for one in db.query(PedidoAPI)] == ["/api/2/"]
