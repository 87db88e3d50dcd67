"""The Python client: every method against the running API, and what it does with faults, redirects and the token."""

import copy
import inspect
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Configure
from support import architecture
from support.api import importing, served
from support.consultas import loja
from support.ports import free_port
from support.scripted import Answer, Scripted
from support.sefaz import OUTRA, sefaz

import fiscal_api_client as module
from api import limit
from fiscal_api_client import (
    FiscalAPIClient,
    FiscalAPIError,
    FiscalAuthError,
    FiscalConflictError,
    FiscalConnectionError,
    FiscalNotFoundError,
    FiscalRateLimitError,
    FiscalValidationError,
)
from flows.usuarios import managing, tokens
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota
from sandbox.receiver import ReceiverServer

TOKEN = "um-token-que-ninguem-le"  # pragma: allowlist secret
PUBLIC = {
    name
    for name, one in vars(FiscalAPIClient).items()
    if inspect.isfunction(one) and not name.startswith("_") and name not in ("close", "pedir", "iterar")
}
SEFAZ = {"enviar_certificado", "consultar_sefaz", "buscar_consulta", "importar_documento", "importar_consulta"}


class Watched(FiscalAPIClient):
    """The client, which remembers what was called."""

    called: set[str]

    def __getattribute__(self, name: str) -> Any:
        if name in PUBLIC:
            object.__getattribute__(self, "__dict__").setdefault("called", set()).add(name)
        return object.__getattribute__(self, name)


@pytest.fixture
def url(sqlite: str, loopback: None) -> Iterator[str]:
    """Where the API is."""
    limit.limiter.cache_clear()
    with served() as address:
        yield address
    limit.limiter.cache_clear()


def person(url: str, name: str = "ana") -> Watched:
    managing.criar(name)
    return Watched(url, tokens.criar(name).token)


def asking(server: Scripted) -> tuple[FiscalAPIClient, list[float]]:
    """Return a client of a scripted server, and how long it waited between attempts."""
    waits: list[float] = []
    return FiscalAPIClient(server.url, TOKEN, 5, esperar=waits.append), waits


def test_every_method_against_the_running_api(url: str) -> None:
    client = person(url)
    importing("ana", nota(1).xml, nota(2).xml, nota(3).xml, conhecimento(7).xml)
    with ReceiverServer({"/x": None}) as receiver:
        page = client.listar_nfes(limit=2)
        assert (page["count"], len(page["results"])) == (3, 2)
        second = client.pagina_seguinte(page)
        assert second is not None
        assert (len(second["results"]), client.pagina_seguinte(second)) == (1, None)
        number = page["results"][0]["id"]
        assert client.listar_nfes(nota(2).chave, data_inicio=date(2000, 1, 1), data_fim="2999-12-31")["count"] == 1
        assert client.buscar_nfe(number)["total_itens"] == 1
        assert client.baixar(f"nfe/{number}/xml").startswith(b"<")
        assert client.totais_nfe()["total_notas"] == client.nfes_por_emitente()[0]["total_notas"] == 3
        assert [one["numero_nf"] for one in client.iterar_nfes(ordering="numero_nf", limit=1)] == ["1", "2", "3"]
        (freight,) = client.listar_ctes(search=conhecimento(7).chave)["results"]
        assert [one["id"] for one in client.iterar_ctes()] == [freight["id"]]
        assert client.buscar_cte(freight["id"])["chave_acesso"] == freight["chave_acesso"]
        assert client.totais_cte()["total_ctes"] == client.ctes_por_rota()[0]["total_ctes"] == 1
        assert (client.dashboard()["nfe_total"], client.buscar(nota(3).chave)["nfes"][0]["numero_nf"]) == (3, "3")
        assert client.estatisticas()["top_emitentes"][0]["total"] == 3
        assert client.listar_logs(tipo="NFe", status="erro")["count"] == 0
        made = client.criar_webhook("ERP", f"{receiver.url}/x")
        assert client.atualizar_webhook(made["id"], nome="Outro")["nome"] == "Outro"
        assert client.testar_webhook(made["id"])["status"] == "success"
        assert client.logs_webhook(made["id"])[0]["sucesso"]
        assert client.estatisticas_webhooks()["logs_sucesso"] == 1
        fired = client.disparar_evento("nfe_importada", {"valor": Decimal("1.10"), "dia": date(2026, 1, 2)})
        assert fired["webhooks_acionados"] == 1
        assert len(client.eventos_disponiveis()) == 5
        for number in range(25):
            client.criar_webhook(str(number), f"{receiver.url}/x", ["nfe_importada"], timeout=20, retry_count=2)
        assert len(client.listar_webhooks()) == 26
        assert client.deletar_webhook(made["id"]) == {}
    assert client.hora_do_servidor is not None
    assert PUBLIC - client.called == SEFAZ
    with pytest.raises(FiscalNotFoundError):
        client.buscar_nfe(987_654)
    with pytest.raises(FiscalValidationError) as wrong:
        client.listar_nfes(limit=101)
    assert wrong.value.campos == {"limit": ["Use de 1 a 100 por página."]}
    assert len(wrong.value.request_id or "") == 32
    tokens.revogar(tokens.listar("ana").itens[0].prefixo)
    with pytest.raises(FiscalAuthError):
        client.dashboard()


