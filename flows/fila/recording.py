"""Make events of rows in our own database: each row once, by what tells it from every other."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from connectors.oracle.orders import Order
from core.clock import Clock
from core.errors import Misconfigured
from core.settings.fila import ContaFila
from events.catalog.fila import OrdemServicoNotificada
from events.outbox import Disparo, disparar_varios
from flows.fila import wording
from flows.fila.wording import Notice
from storage.models import Destino
from storage.models.fila import FilaLinha
from storage.rows import add_new, table_of
from storage.session import transaction

OS_LIMIT = 100


def record(
    orders: Sequence[Order],
    nome: str,
    conta: ContaFila,
    clock: Clock,
    *,
    token: str | None = None,
    waiting: int | None = None,
) -> set[str]:
    """Record the events of rows that were not sent yet, in the rows' order; return the identities sent now.

    With `token` the rows wait for the answer of the push service. `waiting` is the backlog, these rows among it. One
    transaction: a destination that does not exist is `Misconfigured`, and then no event is recorded.
    """
    notices = {order.identity: wording.notice(order, conta) for order in orders}
    with transaction() as db:
        targets = _targets(db, nome, {one.destino for one in notices.values() if one.destino is not None})
        new = _own(db, orders, nome, clock, token)
        mine = [order for order in orders if order.identity in new]
        summed = bool(conta.digest_above) and (waiting or len(orders)) > conta.digest_above
        _tell(db, _groups(mine, notices, summed=summed), notices, nome, conta, targets)
    return new


def _targets(db: Session, nome: str, names: set[str]) -> dict[str, int]:
    """Return the destinations that rules or the account name."""
    if not names:
        return {}
    rows = db.execute(select(Destino.nome, Destino.id).where(Destino.nome.in_(names), Destino.usuario_id.is_(None)))
    found = {row.nome: row.id for row in rows}
    if missing := sorted(names - found.keys()):
        raise Misconfigured(f"Fila {nome}: o destino {missing[0]!r} não existe (fila.destination, fila.rules).")
    return found


def _own(db: Session, orders: Sequence[Order], nome: str, clock: Clock, token: str | None) -> set[str]:
    """Record rows as sent before anything is sent; return those that were not recorded yet."""
    state = {"em": clock.now(), "aguarda": token is not None, "token": token, "reenviar": False}
    fixed = {"conta": nome, "message_id": None, "reprocessada": 0, **state}
    by_identity = {order.identity: order for order in orders}
    rows = [fixed | {"identidade": identity, "linha": order.id} for identity, order in by_identity.items()]
    again = update(FilaLinha).where(FilaLinha.conta == nome, FilaLinha.reenviar, FilaLinha.identidade.in_(by_identity))
    wanted = set(db.scalars(again.values(**state).returning(FilaLinha.identidade)))
    return wanted | add_new(db, FilaLinha, rows, "identidade")


def _tell(
    db: Session,
    groups: Sequence[Sequence[Order]],
    notices: Mapping[str, Notice],
    nome: str,
    conta: ContaFila,
    targets: Mapping[str, int],
) -> None:
    """Record an event for each row, or one for many where the backlog is large."""
    fired = list[Disparo]()
    for group in groups:
        told = [notices[order.identity] for order in group]
        shown = told[0] if len(group) == 1 else wording.digest(told)
        payload = _payload(group, shown, nome, conta)
        only = targets[shown.destino] if shown.destino else None
        fired.append(Disparo(payload.evento, payload.dados(), somente=only))
    ids = disparar_varios(fired, db)
    events = [
        {"which": order.identity, "event": event} for group, event in zip(groups, ids, strict=True) for order in group
    ]
    if events:
        lines = table_of(FilaLinha)
        mine = update(lines).where(lines.c.conta == nome, lines.c.identidade == bindparam("which"))
        db.connection().execute(mine.values(message_id=bindparam("event")), events)


def _payload(group: Sequence[Order], shown: Notice, nome: str, conta: ContaFila) -> OrdemServicoNotificada:
    return OrdemServicoNotificada(
        conta=nome,
        linha_id=group[0].id,
        id_os=group[0].os[:OS_LIMIT],
        titulo=shown.titulo,
        mensagem=shown.mensagem,
        prioridade=shown.prioridade,
        tags=list(shown.tags),
        linhas=len(group),
        sequence_id=f"fila-{group[0].id}" if conta.sequence else None,
    )


def _groups(orders: Sequence[Order], notices: Mapping[str, Notice], *, summed: bool) -> list[list[Order]]:
    if not summed:
        return [[order] for order in orders]
    ordered = sorted(orders, key=lambda order: notices[order.identity].audience)
    return [list(group) for _, group in groupby(ordered, key=lambda order: notices[order.identity].audience)]
