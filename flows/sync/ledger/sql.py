"""The ledger in our own database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, update
from sqlalchemy.engine import Row

from claims.crash import after_crash
from claims.sql import SqlClaims
from core.clock import FixedClock
from flows.sync.ledger.item import OPEN, WAITING, Item, Key, New, Outcome, Situacao
from storage.models.sync import SyncItem
from storage.rows import changed, insert_for, table_of
from storage.session import reading, transaction

TABLE = table_of(SyncItem)
SENDING = TABLE.c.situacao == Situacao.ENVIANDO
# A line that was being sent when its lease ended may have been sent: looks from before that show nothing.
ITEMS = SqlClaims(
    SyncItem,
    Item,
    Outcome,
    ready=TABLE.c.situacao.in_(OPEN),
    claimed={
        "situacao": Situacao.ENVIANDO,
        "tentado": case((SENDING, True), else_=TABLE.c.tentado),
        "procuras": case((SENDING, 0), else_=TABLE.c.procuras),
    },
    given_back={"situacao": case((TABLE.c.tentado, Situacao.DESCONHECIDO), else_=Situacao.PENDENTE)},
    crashed={"situacao": Situacao.DESCONHECIDO, "tentado": True, "procuras": 0},
)
BATCH, DIGITS = 500, 19


class SqlLedger:
    """The lines of one account in our own database."""

    def __init__(self, conta: str) -> None:
        self.conta = conta

    def owe(self, new: Iterable[New], now: datetime) -> set[tuple[str, str]]:
        """Note what is not noted yet; return the (livro, chave) of those that are new."""
        fixed = {"conta": self.conta, "due_at": now, "criado_em": now, "mudado_em": now}
        zeros = {"tentado": False, "procuras": 0, "tentativas": 0, "erro": None, "execucao": None}
        rows = [{**fixed, **zeros, **vars(one)} for one in new]
        if not rows:
            return set()
        with transaction() as db:
            adding = insert_for(db, SyncItem).on_conflict_do_nothing().returning(TABLE.c.livro, TABLE.c.chave)
            return {(row.livro, row.chave) for row in db.execute(adding, rows)}

    def claim(
        self,
        limit: int,
        now: datetime,
        seconds: float,
        token: str,
        *,
        fluxo: str | None = None,
        ids: Collection[Key] | None = None,
    ) -> Sequence[Item]:
        """Take due items for that long."""
        where: list[ColumnElement[bool]] = [TABLE.c.conta == self.conta]
        if fluxo is not None:
            where.append(TABLE.c.fluxo == fluxo)
        if ids is not None:
            where.append(TABLE.c.id.in_(list(ids)))
        with transaction() as db:
            return ITEMS.on(db, *where, early=ids is not None).claim(limit, now, seconds, token)

    def settle(self, token: str, outcomes: Sequence[Outcome]) -> set[Key]:
        """Write outcomes and let go of their items."""
        with transaction() as db:
            return set(ITEMS.on(db).settle(token, outcomes))

    def hold(self, token: str, ids: Collection[Key], until: datetime) -> set[Key]:
        """Keep items until then."""
        with transaction() as db:
            return set(ITEMS.on(db).hold(token, _numbers(ids), until))

    def give_back(self, token: str, ids: Collection[Key], now: datetime) -> set[Key]:
        """Let go of items with which nothing was done."""
        with transaction() as db:
            return set(ITEMS.on(db).give_back(token, _numbers(ids), now))

    def after_crash(self, now: datetime) -> int:
        """Let go of what dead processes of this host held."""
        return after_crash((ITEMS,), FixedClock(now))

    def put_right(self, fluxo: str, now: datetime, latest: datetime) -> int:
        """Let a flow's items that nobody holds and that are due after `latest` be due now."""
        mine = (TABLE.c.conta == self.conta, TABLE.c.fluxo == fluxo, TABLE.c.situacao.in_(OPEN))
        with transaction() as db:
            return ITEMS.owe(db, now, *mine, ITEMS.when() > latest, procuras=0)

    def find(self, livro: str, chaves: Collection[str]) -> dict[str, Item]:
        """Return the items with these keys."""
        return {item.chave: item for item in self.having(livro, "chave", chaves)}

    def having(self, livro: str, campo: str, valores: Collection[str]) -> list[Item]:
        """Return the items with one of these values in a column."""
        wanted, found = list(valores), list[Item]()
        for start in range(0, len(wanted), BATCH):
            some = TABLE.c[campo].in_(wanted[start : start + BATCH])
            found += self._read(TABLE.c.livro == livro, some)
        return found

    def untold(self, limit: int) -> Sequence[Item]:
        """Return items whose event may not be recorded."""
        return self._read(~TABLE.c.avisado, limit=limit)

    def told(self, ids: Collection[Key]) -> None:
        """Note that the events of items are recorded."""
        with transaction() as db:
            db.execute(update(TABLE).where(TABLE.c.id.in_(_numbers(ids))).values(avisado=True))

    def key(self, text: str) -> Key | None:
        """Return the number that a text is."""
        return int(text) if text.isascii() and text.isdigit() and len(text) < DIGITS else None

    def counts(self) -> Mapping[tuple[str, str, str | None], int]:
        """Return how many items there are by flow, state and reason."""
        names = (TABLE.c.fluxo, TABLE.c.situacao, TABLE.c.motivo)
        query = select(*names, func.count()).where(TABLE.c.conta == self.conta).group_by(*names)
        with reading() as db:
            return {(row[0], row[1], row[2]): int(row[3]) for row in db.execute(query)}

    def waiting(self, fluxo: str | None, after: Key | None, limit: int) -> Sequence[Item]:
        """Return a page of what waits for somebody, by number."""
        where: list[ColumnElement[bool]] = [TABLE.c.situacao.in_(WAITING)]
        if fluxo is not None:
            where.append(TABLE.c.fluxo == fluxo)
        if after is not None:
            where.append(TABLE.c.id > int(after))
        return self._read(*where, limit=limit)

    def parked_since(self) -> Mapping[str, datetime]:
        """Return since when the oldest parked item of each flow waits."""
        parked = (TABLE.c.conta == self.conta, TABLE.c.situacao == Situacao.ESTACIONADO)
        query = select(TABLE.c.fluxo, func.min(TABLE.c.criado_em)).where(*parked).group_by(TABLE.c.fluxo)
        with reading() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def change(self, where: Mapping[str, object], now: datetime, **values: object) -> int:
        """Write values to free items that have these ones."""
        conditions: list[ColumnElement[bool]] = [TABLE.c.conta == self.conta, ITEMS.free]
        for name, value in where.items():
            column = TABLE.c[name]
            conditions.append(column.in_(value) if isinstance(value, list | tuple | set) else column == value)
        with transaction() as db:
            return changed(db, update(TABLE).where(and_(*conditions)).values(mudado_em=now, **values))

    def _read(self, *where: ColumnElement[bool], limit: int | None = None) -> list[Item]:
        query = select(*ITEMS.columns).where(TABLE.c.conta == self.conta, *where)
        with reading() as db:
            return [_item(row) for row in db.execute(query.order_by(TABLE.c.id).limit(limit))]


def _item(row: Row[Any]) -> Item:
    values = row._asdict()
    return Item(**{**values, "situacao": Situacao(values["situacao"])})


def _numbers(ids: Collection[Key]) -> list[int]:
    return [int(one) for one in ids]