def test_every_method_about_sefaz_against_the_running_api(url: str, tmp_path: Path, configure: Configure) -> None:
    with sefaz(tmp_path) as lugar:
        company = loja(lugar, configure)
        company.receber(1)
        company.consultar()
        client = Watched(url, tokens.criar("ana").token)
        (found,) = client.pedir("GET", "consultas/")["results"]
        (document,) = client.buscar_consulta(found["id"])["documentos"]["DESTINATARIO"]
        (issued,) = lugar.server.notas.values()
        importing("ana", issued.feita.xml, cnpj=issued.emitente.documento)
        assert client.importar_documento(document["id"])["sucesso"]
        with pytest.raises(FiscalConflictError):
            client.importar_documento(document["id"])
        # what is asked for is kept, though there is no broker to hasten it
        assert client.importar_consulta(found["id"]) == {"pendentes": 0}
        other = lugar.autoridade.cliente(OUTRA, fim=datetime.now(UTC) + timedelta(days=100), uf="SP")
        made = client.enviar_certificado("Outra", OUTRA, other.pfx, other.senha)
        day = datetime.now(UTC).date() - timedelta(days=2)
        asked = client.consultar_sefaz(made["id"], "NFE", day, day.isoformat())
        assert client.buscar_consulta(asked["consulta_id"])["status"] == "PENDENTE"
    assert client.called >= SEFAZ


CALLS: tuple[tuple[Callable[[FiscalAPIClient], object], str, str, object], ...] = (
    (lambda c: c.listar_nfes(), "GET", "nfe/?page=1&limit=20", None),
    (lambda c: c.listar_nfes("a b", "1", page=0, mes=""), "GET", "nfe/?search=a+b&cnpj=1&page=0&limit=20", None),
    (lambda c: c.listar_ctes(page=2, ordering="-numero_ct"), "GET", "cte/?page=2&limit=20&ordering=-numero_ct", None),
    (lambda c: c.listar_logs("NFe"), "GET", "logs/?tipo=NFe&page=1", None),
    (
        lambda c: c.criar_webhook("n", "u"),
        *("POST", "webhooks/"),
        {"nome": "n", "url": "u", "eventos": "nfe_importada,cte_importado", "ativo": True},
    ),
    (lambda c: c.atualizar_webhook(3, secret_key=""), "PATCH", "webhooks/3/", {"secret_key": ""}),
    (
        lambda c: c.consultar_sefaz(3, "NFE", date(2026, 1, 2), "2026-01-03"),
        *("POST", "certificados/3/consultar/"),
        {"tipo_documento": "NFE", "data_inicio": "2026-01-02", "data_fim": "2026-01-03"},
    ),
    (lambda c: c.buscar_consulta(4), "GET", "consultas/4/", None),
    (lambda c: c.importar_documento(4), "POST", "documento/4/importar/", {}),
    (lambda c: c.importar_consulta(4), "POST", "consultas/4/importar/", {}),
    (lambda c: c.pedir("PUT", "configuracao/", corpo={"a": 1}), "PUT", "configuracao/", {"a": 1}),
)


