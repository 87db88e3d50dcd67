"""The server: strict about routes, headers and fields; capped, forgetful and late where it is told to be."""

import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from core.clock import SYSTEM, Clock
from sandbox.milvus import clientes, fields
from sandbox.milvus.clientes import ClientQuirks
from sandbox.milvus.fields import BadBody, Body
from sandbox.milvus.listing import FINALIZADO, FORM, STATUS, ListQuirks, Row, listed
from sandbox.server import SandboxServer, unknown_headers
from sandbox.throttle import Throttle

Work = Callable[[web.Request, bytes], web.Response]
CODES: dict[str, Callable[[int], Any]] = {
    "number": lambda code: code,
    "quoted": str,
    "codigo": lambda code: {"codigo": code},
    "id": lambda code: {"id": str(code)},
}


@dataclass
class Quirks:
    """Manners that accounts have been seen with; all may be changed while the server runs.

    `lag` is how many seconds searches do not show what was added; `code` is the form of a bare number in an answer
    (`CODES`); `empty_texts` False refuses empty strings; `numeric_client` accepts the id in the place of the token;
    `contract` is why no ticket may be opened.
    """

    clients: ClientQuirks = field(default_factory=ClientQuirks)
    tickets: ListQuirks = field(default_factory=ListQuirks)
    lag: float = 0.0
    code: str = "number"
    empty_texts: bool = True
    numeric_client: bool = False
    contract: str = ""


