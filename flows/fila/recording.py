"""Make events of rows in our own database: each row once, by what tells it from every other."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Boolean, bindparam, false, literal, select, true, update
from sqlalchemy.orm import Session

from claims.many import Many
from connectors.oracle.orders import Order
from core.clock import Clock
from core.errors import Misconfigured
from core.settings.fila import ContaFila
from events.catalog.fila import OrdemServicoNotificada
from events.outbox import Disparo, disparar_varios
from flows.fila import spelling, wording
from flows.fila.wording import Notice
from storage.models.destinos import Destino
from storage.models.fila import FilaLinha
from storage.rows import insert_in, table_of
from storage.session import transaction

OS_LIMIT = 100
LINES = table_of(FilaLinha)
ROWS = Many({name: LINES.c[name] for name in ("identidade", "linha")})
TOLD = Many({name: LINES.c[name] for name in ("identidade", "message_id")})


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

    With `token` all of these rows wait for the answer of the push service, and are held by it until then. `waiting` is
    the backlog, these rows among it. One transaction: a destination that does not exist is `Misconfigured`, and then
    no event is recorded.
    """
    notices = {order.identity: wording.notice(order, conta) for order in orders}
    with transaction() as db:
        targets = _targets(db, nome, {one.destino for one in notices.values() if one.destino is not None})
        new = _own(db, orders, nome, clock, token)
        mine = [order for order in orders if order.identity in new]
        if token is not None:
            _take_over(db, [order.identity for order in orders if order.identity not in new], nome, token)
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
    """Record rows as sent before anything is sent; return those that were not recorded yet, or are wanted again."""
    spelling.renew(db, nome, orders)
    connection = db.connection()
    by_identity = {order.identity: order.linha for order in orders}
    state = {"p_conta": nome, "p_em": clock.now(), "p_aguarda": token is not None, "p_token": token}
    values = ROWS.values(by_identity.items(), connection.dialect) | state
    return set(connection.execute(_owning(connection.dialect.name), values).scalars())


@cache
def _owning(dialect: str) -> Any:
    """Return the statement that inserts rows and takes those that somebody wants told again, and gives back both."""
    rows = ROWS.table(dialect)
    state = {
        "em": bindparam("p_em", type_=LINES.c.em.type),
        "aguarda": bindparam("p_aguarda", type_=Boolean()),
        "token": bindparam("p_token", type_=LINES.c.token.type),
        "reenviar": false(),
    }
    fixed = {"conta": bindparam("p_conta", type_=LINES.c.conta.type), "reprocessada": literal(0), **state}
    # SQLite reads ON CONFLICT as part of a join where no WHERE stands before it.
    new = select(rows.c.identidade, rows.c.linha, *fixed.values()).where(true())
    adding = insert_in(dialect, LINES).from_select(["identidade", "linha", *fixed], new)
    again = adding.on_conflict_do_update(index_elements=["conta", "identidade"], set_=state, where=LINES.c.reenviar)
    return again.returning(LINES.c.identidade)


def _take_over(db: Session, identities: Sequence[str], nome: str, token: str) -> None:
    """Let rows that were told before wait under the token that holds them now: how their message ended closes them."""
    if identities:
        mine = (FilaLinha.conta == nome, FilaLinha.identidade.in_(identities))
        db.execute(update(FilaLinha).where(*mine).values(aguarda=True, token=token))


@cache
def _naming(dialect: str) -> Any:
    """Return the statement that notes as which events rows were told."""
    told = TOLD.table(dialect)
    mine = (LINES.c.conta == bindparam("p_conta"), LINES.c.identidade == told.c.identidade)
    return update(LINES).where(*mine).values(message_id=told.c.message_id)


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
    events = [(order.identity, event) for group, event in zip(groups, ids, strict=True) for order in group]
    if events:
        connection = db.connection()
        values = TOLD.values(events, connection.dialect) | {"p_conta": nome}
        connection.execute(_naming(connection.dialect.name), values)


def _payload(group: Sequence[Order], shown: Notice, nome: str, conta: ContaFila) -> OrdemServicoNotificada:
    return OrdemServicoNotificada(
        conta=nome,
        linha_id=group[0].id if isinstance(group[0].id, int) else group[0].linha,
        id_os=group[0].os[:OS_LIMIT],
        titulo=shown.titulo,
        mensagem=shown.mensagem,
        prioridade=shown.prioridade,
        tags=list(shown.tags),
        linhas=len(group),
        sequence_id=f"fila-{group[0].linha.replace('.', '-')}" if conta.sequence else None,
    )


def _groups(orders: Sequence[Order], notices: Mapping[str, Notice], *, summed: bool) -> list[list[Order]]:
    if not summed:
        return [[order] for order in orders]
    ordered = sorted(orders, key=lambda order: notices[order.identity].audience)
    return [list(group) for _, group in groupby(ordered, key=lambda order: notices[order.identity].audience)]