def test_what_is_asked_is_what_the_contract_says(tmp_path: Path) -> None:
    (tmp_path / "a.pfx").write_bytes(b"\x30pfx")
    with Scripted(Answer(body=b'{"results": [], "next": null}')) as server:
        client, _ = asking(server)
        for call, method, path, body in CALLS:
            call(client)
            asked = server.asked[-1]
            assert (asked.method, asked.path) == (method, f"/api/{path}")
            assert (asked.json if asked.body else None) == body
            assert asked.headers["Authorization"] == f"Token {TOKEN}"
            assert ("Idempotency-Key" in asked.headers) == (method == "POST")
        client.enviar_certificado("n", "1", tmp_path / "a.pfx", "senha")
        assert server.asked[-1].headers["Content-Type"].startswith("multipart/form-data")
        assert b"\x30pfx" in server.asked[-1].body


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, FiscalAPIError),
        (400, FiscalValidationError),
        (401, FiscalAuthError),
        (403, FiscalAuthError),
        (404, FiscalNotFoundError),
        (409, FiscalConflictError),
        (418, FiscalAPIError),
        (429, FiscalRateLimitError),
        (500, FiscalAPIError),
        (503, FiscalAPIError),
        (None, FiscalConnectionError),
    ],
)
def test_a_fault_has_a_type_and_what_was_answered_but_never_the_token(
    status: int | None, kind: type[FiscalAPIError], caplog: pytest.LogCaptureFixture
) -> None:
    said = json.dumps({"detail": f"eco {TOKEN}", "campo": ["errado"]}).encode()
    caplog.set_level(logging.DEBUG)
    with Scripted(Answer(status, said, {"X-Request-ID": "a1", "Location": "http://127.0.0.1:1/"})) as server:
        client, _ = asking(server)
        with pytest.raises(FiscalAPIError) as raised:
            client.disparar_evento("nfe_importada", {}, idempotency_key="pedido-1")
        fault = raised.value
        assert len(server.asked) == 1
    assert (type(fault), fault.status, fault.idempotency_key) == (kind, status, "pedido-1")
    if status is not None:
        assert (fault.body, fault.request_id) == ({"detail": "eco ***", "campo": ["errado"]}, "a1")
    told = [*traceback.format_exception(fault), repr(fault), repr(client), repr(vars(client)), caplog.text]
    assert TOKEN not in "".join(told)
    assert fault.__context__ is None


def test_what_is_answered_well_is_left_as_it_is() -> None:
    with Scripted(Answer(body=json.dumps({"nome": TOKEN}).encode())) as server:
        assert asking(server)[0].dashboard() == {"nome": TOKEN}


@pytest.mark.parametrize(
    "body", [b"<html>login</html>", b"[1]", b'"a"', b"[" * 100_000, b"\xff", b'{"a": NaN'], ids=lambda one: one[:6]
)
def test_an_answer_that_is_not_the_api_s_is_a_fault(body: bytes) -> None:
    with Scripted(Answer(200, body)) as server:
        client, _ = asking(server)
        with pytest.raises(FiscalAPIError, match="não é da API"):
            client.dashboard()


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ([Answer(429, headers={"Retry-After": "7"}), Answer()], [7.0]),
        ([Answer(503, headers={"Retry-After": "0"}), Answer(502), Answer()], [0.0, (0.5, 1.5)]),
        ([Answer(504), Answer(None), Answer(503), Answer()], [(0.25, 0.75), (0.5, 1.5), (1.0, 3.0)]),
        ([Answer(503, headers={"Retry-After": "nan"}), Answer()], [(0.25, 0.75)]),
        ([Answer(503, headers={"Retry-After": "-5"}), Answer()], [0.0]),
        ([Answer(503, headers={"Retry-After": "daqui a pouco"}), Answer()], [(0.25, 0.75)]),
        ([Answer(503, headers={"Retry-After": f"Thu, 01 Jan {10**20} 00:00:00 GMT"}), Answer()], [(0.25, 0.75)]),
        ([Answer(None), Answer(None), Answer(None), Answer()], [(0.25, 0.75), (0.5, 1.5), (1.0, 3.0)]),
    ],
)
def test_what_reads_is_asked_again_after_a_fault_that_passes(answers: list[Answer], waits: list[Any]) -> None:
    with Scripted(*answers) as server:
        client, waited = asking(server)
        assert client.dashboard() == {}
    spans = [one if isinstance(one, tuple) else (one, one) for one in waits]
    assert all(low <= found <= high for found, (low, high) in zip(waited, spans, strict=True)), waited


def test_the_wait_may_be_given_as_a_date() -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    with Scripted(Answer(503, headers={"Retry-After": when}), Answer()) as server:
        client, (waited) = asking(server)
        client.dashboard()
    assert 0 <= waited[0] <= 61


