"""One account of Milvus: clients by document, tickets by client, and what is made of both.

docs/reference/contracts/milvus.md.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from connectors.base.blocking import BlockingSession, NotingAdapter
from connectors.base.policy import Policy
from connectors.base.reading import Reply
from connectors.base.table import Row as FaultRow
from connectors.base.teller import Teller
from connectors.milvus import faults, rows
from connectors.milvus.inventory import Inventory
from connectors.milvus.listing import Chamados, Sheet, total_of
from connectors.milvus.reference import has_reference
from connectors.milvus.rows import Chamado, Cliente, Listing, Part, Row
from core.clock import SYSTEM, Clock
from core.fiscal import documento_ausente, formatar_documento, normalizar_documento
from core.html_text import plain_text
from core.pace import Budget, Free, MakePace, budget_name
from core.proxy import proxy_of
from core.secrets import Secrets
from core.settings.milvus import ContaMilvus
from core.settings.proxy import Uso

POLICY = Policy(overall=120, connect=5, read=40, attempts=3, first_pause=1.0, answer_limit=16 * 1024 * 1024)
# Without it a blocked client is invisible, and would be made a second time; and so is a closed ticket.
ALL_CLIENTS, ALL_TICKETS = "3", 10
AHEAD = timedelta(days=1)


class Milvus:
    """An open account: `with Milvus("padrao", conta, pace=SharedPace) as milvus`. Never shows its token."""

    def __init__(
        self,
        nome: str,
        conta: ContaMilvus,
        *,
        pace: MakePace = Free,
        policy: Policy = POLICY,
        clock: Clock = SYSTEM,
        adapter: NotingAdapter | None = None,
        uso: Uso = "milvus",
    ) -> None:
        token = conta.token.get_secret_value()
        self._conta, self._clock, self._zone = conta, clock, ZoneInfo(conta.timezone)
        self._teller = Teller(f"Milvus {nome}".strip(), faults.TABLE, Secrets(token))
        own, listings = budgets(conta)
        proxy = proxy_of(uso)
        self._session, self._listings = (
            BlockingSession(policy, self._teller, clock, adapter=adapter, pace=paced, proxy=proxy)
            for paced in (pace(own), pace(own, listings))
        )
        self._headers = {"User-Agent": "Esteira", "Accept": "application/json", "Authorization": token}
        self._chamados = Chamados(self._sheet, conta.page_size, self._zone)
        self._chamado = rows.reader_of_chamados(self._zone)

    def __enter__(self) -> Self:
        for session in (self._session, self._listings):
            session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._session, self._listings):
            session.__exit__(kind, fault, trace)

    def find_clientes(self, documento: str) -> list[Cliente]:
        """Return the clients with a document, blocked ones too; asked for bare, then as people write it.

        The second is asked where the first shows no active one: a document may be there twice, in two forms.

        Raises:
            Unintelligible: an answer that is no list, or one of other clients. Any other `Fault` as it comes.
        """
        wanted, known = normalizar_documento(documento), dict[Cliente, None]()
        for spelling in dict.fromkeys((wanted, formatar_documento(wanted))):
            found = [rows.cliente(row) for row in self._search(self._session, {"documento": spelling})]
            same = [one for one in found if one.documento == wanted]
            if not (same or known) and any(not documento_ausente(one.documento) for one in found):
                raise self._teller.of_row(faults.UNFILTERED)
            known |= dict.fromkeys(same)
            if any(one.ativo is not False for one in same):
                break
        return list(known)

    def clientes(self) -> Listing[Cliente]:
        """Return every client; partial when the list is cut and cannot be read in parts."""
        found = self._inventory().read()
        return Listing(tuple(map(rows.cliente, found.rows)), found.complete)

    def clientes_in_parts(self, begin: str = "") -> Iterator[Part[Cliente]]:
        """Yield the clients as they are read, from the beginning or from where an earlier reading went on."""
        for part in self._inventory(begin).parts():
            yield Part(tuple(map(rows.cliente, part.rows)), part.goes_on, part.complete)

    def _inventory(self, begin: str = "") -> Inventory:
        return Inventory(lambda query: self._search(self._listings, query), self._conta.list_cap, begin)

    def create_cliente(self, fields: Mapping[str, Any]) -> int:
        """Make a client and return its id. Never repeats by itself what may have been stored."""
        return self._made("/api/cliente/criar", fields)

    def change_cliente(self, cliente_id: int, fields: Mapping[str, Any]) -> None:
        """Change these fields of a client."""
        self._done(self._call(self._session, "PUT", f"/api/cliente/alterar/{cliente_id}", fields, harmless=True))

    def create_chamado(self, fields: Mapping[str, Any]) -> str:
        """Open a ticket and return its code. Never repeats by itself what may have been stored."""
        return str(self._made("/api/chamado/criar", fields))

    def list_chamados(self, cliente_token: str, desde: datetime) -> Listing[Chamado]:
        """Return the tickets of a client since a moment, closed ones too."""
        wanted = {"cliente_token": cliente_token, "status": ALL_TICKETS}
        found = self._chamados.read(wanted, desde, self._clock.now() + AHEAD)
        tickets = map(self._chamado, found.rows)
        return Listing(tuple(one for one in tickets if one.cliente_token in ("", cliente_token)), found.complete)

    def find_chamados(self, cliente_token: str, line: str, desde: datetime) -> Listing[Chamado]:
        """Return the tickets of a client that bear a reference; none of a list that is not complete proves nothing."""
        found = self.list_chamados(cliente_token, desde)
        return Listing(tuple(one for one in found.rows if has_reference(one.descricao, line)), found.complete)

    def comment(self, codigo: str, texto: str, *, private: bool = False) -> None:
        """Add a comment to a ticket. Never repeats by itself what may have been stored."""
        body = {"acompanhamento_ticket": codigo, "acompanhamento_descricao": texto, "acompanhamento_privado": private}
        self._done(self._call(self._session, "POST", "/api/chamado/acompanhamento/criar", body))

    def comments(self, codigo: str) -> list[str]:
        """Return the comments of a ticket as plain text, without those that were deleted."""
        reply = self._get(self._session, f"/api/chamado/acompanhamento/{codigo}", {})
        found = [row for row in self._rows(reply) if row.get("is_excluido") not in (True, 1)]
        return [plain_text(rows.text(row.get("texto")) or rows.text(row.get("texto_html"))) for row in found]

    def may_open(self, cliente_token: str) -> str | None:
        """Return why no ticket may be opened for a client; None when one may."""
        reply = self._get(self._session, "/api/chamado/validar-abertura-contrato", {"cliente_token": cliente_token})
        content = reply.json_or_none()
        told = content.get("pode_abrir_chamado") if isinstance(content, dict) else None
        if not isinstance(told, bool):
            raise reply.cut or self._teller.of_row(faults.NO_WORD, status=reply.status)
        return None if told else rows.text(content.get("mensagem_erro")) or "o contrato não permite"

    def seen(self, campo: str, valor: str) -> bool:
        """Tell whether some ticket has this desk, sector or category: no route lists them, so False proves nothing."""
        sheet = self._chamados.first({campo: valor, "status": ALL_TICKETS})
        return any(_holds(row, valor) for row in sheet.rows)

    def _search(self, session: BlockingSession, query: dict[str, str]) -> list[Row]:
        return self._rows(self._get(session, "/api/cliente/busca", {"status": ALL_CLIENTS, **query}))

    def _sheet(self, wanted: dict[str, Any], asked: dict[str, Any]) -> Sheet:
        # some accounts read the parameters in the body, others in the address
        query = urlencode({name: json.dumps(value).strip('"') for name, value in asked.items()})
        body = {**asked, "filtro_body": wanted}
        reply = self._call(self._listings, "POST", f"/api/chamado/listagem?{query}", body, harmless=True)
        return Sheet(self._rows(reply), total_of(reply.json_or_none()))

    def _made(self, path: str, fields: Mapping[str, Any]) -> int:
        reply = self._call(self._session, "POST", path, fields)
        made = rows.number(reply.json_or_none())
        if made is None:
            raise reply.cut or self._teller.of_row(faults.NO_NUMBER, status=reply.status, said=_said(reply))
        return made

    def _done(self, reply: Reply) -> None:
        """Refuse a text or a page where nothing, or JSON, is the answer to what was done."""
        if reply.content.strip() and (reply.json_or_none() is None or isinstance(reply.json_or_none(), str)):
            raise reply.cut or self._teller.of_row(faults.NOT_DONE, status=reply.status, said=_said(reply))

    def _rows(self, reply: Reply, otherwise: FaultRow = faults.NO_LIST) -> list[Row]:
        """Return the rows of an answer; a text or a page in their place is a fault and no empty list."""
        found = rows.listed(reply.json_or_none())
        if found is None:
            raise reply.cut or self._teller.of_row(otherwise, status=reply.status, said=_said(reply))
        return found

    def _get(self, session: BlockingSession, path: str, query: Mapping[str, str]) -> Reply:
        url = f"{self._conta.base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        return session.call("GET", url, headers=self._headers, harmless=True)

    def _call(
        self, session: BlockingSession, method: str, path: str, fields: Mapping[str, Any], *, harmless: bool = False
    ) -> Reply:
        body = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
        headers = {**self._headers, "Content-Type": "application/json; charset=utf-8"}
        return session.call(method, f"{self._conta.base_url}{path}", headers=headers, body=body, harmless=harmless)


def budgets(conta: ContaMilvus) -> tuple[Budget, Budget]:
    """Return what the token of an account may be used for: in all, and for lists."""
    token = conta.token.get_secret_value()
    return (
        Budget(budget_name("milvus", token), conta.per_minute),
        Budget(budget_name("milvus", token, "listas"), conta.listings_per_minute),
    )


def _holds(row: Row, valor: str) -> bool:
    values = [inner for one in row.values() for inner in (one.values() if isinstance(one, dict) else [one])]
    return valor in values


def _said(reply: Reply) -> str | None:
    content = reply.json_or_none()
    return content if isinstance(content, str) else None
