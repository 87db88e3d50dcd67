"""One account of Ploomes: lists to their end, single records, contacts made and changed.

docs/reference/contracts/ploomes.md.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

from connectors.base.blocking import BlockingSession
from connectors.base.policy import Policy
from connectors.base.reading import Reply
from connectors.base.table import Row as FaultRow
from connectors.base.teller import Teller
from connectors.ploomes import faults, odata, rows
from connectors.ploomes.paging import Answer, Page, Pages, Reading
from connectors.ploomes.rows import CONTACTS, EXPAND, Contact, Hook, Item, Row
from core.clock import SYSTEM, Clock
from core.fiscal import normalizar_documento
from core.http_date import read_date
from core.pace import Budget, Free, MakePace, budget_name
from core.proxy import proxy_of
from core.secrets import Secrets
from core.settings.ploomes import ContaPloomes

# The server itself gives up after about 30 seconds; an answer has 10 MB at most.
POLICY = Policy(overall=120, connect=5, read=40, attempts=3, first_pause=1.0, answer_limit=16 * 1024 * 1024)
FOUND_OR_GONE = frozenset({200, 404})


class Ploomes:
    """An open account: `with Ploomes("padrao", conta, pace=SharedPace) as ploomes`. Never shows its key."""

    def __init__(
        self, nome: str, conta: ContaPloomes, *, pace: MakePace = Free, policy: Policy = POLICY, clock: Clock = SYSTEM
    ) -> None:
        key = conta.user_key.get_secret_value()
        self._conta = conta
        self._teller = Teller(f"Ploomes {nome}", faults.TABLE, Secrets(key))
        self._session = BlockingSession(
            policy, self._teller, clock, pace=pace(budget(conta)), proxy=proxy_of("ploomes")
        )
        self._headers = {"User-Agent": "Esteira", "Accept": "application/json", "User-Key": key}

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, fault, trace)

    def contacts(self, since: datetime | None, *, changed: bool = True, after_id: int = 0) -> Iterator[Page[Contact]]:
        """Yield the contacts created (or changed) since a moment, all of them for None, by id.

        Raises:
            Unintelligible: the list has no proven end, or not what was asked for. Any other `Fault` as it comes.
        """
        reading = self._since(CONTACTS, since, changed=changed)
        for page in self._pages(reading).read(after_id):
            yield Page(tuple(map(rows.contact, page.rows)), page.now, page.whole)

    def items(
        self,
        entidade: str,
        since: datetime | None,
        *,
        tags: Collection[int] = (),
        changed: bool = True,
        after_id: int = 0,
    ) -> Iterator[Page[Item]]:
        """Yield tasks or interaction records with one of the tags, or any, as `contacts` does."""
        reading = self._since(entidade, since, changed=changed, tags=tags)
        for page in self._pages(reading).read(after_id):
            found = map(partial(rows.item, entidade), page.rows)
            yield Page(tuple(one for one in found if not tags or set(one.tag_ids) & set(tags)), page.now, page.whole)

    def contact(self, contact_id: int) -> Contact | None:
        """Return a contact; None when it is gone."""
        row = self._one(CONTACTS, contact_id)
        return None if row is None else rows.contact(row)

    def item(self, entidade: str, item_id: int) -> Item | None:
        """Return a task or an interaction record; None when it is gone."""
        row = self._one(entidade, item_id)
        return None if row is None else rows.item(entidade, row)

    def find_contacts(self, documento: str) -> list[Contact]:
        """Return who has a document, however it is written there; that there is nobody is confirmed by a count."""
        outside = partial(_of_somebody_else, normalizar_documento(documento))
        reading = Reading(CONTACTS, odata.of_document(documento), (("expand", EXPAND[CONTACTS]),), outside)
        return [rows.contact(row) for page in self._pages(reading).read() for row in page.rows]

    def create_contact(self, fields: Mapping[str, Any]) -> Contact:
        """Make a contact and return it. Never repeats by itself what may have been stored."""
        reply = self._call("POST", "/Contacts", fields)
        made = self._rows(reply, faults.NOT_MADE)
        if len(made) != 1:
            raise reply.cut or self._teller.of_row(faults.NOT_MADE, status=reply.status)
        return rows.contact(made[0])

    def change_contact(self, contact_id: int, fields: Mapping[str, Any]) -> None:
        """Change these fields of a contact."""
        self._call("PATCH", f"/Contacts({contact_id})", fields, harmless=True)

    def tags(self) -> dict[int, str]:
        """Return the tags of the account."""
        reading = Reading("Tags", more=(("select", "Id,Name"),))
        return {row["Id"]: str(row.get("Name") or "") for page in self._pages(reading).read() for row in page.rows}

    def hooks(self) -> list[Hook]:
        """Return the webhooks of the account, without their keys."""
        reading = Reading("Webhooks", more=(("select", "Id,EntityId,ActionId,CallbackUrl,Active"),))
        return [rows.hook(row) for page in self._pages(reading).read() for row in page.rows]

    def revive_hook(self, hook_id: int) -> None:
        """Switch on again what the vendor has switched off after failures."""
        self._call("PATCH", f"/Webhooks({hook_id})", {"Active": 1}, harmless=True)

    def check_key(self) -> int:
        """Return the number of the account, so that the key is known to be good."""
        return int(self._only(self._get("/Account", {"top": 1, "select": "Id"}))["Id"])

    def _since(self, entity: str, since: datetime | None, *, changed: bool, tags: Collection[int] = ()) -> Reading:
        asked = tags if self._conta.tag_filter else ()
        begin = since and since.replace(microsecond=0)
        outside = partial(_outside, begin=begin, changed=changed, tags=frozenset(asked))
        filter_ = odata.both(odata.since(begin, changed=changed), odata.tagged(asked))
        return Reading(entity, filter_, (("expand", EXPAND[entity]),), outside)

    def _pages(self, reading: Reading) -> Pages:
        return Pages(self._listed, self._teller, reading, self._conta.page_size)

    def _listed(self, entity: str, options: dict[str, object]) -> Answer:
        reply = self._get(f"/{entity}", options)
        found = self._rows(reply, faults.NO_ROWS)
        return Answer(found, _count(reply), _date(reply))

    def _one(self, entity: str, number: int) -> Row | None:
        reply = self._get(f"/{entity}({number})", {"expand": EXPAND[entity]}, success=FOUND_OR_GONE)
        if reply.status != 200 and not reply.content.lstrip().startswith(b"<"):
            return None
        return self._only(reply)

    def _only(self, reply: Reply) -> Row:
        """Return the one row of an answer; an empty list is no proof that it is gone."""
        found = self._rows(reply, faults.NO_ROWS)
        if len(found) != 1:
            raise self._teller.of_row(faults.NO_ROWS, status=reply.status)
        return found[0]

    def _rows(self, reply: Reply, otherwise: FaultRow) -> list[dict[str, Any]]:
        """Return the rows of an answer; a text, a page or a list of anything else is a fault and no empty list."""
        content = reply.json_or_none()
        value = content.get("value") if isinstance(content, dict) else None
        if not isinstance(value, list) or not all(map(_is_row, value)):
            said = value if isinstance(value, str) else content if isinstance(content, str) else None
            raise reply.cut or self._teller.of_row(otherwise, status=reply.status, said=said)
        return value

    def _get(self, path: str, options: dict[str, object], success: Collection[int] = range(200, 300)) -> Reply:
        url = f"{self._conta.base_url}{path}?{odata.query(options)}"
        return self._session.call("GET", url, headers=self._headers, success=success, harmless=True)

    def _call(self, method: str, path: str, fields: Mapping[str, Any], *, harmless: bool = False) -> Reply:
        body = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
        headers = {**self._headers, "Content-Type": "application/json; charset=utf-8"}
        return self._session.call(
            method, f"{self._conta.base_url}{path}", headers=headers, body=body, harmless=harmless
        )


def budget(conta: ContaPloomes) -> Budget:
    """Return what the key of an account may be used for."""
    return Budget(budget_name("ploomes", conta.user_key.get_secret_value()), conta.per_minute)


def _outside(row: Row, *, begin: datetime | None, changed: bool, tags: frozenset[int]) -> FaultRow | None:
    """Tell what is wrong with a row that the filter does not let through."""
    told = [rows.moment(row.get(name)) for name in (("CreateDate", "LastUpdateDate") if changed else ("CreateDate",))]
    known = [moment for moment in told if moment is not None]
    if begin is not None and known and max(known) < begin:
        return faults.UNFILTERED
    return faults.UNTAGGED if tags and not tags & set(rows.tag_ids(row)) else None


def _of_somebody_else(documento: str, row: Row) -> FaultRow | None:
    fields = (row.get(name) for name in rows.DOCUMENTS)
    return None if documento in map(normalizar_documento, fields) else faults.UNFILTERED


def _is_row(one: object) -> bool:
    return isinstance(one, dict) and isinstance(one.get("Id"), int) and not isinstance(one["Id"], bool)


def _count(reply: Reply) -> int | None:
    count = reply.json_or_none().get("@odata.count")
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _date(reply: Reply) -> datetime | None:
    """Return the server's own time."""
    return read_date(reply.headers.get("date"))