@pytest.mark.parametrize(
    ("answer", "attempts", "method"),
    [
        (Answer(503), 4, "GET"),
        (Answer(None), 4, "GET"),
        (Answer(429, headers={"Retry-After": "3600"}), 1, "GET"),
        (Answer(500), 1, "GET"),
        (Answer(404), 1, "GET"),
        (Answer(503), 1, "POST"),
        (Answer(None), 1, "POST"),
        (Answer(429, headers={"Retry-After": "1"}), 1, "PATCH"),
        (Answer(302, headers={"Location": "/api/dashboard/"}), 1, "GET"),
    ],
)
def test_no_longer_than_is_of_use_and_never_what_writes(answer: Answer, attempts: int, method: str) -> None:
    with Scripted(answer) as server:
        client, _ = asking(server)
        with pytest.raises(FiscalAPIError) as raised:
            client.pedir(method, "dashboard/")
        assert len(server.asked) == attempts
    assert raised.value.retry_after == (float(answer.headers["Retry-After"]) if answer.status == 429 else None)


def test_a_server_that_does_not_answer_is_told() -> None:
    client = FiscalAPIClient(f"http://127.0.0.1:{free_port()}", TOKEN, 5, esperar=lambda _: None)
    with pytest.raises(FiscalConnectionError, match="ConnectionError"):
        client.dashboard()


def test_neither_a_redirect_nor_a_next_page_takes_the_token_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Scripted() as other:
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")  # pragma: allowlist secret
        moved = Answer(301, headers={"Location": f"{other.url}/api/nfe/"})
        page = Answer(body=json.dumps({"results": [1], "next": f"{other.url}/api/nfe/?page=2&depois=x~1"}).encode())
        last = Answer(body=b'{"results": [2], "next": null}')
        with Scripted(moved, page, last) as server:
            client, _ = asking(server)
            with pytest.raises(FiscalAPIError, match="corrija base_url"):
                client.listar_nfes()
            assert list(client.iterar_nfes()) == [1, 2]
            assert [one.path for one in server.asked[1:]] == ["/api/nfe/?limit=100", "/api/nfe/?page=2&depois=x~1"]
            assert {one.headers["Authorization"] for one in server.asked} == {f"Token {TOKEN}"}
        assert other.asked == []


@pytest.mark.parametrize("tail", ["", "/", "/api", "/api/", "//"])
def test_the_address_may_be_given_with_or_without_api(tail: str) -> None:
    with Scripted() as server:
        FiscalAPIClient(f"{server.url}/fiscal{tail}", TOKEN).dashboard()
        assert server.asked[0].path == "/fiscal/api/dashboard/"


@pytest.mark.parametrize(
    ("base", "token"),
    [
        ("fiscal.example.com", TOKEN),
        ("ftp://fiscal.example.com", TOKEN),
        ("https://", TOKEN),
        ("https://ana:senha@fiscal.example.com", TOKEN),  # pragma: allowlist secret
        ("https://fiscal.example.com/?a=1", TOKEN),
        ("https://fiscal.example.com", ""),
        ("https://fiscal.example.com", "a\r\nB: c"),
        ("https://fiscal.example.com", "tókén"),
    ],
)
def test_an_address_or_a_token_that_is_none_is_refused_and_not_repeated(base: str, token: str) -> None:
    with pytest.raises(ValueError, match=r"base_url|token") as raised:
        FiscalAPIClient(base, token)
    assert "senha@" not in str(raised.value)
    assert not token or token not in str(raised.value)


@pytest.mark.parametrize("number", ["", "../dashboard", "1/2", "a", None])
def test_a_number_that_is_none_asks_for_nothing(number: Any) -> None:
    with Scripted() as server:
        client, _ = asking(server)
        with pytest.raises((ValueError, TypeError)):
            client.buscar_nfe(number)
        assert server.asked == []


def test_the_file_alone_is_enough(tmp_path: Path) -> None:
    source = Path(module.__file__)
    (tmp_path / "fiscal_api_client.py").write_bytes(source.read_bytes())
    program = "import sys, fiscal_api_client as c; print(c.FiscalAPIClient('http://a/b/api', 't'), c.__file__)"
    command = [sys.executable, "-W", "error", "-c", program]
    environment = {name: one for name, one in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout == f"FiscalAPIClient('http://a/b/api/') {tmp_path / 'fiscal_api_client.py'}\n"
    imported = {names[0] for names in architecture.imported(source.read_text())}
    assert imported - sys.stdlib_module_names == {"requests"}


def test_a_block_closes_its_connections() -> None:
    with Scripted() as server, FiscalAPIClient(server.url, TOKEN) as client:
        assert client.dashboard() == {}
        assert copy.copy(client).dashboard() == {}
