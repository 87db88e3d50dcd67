"""Take a batch of rows, record their events, write the result to the table: each row is sent once, at any crash.

The event is in our own database with the row's identity before the row there is closed; so a row that comes again,
because an answer was lost or its holder died, is closed without being sent again.
"""

from collections.abc import Sequence

from claims.holder import new_token
from connectors.oracle import counting
from connectors.oracle.faults import ConnectionLost
from connectors.oracle.orders import Number, Order, Status, Told
from core.clock import SYSTEM, Clock
from core.errors import Transient
from core.stopping import stopping
from flows.fila import plain, unmarked
from flows.fila.accounts import Fila, opened
from flows.fila.recording import record
from flows.fila.results import Published, Report

TRIES = 3


def publish(nome: str, clock: Clock = SYSTEM) -> Report:
    """Publish rows until nothing is due any more."""
    fila, report = opened(nome), Report(nome)
    while not stopping() and (found := batch(fila, clock)).rows:
        report.add(found)
    return report


def batch(fila: Fila, clock: Clock = SYSTEM) -> Published:
    """Publish one batch, by what the table lets us promise."""
    if "status" not in fila.layout.names:
        return unmarked.publish(fila, clock)
    return _leased(fila, clock) if fila.layout.leased else plain.publish(fila, clock)


def _leased(fila: Fila, clock: Clock) -> Published:
    """Claim, record, settle; each a transaction of its own."""
    token, waits = new_token(), fila.conta.wait_for_push
    orders = claim(fila, token, clock)
    if not orders:
        return Published()
    try:
        waiting = _waiting(fila, len(orders))
        new = record(orders, fila.nome, fila.conta, clock, token=token if waits else None, waiting=waiting)
    except BaseException:
        _give_back(fila, token, orders, clock)
        raise
    if not waits:
        settle(fila, token, [Told(order.id, Status.PROCESSADO, clock.now()) for order in orders])
    return Published(len(orders), len(new))


def _waiting(fila: Fila, claimed: int) -> int:
    """Return how many rows wait, those just claimed among them; counted only where a summary depends on it."""
    if not fila.conta.digest_above or claimed < fila.conta.batch:
        return claimed
    with fila.transaction() as connection:
        return claimed + counting.count(connection, fila.layout).pending


def claim(fila: Fila, token: str, clock: Clock) -> Sequence[Order]:
    """Claim a batch; a commit whose answer was lost is looked up by its token."""
    try:
        with fila.transaction() as connection:
            bound = fila.table.on(connection)
            return bound.claim(fila.conta.batch, clock.now(), fila.conta.lease_seconds, token)
    except ConnectionLost:
        with fila.transaction() as connection:
            return fila.table.on(connection).mine(token)


def settle(fila: Fila, token: str, outcomes: Sequence[Told]) -> set[Number]:
    """Close rows; an answer that was lost is asked for again, and changes nothing twice."""
    if not outcomes:
        return set()
    held = set[Number]()
    for last in (*[False] * (TRIES - 1), True):
        try:
            with fila.transaction() as connection:
                held |= fila.table.on(connection).settle(token, outcomes)
            return held
        except ConnectionLost:
            if last:
                raise
    return held


def _give_back(fila: Fila, token: str, orders: Sequence[Order], clock: Clock) -> None:
    """Let go of rows of which nothing was told; where that fails too their lease ends by itself."""
    try:
        with fila.transaction() as connection:
            fila.table.on(connection).give_back(token, [order.id for order in orders], clock.now())
    except Transient:
        return
