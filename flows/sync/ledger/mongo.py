"""The ledger in MongoDB.

Every write carries a mark of its own and is read back by it: an answer that was lost is so known again, and a repeat
changes nothing. Only patterns that behave the same on every server (docs/reference/contracts/sync.md §I); times are
texts in UTC of one width, because a server was seen that turns the dates of a `$set` into texts of its own, which then
compare with no date.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, UpdateOne
from pymongo.errors import BulkWriteError

from claims import holder
from flows.sync.ledger import mongo_client
from flows.sync.ledger.item import ITEM_FIELDS, OPEN, OUTCOME_FIELDS, WAITING, Item, Key, New, Outcome, Situacao
from flows.sync.ledger.mongo_client import Document, duplicates_only, steady

# No nulls where something is looked for: servers differ in what they count as null.
FREE = NONE = ""
TIMES = ("due_at", "criado_em", "mudado_em")
ROUNDS, MOST = 20, 100_000


class MongoLedger:
    """The lines of one account in MongoDB."""

    def __init__(self, conta: str, url: str, *, prepare: bool = True) -> None:
        self.conta, self._items = conta, mongo_client.items(url, prepare=prepare)

    def owe(self, new: Iterable[New], now: datetime) -> set[tuple[str, str]]:
        """Note what is not noted yet; return the (livro, chave) of those that are new."""
        mark = _mark()
        zeros = {"tentado": False, "procuras": 0, "tentativas": 0, "erro": None, "execucao": None}
        times = dict.fromkeys(("due_at", "criado_em", "mudado_em"), _text(now))
        writes = []
        for one in new:
            values = {name: _plain(value) for name, value in vars(one).items()}
            key = {"conta": self.conta, "livro": values.pop("livro"), "chave": values.pop("chave")}
            values["motivo"] = values["motivo"] or NONE
            fresh = {"_id": str(ObjectId()), **values, **zeros, **times, "reserva": FREE, "marca": mark}
            writes.append(UpdateOne(key, {"$setOnInsert": fresh}, upsert=True))
        return self._owed(writes, mark) if writes else set()

    @steady
    def _owed(self, writes: list[UpdateOne], mark: str) -> set[tuple[str, str]]:
        self._write(writes)
        found = self._items.find({"conta": self.conta, "marca": mark}, {"livro": 1, "chave": 1})
        return {(one["livro"], one["chave"]) for one in found}

    def _write(self, writes: list[UpdateOne]) -> None:
        """Write unordered; of two upserts of one key at once a server may refuse the second: that one goes again."""
        try:
            self._items.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if not duplicates_only(error):
                raise
            self._items.bulk_write(writes, ordered=False)

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
        """Take due items for that long, one conditional update each."""
        where: Document = {"conta": self.conta, "situacao": {"$in": list(OPEN)}}
        if fluxo is not None:
            where["fluxo"] = fluxo
        if ids is None:
            where["due_at"] = {"$lte": _text(now)}
        else:
            where |= {"_id": {"$in": list(ids)}, "$or": [{"due_at": {"$lte": _text(now)}}, {"reserva": FREE}]}
        claimed: list[Item] = []
        for _ in range(ROUNDS):
            wanted = limit - len(claimed)
            candidates = self._candidates(where, wanted) if wanted > 0 else []
            if not candidates:
                break
            taken = (self._take(one, now, now + timedelta(seconds=seconds), token) for one in candidates)
            claimed += [item for item in taken if item is not None]
        return sorted(claimed, key=lambda item: str(item.id))

    @steady
    def _candidates(self, where: Document, limit: int) -> list[Document]:
        return list(self._items.find(where).sort([("due_at", ASCENDING), ("_id", ASCENDING)]).limit(limit))

    def _take(self, found: Document, now: datetime, until: datetime, token: str) -> Item | None:
        """Take a line as it was seen, or not at all.

        A line that was being sent when its lease ended may have been sent: looks from before that show nothing.
        """
        mark, seen = _mark(), {name: found[name] for name in ("_id", "situacao", "reserva")}
        if found["reserva"] != FREE:
            # its holder may have held on to it since
            seen["due_at"] = {"$lte": _text(now)}
        new: Document = {"situacao": Situacao.ENVIANDO.value, "reserva": token, "due_at": _text(until), "marca": mark}
        if found["situacao"] == Situacao.ENVIANDO:
            new |= {"tentado": True, "procuras": 0}
        return self._taken(seen, new)

    @steady
    def _taken(self, seen: Document, new: Document) -> Item | None:
        before = self._items.find_one_and_update(seen, {"$set": new})
        if before is None:
            # the answer to a first try may have been lost
            before = self._items.find_one({"_id": seen["_id"], "marca": new["marca"]})
        return None if before is None else _item({**before, **new})

    def settle(self, token: str, outcomes: Sequence[Outcome]) -> set[Key]:
        """Write outcomes and let go of their items."""
        writes = {
            one.id: {name: _plain(getattr(one, name)) for name in OUTCOME_FIELDS if name != "id"} for one in outcomes
        }
        free = {"reserva": FREE}
        return self._held(
            token, {key: {**values, "motivo": values["motivo"] or NONE, **free} for key, values in writes.items()}
        )

    def hold(self, token: str, ids: Collection[Key], until: datetime) -> set[Key]:
        """Keep items until then."""
        return self._held(token, {key: {"due_at": _text(until)} for key in ids})

    def give_back(self, token: str, ids: Collection[Key], now: datetime) -> set[Key]:
        """Let go of items with which nothing was done; one that may have been sent before stays so."""
        if not ids:
            return set()
        tried = self._tried(ids)
        free = {"reserva": FREE, "due_at": _text(now)}
        states = {key: Situacao.DESCONHECIDO if key in tried else Situacao.PENDENTE for key in ids}
        return self._held(token, {key: {**free, "situacao": state.value} for key, state in states.items()})

    @steady
    def _tried(self, ids: Collection[Key]) -> set[Key]:
        return {one["_id"] for one in self._items.find({"_id": {"$in": list(ids)}, "tentado": True}, {"_id": 1})}

    def _held(self, token: str, values: Mapping[Key, Document]) -> set[Key]:
        """Write to the items that a token holds; return which those were."""
        if not values:
            return set()
        return self._marked(token, values, _mark())

    @steady
    def _marked(self, token: str, values: Mapping[Key, Document], mark: str) -> set[Key]:
        writes = [
            UpdateOne({"_id": key, "reserva": token}, {"$set": {**new, "marca": mark}}) for key, new in values.items()
        ]
        self._items.bulk_write(writes, ordered=False)
        return {one["_id"] for one in self._items.find({"_id": {"$in": list(values)}, "marca": mark}, {"_id": 1})}

    @steady
    def after_crash(self, now: datetime) -> int:
        """Let go of what dead processes of this host held."""
        tokens = self._items.distinct("reserva", {"conta": self.conta, "situacao": Situacao.ENVIANDO.value})
        unsure = {"situacao": Situacao.DESCONHECIDO.value, "tentado": True, "procuras": 0}
        lost = {"reserva": FREE, "due_at": _text(now), **unsure}
        dead = [token for token in tokens if token and holder.is_dead(token)]
        return sum(
            self._items.update_many({"conta": self.conta, "reserva": token}, {"$set": lost}).modified_count
            for token in dead
        )

    @steady
    def put_right(self, fluxo: str, now: datetime, latest: datetime) -> int:
        """Let a flow's items that nobody holds and that are due after `latest` be due now."""
        mine: Document = {"conta": self.conta, "fluxo": fluxo, "situacao": {"$in": list(OPEN)}, "reserva": FREE}
        late = {**mine, "due_at": {"$gt": _text(latest)}}
        return self._items.update_many(late, {"$set": {"due_at": _text(now), "procuras": 0}}).modified_count

    def find(self, livro: str, chaves: Collection[str]) -> dict[str, Item]:
        """Return the items with these keys."""
        return {item.chave: item for item in self.having(livro, "chave", chaves)}

    def having(self, livro: str, campo: str, valores: Collection[str]) -> list[Item]:
        """Return the items with one of these values in a field."""
        return self._read({"livro": livro, campo: {"$in": list(valores)}}) if valores else []

    def untold(self, limit: int) -> Sequence[Item]:
        """Return items whose event may not be recorded."""
        return self._read({"avisado": False}, limit)

    @steady
    def told(self, ids: Collection[Key]) -> None:
        """Note that the events of items are recorded."""
        self._items.update_many({"_id": {"$in": list(ids)}}, {"$set": {"avisado": True}})

    def key(self, text: str) -> Key | None:
        """Return the key that a text is."""
        return text or None

    @steady
    def counts(self) -> Mapping[tuple[str, str, str | None], int]:
        """Return how many items there are by flow, state and reason."""
        found: dict[tuple[str, str, str | None], int] = {}
        # not every server groups by several fields
        for fluxo in self._items.distinct("fluxo", where := {"conta": self.conta}):
            for situacao in self._items.distinct("situacao", of_flow := {**where, "fluxo": fluxo}):
                for motivo in self._items.distinct("motivo", of_state := {**of_flow, "situacao": situacao}):
                    amount = self._items.count_documents({**of_state, "motivo": motivo})
                    found[fluxo, situacao, motivo or None] = amount
        return found

    def waiting(self, fluxo: str | None, after: Key | None, limit: int) -> Sequence[Item]:
        """Return a page of what waits for somebody, by number."""
        where: Document = {"situacao": {"$in": list(WAITING)}}
        if fluxo is not None:
            where["fluxo"] = fluxo
        if after is not None:
            where["_id"] = {"$gt": str(after)}
        return self._read(where, limit)

    @steady
    def parked_since(self) -> Mapping[str, datetime]:
        """Return since when the oldest parked item of each flow waits."""
        where = {"conta": self.conta, "situacao": Situacao.ESTACIONADO.value}
        found: dict[str, datetime] = {}
        for fluxo in self._items.distinct("fluxo", where):
            oldest = self._items.find({**where, "fluxo": fluxo}).sort([("criado_em", ASCENDING)]).limit(1)
            found |= {one["fluxo"]: datetime.fromisoformat(one["criado_em"]) for one in oldest}
        return found

    @steady
    def change(self, where: Mapping[str, object], now: datetime, **values: object) -> int:
        """Write values to free items that have these ones."""
        names = {name if name != "id" else "_id": value for name, value in where.items()}
        asked: Document = {"conta": self.conta, "reserva": FREE}
        for name, value in names.items():
            asked[name] = {"$in": [_plain(one) for one in value]} if isinstance(value, list | tuple | set) else value
        new = {name: _plain(value) for name, value in {"mudado_em": now, **values}.items()}
        if "motivo" in new:
            new["motivo"] = new["motivo"] or NONE
        return self._items.update_many(asked, {"$set": new}).matched_count

    @steady
    def _read(self, where: Document, limit: int = MOST) -> list[Item]:
        found = self._items.find({"conta": self.conta, **where}).sort([("_id", ASCENDING)]).limit(limit)
        return [_item(one) for one in found]


def _item(found: Mapping[str, Any]) -> Item:
    values: dict[str, Any] = {name: found.get(name) for name in ITEM_FIELDS if name != "id"}
    values |= {name: datetime.fromisoformat(values[name]) for name in TIMES if values[name]}
    return Item(
        id=found["_id"], **{**values, "situacao": Situacao(found["situacao"]), "motivo": found["motivo"] or None}
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _text(value)
    return value.value if isinstance(value, Situacao) else value


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _mark() -> str:
    return secrets.token_hex(12)