class MilvusServer(SandboxServer):
    """An account with one token. A test may change `clientes` and `chamados` (rows as they are listed).

    Faults: key = `POST chamado/criar`, `GET cliente/busca`, or none for all; `requests` counts by the same names.
    `bodies` are what was posted to each. `names` are the desks, sectors and categories there are, by field.
    """

    max_body = 4 * 1024 * 1024
    zone = ZoneInfo("America/Sao_Paulo")

    def __init__(self, token: str, clock: Clock = SYSTEM) -> None:
        super().__init__(clock)
        self._token = token
        self.quirks, self.throttle = Quirks(), Throttle(clock)
        self.clientes: list[Row] = []
        self.chamados: list[Row] = []
        self.acompanhamentos: defaultdict[str, list[Row]] = defaultdict(list)
        self.names: dict[str, set[str]] = {}
        self.requests: Counter[str] = Counter()
        self.bodies: defaultdict[str, list[Body]] = defaultdict(list)
        self.refused: list[str] = []
        self._hidden: dict[tuple[str, int], datetime] = {}
        self._last_id = 100

    def add_cliente(self, documento: str, nome: str = "Cliente", **more: Any) -> Row:
        """Add a client as a person would, and return its row."""
        body = {"cliente_documento": documento, "cliente_pessoa_juridica": {"nome_fantasia": nome}}
        row = clientes.row_of(self._number("cliente"), body) | more
        self.clientes.append(row)
        self.changed()
        return row

    def add_chamado(self, cliente: Row, assunto: str = "Chamado", descricao: str = "", **more: Any) -> Row:
        """Add a ticket of a client as a person would, and return its row."""
        code = self._number("chamado")
        now = self.clock.now().astimezone(self.zone).strftime(FORM)
        names = dict.fromkeys(("mesa_trabalho", "setor", "categoria_primaria", "categoria_secundaria"), "")
        row = {
            "codigo": code,
            "id": code + 5000,
            "cliente": cliente["nome_fantasia"],
            "cliente_token": cliente["token"],
        }
        row |= {"assunto": assunto, "descricao": descricao, "data_criacao": now, "data_modificacao": now}
        row |= {"status": STATUS[1], **names, **more}
        self.chamados.append(row)
        self.changed()
        return row

    def close_chamado(self, row: Row) -> Row:
        """Finish a ticket."""
        row["status"] = STATUS[FINALIZADO]
        return row

    def estado(self) -> dict[str, Any]:
        """Return how many clients and tickets there are."""
        return {
            "clientes": len(self.clientes),
            "chamados": len(self.chamados),
            "acompanhamentos": sum(map(len, self.acompanhamentos.values())),
            "pedidos": sum(self.requests.values()),
            "recusadas": len(self.refused),
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The routes of the contract; any other path is refused."""
        routes: list[tuple[str, str, Work]] = [
            ("GET", "cliente/busca", self._search),
            ("POST", "cliente/criar", self._new_client),
            ("PUT", "cliente/alterar/{id}", self._other_client),
            ("POST", "chamado/criar", self._new_ticket),
            ("POST", "chamado/listagem", self._list),
            ("PUT", "chamado/finalizar", self._finish),
            ("POST", "chamado/acompanhamento/criar", self._comment),
            ("GET", "chamado/acompanhamento/{codigo}", self._comments),
            ("GET", "chamado/validar-abertura-contrato", self._may_open),
        ]
        for verb, path, work in routes:
            yield web.route(verb, f"/api/{path}", self._door(f"{verb} {path.partition('/{')[0]}", work))
        yield web.route("*", "/{tail:.*}", self._nothing)

    def _door(self, name: str, work: Work) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            if refused := self._outside(request):
                return refused
            self.requests[name] += 1
            body = await request.read()

            async def healthy() -> web.StreamResponse:
                try:
                    return work(request, body)
                except BadBody as mistake:
                    return self._refuse(422, str(mistake))

            response = await self.faults.answer(request, healthy, name)
            self.changed()
            return response

        return answer

    async def _nothing(self, request: web.Request) -> web.Response:
        return self._refuse(404, "Rota não encontrada")

    def _outside(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != self._token:
            return self._refuse(401, "Token inválido")
        if extra := unknown_headers(request, {"authorization"}):
            return self._refuse(400, f"Cabeçalho desconhecido: {', '.join(extra)}")
        return self.throttle.refusal()

    def _search(self, request: web.Request, body: bytes) -> web.Response:
        rows = clientes.found(
            self.clientes, request.query, self.quirks.clients, lambda row: self._visible("cliente", row["id"])
        )
        return self._said({"lista": rows})

    def _new_client(self, request: web.Request, body: bytes) -> web.Response:
        given = fields.cliente(self._body("cliente/criar", request, body), new=True)
        if self.quirks.clients.no_doubles:
            taken = {clientes.bare(row["cnpj_cpf"]) for row in self.clientes}
            if clientes.bare(given["cliente_documento"]) in taken:
                raise BadBody("Já existe um cliente com este documento")
        row = clientes.row_of(self._number("cliente"), given)
        self.clientes.append(row)
        return self._code(row["id"])

    def _other_client(self, request: web.Request, body: bytes) -> web.Response:
        given = fields.cliente(self._body("cliente/alterar", request, body), new=False)
        row = next((one for one in self.clientes if str(one["id"]) == request.match_info["id"]), None)
        if row is None:
            return self._refuse(404, "Cliente não encontrado")
        before = {"cliente_documento": row["cnpj_cpf"], "cliente_ativo": row["is_ativo"]}
        merged = {**before, "cliente_pessoa_juridica": {"nome_fantasia": ""}} | given
        fresh = clientes.row_of(row["id"], merged)
        row |= {name: value for name, value in fresh.items() if value or name == "is_ativo"}
        return web.Response(status=204)

    def _new_ticket(self, request: web.Request, body: bytes) -> web.Response:
        given = self._body("chamado/criar", request, body)
        fields.known(given, fields.CHAMADO, required=("cliente_id", "chamado_assunto", "chamado_descricao"))
        row = self._named(given["cliente_id"])
        if row is None:
            raise BadBody("Cliente não encontrado")
        if self.quirks.contract:
            raise BadBody(self.quirks.contract)
        names = {"chamado_mesa": "mesa_trabalho", "chamado_setor": "setor"}
        names |= {f"chamado_{name}": name for name in ("categoria_primaria", "categoria_secundaria")}
        for name, other in names.items():
            if name in given and given[name] not in self.names.get(other, {given[name]}):
                # so it is with the real one: a fault of the request that comes as a 500
                return self._refuse(500, f"Campo inválido: {name}")
        more = {other: given.get(name, "") for name, other in names.items()}
        ticket = self.add_chamado(row, given["chamado_assunto"], given["chamado_descricao"], **more)
        return self._code(ticket["codigo"])

    def _named(self, name: object) -> Row | None:
        """Return the client with this token, or id where the account takes ids."""
        found = next((one for one in self.clientes if one["token"] == name), None)
        if found is None and self.quirks.numeric_client:
            found = next((one for one in self.clientes if str(one["id"]) == name), None)
        return found

    def _list(self, request: web.Request, body: bytes) -> web.Response:
        rows = [row for row in self.chamados if self._visible("chamado", row["codigo"])]
        given = fields.read(body, request.content_type)
        return self._said(listed(rows, given, request.query, self.quirks.tickets))

    def _finish(self, request: web.Request, body: bytes) -> web.Response:
        given = self._body("chamado/finalizar", request, body)
        fields.known(given, fields.FINALIZAR, required=("chamado_codigo", "chamado_servico_realizado"))
        row = self._ticket(given["chamado_codigo"])
        if row is None:
            return self._refuse(404, "Chamado não encontrado")
        if row["status"] == STATUS[1]:
            raise BadBody("O chamado ainda é novo")
        return self._code(self.close_chamado(row)["codigo"])

    def _comment(self, request: web.Request, body: bytes) -> web.Response:
        given = self._body("chamado/acompanhamento/criar", request, body)
        required = ("acompanhamento_ticket", "acompanhamento_descricao")
        fields.known(given, fields.ACOMPANHAMENTO, required=required)
        if self._ticket(given["acompanhamento_ticket"]) is None:
            return self._refuse(404, "Chamado não encontrado")
        text, private = given["acompanhamento_descricao"], given.get("acompanhamento_privado", False)
        when = self.clock.now().astimezone(self.zone).strftime(FORM)
        shown = {"pessoa": "Integração", "perfil": "Técnico", "texto": text, "texto_html": f"<p>{text}</p>"}
        shown |= {"data": when, "privado": private, "log_tipo_id": 1, "tipo": "Acompanhamento", "is_excluido": False}
        self.acompanhamentos[given["acompanhamento_ticket"]].append(shown)
        return web.Response(status=204)

    def _comments(self, request: web.Request, body: bytes) -> web.Response:
        code = request.match_info["codigo"]
        if self._ticket(code) is None:
            return self._refuse(404, "Chamado não encontrado")
        return self._said({"status_code": 200, "retorno": self.acompanhamentos[code]})

    def _may_open(self, request: web.Request, body: bytes) -> web.Response:
        if set(request.query) != {"cliente_token"}:
            raise BadBody("cliente_token é obrigatório")
        return self._said({"pode_abrir_chamado": not self.quirks.contract, "mensagem_erro": self.quirks.contract})

    def _ticket(self, code: str) -> Row | None:
        return next((row for row in self.chamados if str(row["codigo"]) == code), None)

    def _body(self, name: str, request: web.Request, body: bytes) -> Body:
        given = fields.read(body, request.content_type)
        if not self.quirks.empty_texts and "" in given.values():
            raise BadBody("Há campos vazios")
        self.bodies[name].append(given)
        return given

    def _number(self, kind: str) -> int:
        self._last_id += 1
        if self.quirks.lag:
            self._hidden[kind, self._last_id] = self.clock.now() + timedelta(seconds=self.quirks.lag)
        return self._last_id

    def _visible(self, kind: str, number: int) -> bool:
        until = self._hidden.get((kind, number))
        return until is None or until <= self.clock.now()

    def _code(self, number: int) -> web.Response:
        return self._said(CODES[self.quirks.code](number))

    def _refuse(self, code: int, message: str) -> web.Response:
        self.refused.append(f"{code} {message}")
        return self._said({"message": message}, code)

    def _said(self, content: object, code: int = 200) -> web.Response:
        body = json.dumps(content, ensure_ascii=False).encode()
        date = format_datetime(self.clock.now(), usegmt=True)
        return web.Response(status=code, body=body, content_type="application/json", headers={"Date": date})
