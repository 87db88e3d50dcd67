"""A box behind a real hub server, with every way in which one may misbehave."""

import asyncio
import json
import logging
import re
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiohttp import web
from satcfe.clientesathub import ClienteSATHub
from support.ports import soon

from alerts import checar
from connectors.sat import hub as connector
from connectors.sat.client import ClienteCaixa, consultar_status
from connectors.sat.status import Busy, InvalidAnswer, StatusOperacional
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.sat import BoxSettings
from sandbox import faults
from sandbox.faults import MIB, Fault, Usual
from sandbox.hub import STATUS, HubServer
from sandbox.sat_wire import refusal_line, status_line
from sandbox.server import SandboxServer, refused_address

DEADLINE = 0.5
SESSAO = 123456


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as running:
        yield running


def box(server: SandboxServer, **more: object) -> BoxSettings:
    fields = {"name": "loja-1", "host": server.host, "port": server.port, "timeout_seconds": 10, **more}
    return BoxSettings.model_validate(fields)


def ask(settings: BoxSettings) -> StatusOperacional:
    return asyncio.run(consultar_status(settings, SESSAO))


def fault_of(settings: BoxSettings) -> PlatformError:
    """Return what asking raises; every fault is one sentence that names the box and shows no inner part."""
    with pytest.raises(PlatformError) as caught:
        ask(settings)
    said = str(caught.value)
    assert re.fullmatch(r"Caixa loja-1: .+\.", said)
    assert said.isprintable()
    assert not re.search(r"Traceback|Error|Exception|aiohttp|object at 0x|\[Errno|None", said)
    assert caught.value.__suppress_context__
    shown = "".join(traceback.format_exception(caught.value))
    assert "During handling" not in shown
    return caught.value


def test_a_healthy_box_answers(hub: HubServer) -> None:
    found = ask(box(hub, numero_caixa=7))
    assert (found.EEEEE, found.ESTADO_OPERACAO, found.atributos.funcao) == ("10000", 0, STATUS)
    assert hub.count(7) == hub.count(7, STATUS) == 1


@pytest.mark.parametrize("caixa", [0, 1, 998, 999])
def test_every_caixa_number_of_the_contract_is_accepted(hub: HubServer, caixa: int) -> None:
    ask(box(hub, numero_caixa=caixa))
    assert (hub.count(caixa), list(hub.refused)) == (1, [])


def test_the_request_is_the_one_of_the_contract(hub: HubServer) -> None:
    seen: list[tuple[object, ...]] = []

    async def record(request: web.Request, answer: Usual) -> web.StreamResponse:
        seen.append((request.method, request.path_qs, dict(request.headers), await request.text()))
        return await answer()

    hub.faults.always(record)
    ask(box(hub, numero_caixa=3))
    ((method, path, headers, _),) = seen
    assert (method, path) == ("POST", "/hub/v1/consultarstatusoperacional")
    assert isinstance(headers, dict)
    assert {name: headers.get(name) for name in ("Host", "User-Agent", "Content-Type", "Content-Length")} == {
        "Host": f"{hub.host}:{hub.port}",
        "User-Agent": "satcfe/2.2/ER-2.28.05",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len("numero_caixa=3")),
    }
    assert not {"Authorization", "Cookie", "Proxy-Authorization"} & headers.keys()


def test_the_activation_code_stays_here(hub: HubServer) -> None:
    """The hub has its own; a box that was local once may still have one in the settings."""
    seen: list[bytes] = []
    with _recorder(seen) as port:
        fault_of(box(hub, port=port, activation_code="segredo-1234", timeout_seconds=DEADLINE))
    assert b"numero_caixa=1" in seen[0]
    assert b"segredo" not in seen[0]


