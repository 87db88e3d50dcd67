"""The server: strict about routes, headers, options and fields; forgetful, short and late where it is told to be."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.faults import Fault, status
from sandbox.ploomes.entities import ENTITIES
from sandbox.ploomes.filters import BadQuery, Row
from sandbox.ploomes.query import Query, Shape, shown
from sandbox.server import SandboxServer, unknown_headers
from sandbox.throttle import Throttle

BRASILIA = timezone(timedelta(hours=-3))
MADE_ELSEWHERE = frozenset({"Deals", "Cities", "States", "Account", "Tags"})
_PATH = re.compile(r"/(?P<entity>[A-Za-z]+)(?:\((?P<id>\d+)\))?")
_VERBS = {"GET", "POST", "PATCH", "DELETE"}


def empty_page() -> Fault:
    """Answer 200 with an empty page, as has been seen under load: a lie."""
    return status(200, json.dumps({"@odata.context": "", "value": []}), {"Content-Type": "application/json"})


@dataclass
class Quirks:
    """Manners that accounts have been seen with; all may be changed while the server runs.

    `lag` is how many seconds lists do not show a new row; `page_cap` cuts silently; `short_page` gives that many rows
    at most although more are there.
    """

    page_cap: int = 300
    short_page: int | None = None
    counts: bool = True
    filters: bool = True
    orders: bool = True
    filters_tags: bool = True
    next_links: bool = False
    no_doubles: bool = False
    lag: float = 0.0


class PloomesServer(SandboxServer):
    """An account with one key. `rows` by entity and id; a test may change and delete them.

    Faults: key = `GET Contacts`, `POST Contacts`, `PATCH Webhooks`, or the entity, or none for all. `requests` counts
    by the same names; `hidden` says until when lists do not show a row.
    """

    def __init__(self, user_key: str, clock: Clock = SYSTEM) -> None:
        super().__init__(clock)
        self._key = user_key
        self.quirks, self.throttle = Quirks(), Throttle(clock)
        self.rows: defaultdict[str, dict[int, Row]] = defaultdict(dict)
        self.hidden: dict[tuple[str, int], datetime] = {}
        self.requests: Counter[str] = Counter()
        self.refused: list[str] = []
        self._last_id = 1000
        self.add("Account", Name="Conta de exemplo")

    def add(self, entity: str, *, visible_in: float = 0.0, **fields: Any) -> Row:
        """Add a row as a person would, and return it; its fields may be changed afterwards."""
        known = ENTITIES[entity]
        if unknown := sorted(set(fields) - {*known.fields, *known.many}):
            raise BadQuery(f"Campos desconhecidos: {', '.join(unknown)}")
        self._last_id += 1
        now = self.date_text(self.clock.now())
        row: Row = {"Id": self._last_id, **{name: now for name in ("CreateDate",) if name in known.fields}, **fields}
        self._last_id = max(self._last_id, row["Id"])
        self.rows[entity][row["Id"]] = row
        if visible_in or self.quirks.lag:
            self.hidden[entity, row["Id"]] = self.clock.now() + timedelta(seconds=visible_in or self.quirks.lag)
        self.changed()
        return row

    def touch(self, row: Row) -> Row:
        """Note that a row was changed now."""
        row["LastUpdateDate"] = self.date_text(self.clock.now())
        return row

    @staticmethod
    def date_text(instant: datetime) -> str:
        """Return a moment as the API writes it: with its offset, with a fraction only where there is one."""
        return instant.astimezone(BRASILIA).isoformat()

    def estado(self) -> dict[str, Any]:
        """Return how many rows there are."""
        return {
            "contatos": len(self.rows["Contacts"]),
            "tarefas": len(self.rows["Tasks"]),
            "interacoes": len(self.rows["InteractionRecords"]),
            "pedidos": sum(self.requests.values()),
            "recusadas": len(self.refused),
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Every path comes to one door: `/Entity(12)` is no path of segments."""
        yield web.route("*", "/{tail:.*}", self._door)

    async def _door(self, request: web.Request) -> web.StreamResponse:
        found = _PATH.fullmatch(request.path)
        if found is None or found["entity"] not in ENTITIES:
            return self._refuse(404, "Resource not found for the segment.")
        entity, number = found["entity"], int(found["id"]) if found["id"] else None
        if refused := self._outside(request, entity, number):
            return refused
        name = f"{request.method} {entity}"
        self.requests[name] += 1
        body = await request.read()

        async def healthy() -> web.StreamResponse:
            try:
                answer = self._answer(request, entity, number, body)
            except BadQuery as mistake:
                answer = self._refuse(400, str(mistake))
            return answer

        response = await self.faults.answer(request, healthy, name, entity)
        self.changed()
        return response

    def _outside(self, request: web.Request, entity: str, number: int | None) -> web.Response | None:
        if request.headers.get("User-Key") != self._key:
            return self._refuse(401, "Invalid User-Key.")
        if extra := unknown_headers(request, {"user-key"}):
            return self._refuse(400, f"Unknown header: {', '.join(extra)}")
        allowed = {"GET"} if entity in MADE_ELSEWHERE else _VERBS
        if request.method not in allowed or (request.method in ("PATCH", "DELETE")) != (
            number is not None and request.method != "GET"
        ):
            return self._refuse(405, "The requested resource does not support this http method.")
        return self.throttle.refusal()

    def _answer(self, request: web.Request, entity: str, number: int | None, body: bytes) -> web.Response:
        match request.method:
            case "GET":
                return self._read(request, entity, number)
            case "DELETE":
                self.rows[entity].pop(number or 0, None)
                return self._said(204)
        fields = self._fields(request, entity, body)
        row = self._made(entity, fields) if number is None else self._altered(entity, number, fields)
        if row is None:
            return self._refuse(404, f"{entity}({number}) not found.")
        return self._rows([shown(entity, row, Query(entity, {}, self._find).shape(), self._find)], entity)

    def _read(self, request: web.Request, entity: str, number: int | None) -> web.Response:
        query = Query(entity, dict(request.query), self._find)
        shape = query.shape()
        if number is not None:
            row = self.rows[entity].get(number)
            return self._rows([self._shown(entity, row, shape)], entity) if row else self._refuse(404, "Not found.")
        if not self.quirks.filters_tags and "Tags/any" in request.query.get("$filter", ""):
            return self._refuse(400, "Filter on Tags is not allowed.")
        visible = [row for row in self.rows[entity].values() if self._visible(entity, row)]
        chosen = query.chosen(visible) if self.quirks.filters else visible
        if not self.quirks.orders:
            chosen = chosen[::-1]
        page = chosen[query.number("$skip") or 0 :][: self._size(query.number("$top"))]
        more: dict[str, Any] = {}
        if query.counts and self.quirks.counts:
            more["@odata.count"] = len(chosen)
        if self.quirks.next_links and len(page) < len(chosen):
            more["@odata.nextLink"] = f"{self.url}/{entity}?$skip={len(page)}"
        return self._rows([self._shown(entity, row, shape) for row in page], entity, more)

    def _size(self, top: int | None) -> int:
        given = self.quirks.page_cap if top is None else top
        return min(given, self.quirks.page_cap, *filter(None, [self.quirks.short_page]))

    def _visible(self, entity: str, row: Row) -> bool:
        until = self.hidden.get((entity, row["Id"]))
        return until is None or until <= self.clock.now()

    def _shown(self, entity: str, row: Row, shape: Shape) -> Row:
        return shown(entity, row, shape, self._find)

    def _find(self, entity: str, number: Any) -> Row | None:
        return self.rows[entity].get(number)

    def _fields(self, request: web.Request, entity: str, body: bytes) -> Row:
        if request.content_type != "application/json":
            raise BadQuery("Content-Type must be application/json.")
        try:
            fields = json.loads(body)
        except ValueError:
            raise BadQuery("The body is not JSON.") from None
        known = {*ENTITIES[entity].fields, *ENTITIES[entity].many} - {"Id", "CreateDate", "LastUpdateDate"}
        if not isinstance(fields, dict) or not fields or set(fields) - known:
            raise BadQuery(f"The body has fields that {entity} does not have, or none.")
        if any("{" in str(value) for value in fields.values() if not isinstance(value, list)):
            raise BadQuery("A placeholder was not replaced.")
        return fields

    def _made(self, entity: str, fields: Row) -> Row:
        for name in ENTITIES[entity].required:
            if not fields.get(name):
                raise BadQuery(f"The field {name} is required.")
        if entity == "Contacts":
            fields = self._contact(fields)
        return self.add(entity, **fields)

    def _contact(self, fields: Row) -> Row:
        """The document is given as `Register` and comes back as CNPJ or CPF."""
        document = str(fields.get("Register") or fields.get("CNPJ") or fields.get("CPF") or "")
        bare = re.sub(r"\W", "", document)
        if self.quirks.no_doubles and bare and bare in {self._bare(one) for one in self.rows["Contacts"].values()}:
            raise BadQuery("A contact with this document already exists.")
        kind = {11: "CPF", 14: "CNPJ"}.get(len(bare))
        return {"TypeId": 1, "LegalName": None, **fields, **({kind: document} if kind else {})}

    @staticmethod
    def _bare(row: Row) -> str:
        return re.sub(r"\W", "", str(row.get("CNPJ") or row.get("CPF") or row.get("Register") or ""))

    def _altered(self, entity: str, number: int, fields: Row) -> Row | None:
        row = self.rows[entity].get(number)
        if row is not None:
            row |= fields
            if "LastUpdateDate" in ENTITIES[entity].fields:
                self.touch(row)
        return row

    def _rows(self, value: list[Row], entity: str, more: dict[str, Any] | None = None) -> web.Response:
        context = f"{self.url}/$metadata#{entity}"
        return self._said(200, {"@odata.context": context, **(more or {}), "value": value})

    def _refuse(self, code: int, message: str) -> web.Response:
        self.refused.append(f"{code} {message}")
        return self._said(code, {"error": {"code": str(code), "message": message}})

    def _said(self, code: int, content: object = None) -> web.Response:
        body = None if content is None else json.dumps(content, ensure_ascii=False).encode()
        date = format_datetime(self.clock.now(), usegmt=True)
        return web.Response(status=code, body=body, content_type="application/json", headers={"Date": date})