@contextmanager
def _recorder(seen: list[bytes]) -> Iterator[int]:
    """Listen, keep what one caller sends, answer nothing and close."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                while b"numero_caixa" not in b"".join(seen[:1]):
                    seen[:] = [b"".join(seen) + peer.recv(65536)]

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(60)


@pytest.mark.parametrize(
    "fault",
    [faults.silent(), faults.drip(), faults.drip_head(), faults.slow(90), faults.drip(every_ms=400)],
    ids=["silent", "drip", "drip_head", "slow", "slow drip"],
)
def test_the_deadline_is_for_the_whole_call(hub: HubServer, fault: Fault) -> None:
    hub.faults.always(fault)
    with soon():
        found = fault_of(box(hub, timeout_seconds=DEADLINE))
    assert isinstance(found, Transient)
    assert f"não respondeu em {DEADLINE:g} s" in str(found)


def test_an_answer_just_in_time_counts(hub: HubServer) -> None:
    hub.faults.always(faults.slow(0.3))
    assert ask(box(hub, timeout_seconds=5)).ESTADO_OPERACAO == 0


def test_a_full_backlog_is_no_connection_and_costs_the_connect_deadline_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "CONNECT_SECONDS", 0.3)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [_half_open(listener.getsockname()) for _ in range(3)]
        settings = BoxSettings(name="loja-1", host="127.0.0.1", port=listener.getsockname()[1], timeout_seconds=60)
        with soon():
            found = fault_of(settings)
        for one in waiting:
            one.close()
    assert isinstance(found, Transient)
    assert "não aceita conexão" in str(found)


def _half_open(address: tuple[str, int]) -> socket.socket:
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(address)
    return one


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (faults.reset(), Transient, "encerrou a conexão"),
        (faults.close_early(b""), Transient, "encerrou a conexão"),
        (faults.close_early(), Transient, "encerrou a conexão"),
        (faults.garbage(), Transient, "não é HTTP"),
        (faults.close_early(b"HTTP/1.1 200 OK\r\nContent-Length: muito\r\n\r\n"), Transient, "não é HTTP"),
        (faults.close_early(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000), Transient, "não é HTTP"),
        (faults.html(), InvalidAnswer, "não respondeu em JSON"),
        (faults.huge(2 * MIB), InvalidAnswer, "não respondeu em JSON"),
        (faults.huge(2 * MIB, declared=False), InvalidAnswer, "não respondeu em JSON"),
        (faults.bomb(), InvalidAnswer, "não respondeu em JSON"),
        (faults.status(200), InvalidAnswer, "não respondeu em JSON"),
        (faults.status(200, b"\xff\xfe\x00"), InvalidAnswer, "não respondeu em JSON"),
        (faults.status(200, "[" * 60_000), InvalidAnswer, "não respondeu em JSON"),
        (faults.status(200, "9" * 60_000), InvalidAnswer, "não respondeu em JSON"),
        (faults.status(400, '{"message": {"numero_caixa": "x"}}'), Rejected, "número do caixa"),
        (faults.status(401), Rejected, "não é um SATHub"),
        (faults.html(404), Rejected, "HTTP 404"),
        (faults.status(405, '{"message": "x"}'), Rejected, "HTTP 405"),
        (faults.status(429), Transient, "ocupado"),
        (faults.status(500, '{"message": "x"}'), Transient, "o hub falhou"),
        (faults.status(501, '{"message": "x"}'), Rejected, "não tem esta função"),
        (faults.status(503), Transient, "o hub falhou"),
        (faults.status(204), Rejected, "HTTP 204 inesperada"),
        (faults.status(600), Rejected, "HTTP 600 inesperada"),
    ],
)
def test_faults_of_a_hub(hub: HubServer, fault: Fault, kind: type[PlatformError], says: str) -> None:
    hub.faults.always(fault)
    with soon():
        found = fault_of(box(hub))
    assert isinstance(found, kind)
    assert says in str(found)
    assert f"({hub.host}:{hub.port})" in str(found)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(hub: HubServer, code: int) -> None:
    with HubServer() as other:
        hub.faults.always(faults.redirect(f"{other.url}/hub/v1/consultarstatusoperacional", code))
        found = fault_of(box(hub))
        assert [*other.calls, *other.refused] == []
    assert isinstance(found, Rejected)
    assert "redireciona" in str(found)


def test_a_body_without_end_is_cut_before_it_fills_the_memory(hub: HubServer) -> None:
    hub.faults.always(faults.huge(50 * MIB))
    with soon():
        fault_of(box(hub))


@pytest.mark.parametrize(
    "answer",
    [
        {"retorno": None},
        {},
        {"funcao": STATUS},
        {"retorno": 10000},
        {"retorno": ["a|b"]},
        {"retorno": {"a": "b"}},
        {"retorno": True},
        [],
        [status_line()],
        "texto",
        12,
        None,
    ],
)
def test_an_answer_without_a_line_is_no_answer(hub: HubServer, answer: object) -> None:
    hub.faults.always(faults.status(200, json.dumps(answer)))
    found = fault_of(box(hub))
    assert type(found) is InvalidAnswer
    assert "não traz o retorno" in str(found)


@pytest.mark.parametrize("line", ["", "lixo", "a|b|c", "1|2|3|4|5", "\0", "\ud800|" * 28, status_line() + "|sobra"])
def test_a_line_that_cannot_be_read_names_its_box_too(hub: HubServer, line: str) -> None:
    hub.program(1, line)
    assert type(fault_of(box(hub))) is InvalidAnswer


def test_a_hub_that_writes_latin_1_is_read_all_the_same(hub: HubServer) -> None:
    body = json.dumps({"retorno": status_line(STATUS_LAN="NÃO CONECTADO")}, ensure_ascii=False)
    hub.faults.always(faults.status(200, body.encode("latin-1")))
    assert ask(box(hub)).STATUS_LAN == "N\ufffdO CONECTADO"


@pytest.mark.parametrize("kind", ["text/html", "text/plain; charset=iso-8859-1", "application/x"])
def test_the_media_type_does_not_matter(hub: HubServer, kind: str) -> None:
    hub.faults.always(faults.status(200, json.dumps({"retorno": status_line()}), {"Content-Type": kind}))
    assert ask(box(hub)).ESTADO_OPERACAO == 0


@pytest.mark.parametrize(
    ("code", "kind"), [("10001", Misconfigured), ("10098", Busy), ("10099", Transient), ("10050", Rejected)]
)
def test_a_refusal_of_the_box_is_told_with_its_code(hub: HubServer, code: str, kind: type[PlatformError]) -> None:
    hub.program(1, refusal_line(code, "Motivo\x1b[31m do equipamento"))
    found = fault_of(box(hub))
    assert type(found) is kind
    assert f"({code})" in str(found)


def test_a_hub_that_refuses_the_connection() -> None:
    with refused_address() as address:
        found = fault_of(BoxSettings(name="loja-1", host="127.0.0.1", port=int(address.rpartition(":")[2])))
    assert isinstance(found, Transient)
    assert "não aceita conexão" in str(found)


def test_a_proxy_of_the_environment_is_ignored(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with refused_address() as nowhere:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, nowhere)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert ask(box(hub)).ESTADO_OPERACAO == 0


class HubOnIPv6(HubServer):
    """The same hub, on the other loopback."""

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.router.add_routes(self.routes())
        self._listener = socket.create_server(("::1", port), family=socket.AF_INET6)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()
        self.port = self._listener.getsockname()[1]


@pytest.mark.parametrize("host", ["::1", "[::1]", "0:0:0:0:0:0:0:1"])
def test_an_ipv6_address_with_or_without_brackets(host: str) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        server = HubOnIPv6().run()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    try:
        assert ask(box(server, host=host)).ESTADO_OPERACAO == 0
        assert list(server.refused) == []
    finally:
        server.stop()


def test_a_cookie_of_one_answer_is_not_sent_with_the_next(hub: HubServer) -> None:
    seen: list[bool] = []

    async def bake(request: web.Request, answer: Usual) -> web.StreamResponse:
        seen.append("Cookie" in request.headers)
        response = await answer()
        response.set_cookie("sessao", "1")
        return response

    hub.faults.always(bake)
    ask(box(hub))
    ask(box(hub))
    assert seen == [False, False]


def test_nothing_is_logged_about_a_fault(hub: HubServer, caplog: pytest.LogCaptureFixture) -> None:
    """The caller tells it, once; asyncio's own complaints would show that something was left open."""
    hub.faults.always(faults.reset())
    with caplog.at_level(logging.DEBUG, "asyncio"):
        fault_of(box(hub))
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_our_client_has_the_shape_of_satcfe_s(hub: HubServer) -> None:
    hub.program(1, status_line(DH_ATUAL="20200101000000"))
    assert [type(one).__name__ for one in checar(ClienteCaixa(box(hub), SESSAO))] == ["AlertaDivergenciaHorarios"]
    assert hub.count(1) == 1


def test_satcfe_s_own_client_serves_our_alerts(hub: HubServer) -> None:
    client = ClienteSATHub(hub.host, hub.port, numero_caixa=4)
    assert checar(client) == []
    hub.program(4, status_line(DH_ATUAL="20200101000000"))
    assert [type(one).__module__ for one in checar(client)] == ["alerts.sat.relogio"]
    assert hub.count(4) == 2
