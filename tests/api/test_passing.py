"""What is written down of a request, and what never is."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from support.api import Client, person
from support.ports import wait_until

from api.app import app
from core import logs
from flows.usuarios import managing
from flows.usuarios.passwords import definir
from storage.models.pedidos import PedidoAPI
from storage.session import reading, transaction


def kept(amount: int) -> list[PedidoAPI]:
    def found() -> list[PedidoAPI]:
        with reading() as db:
            return db.query(PedidoAPI).order_by(PedidoAPI.id).all()

    wait_until(lambda: len(found()) >= amount)
    return found()


def test_who_asked_for_what_and_what_became_of_it_is_written_down(url: str) -> None:
    ana = person(url)
    ana.session.headers["User-Agent"] = "programa/1.0"
    ana.get("/api/nfe/?search=maçã&token=abc123segredo")
    ana.get("/api/nfe/17/")
    ana.get("/saude/")
    Client(url).get("/api/nfe/")
    first, second, third = kept(3)
    assert (first.user, first.method, first.path, first.status_code) == ("ana", "GET", "/api/nfe/", 200)
    assert first.query_params == '{"search": "maçã", "token": "***"}'
    assert (first.user_agent, first.ip_address, first.request_body, first.response_body) == (
        "programa/1.0",
        "127.0.0.1",
        "",
        "",
    )
    assert 0 < first.response_time < 60
    assert "17" in second.response_body
    assert (third.user, third.status_code) == (None, 401)


def test_a_password_and_a_token_are_found_nowhere(url: str) -> None:
    managing.criar("ana")
    definir("ana", "uma senha boa")
    for password in ("uma senha boa", "uma senha má"):
        Client(url).post("/api/auth/login/", {"username": "ana", "password": password})
    cut = b'{"username": "ana", "password": "uma senha boa"'  # pragma: allowlist secret
    Client(url).ask("POST", "/api/auth/login/", data=cut, headers={"content-type": "application/json"})
    found = [one.request_body + one.response_body + one.query_params for one in kept(3)]
    assert found[0] == '{"username": "ana", "password": "***"}{}'
    assert not any("senha boa" in text or "senha má" in text for text in found)


def test_a_log_that_fails_changes_no_answer(light: str) -> None:
    clara = person(light, "clara")
    with transaction() as db:
        db.execute(text("DROP TABLE pedido_api"))
    assert [clara.get("/api/nfe/").status_code for _ in range(3)] == [200] * 3


def test_a_defect_is_told_by_its_number_and_nothing_else(clara: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("um segredo")

    monkeypatch.setattr("flows.documentos.views.dashboard.dashboard", broken)
    answer = clara.get("/api/dashboard/")
    assert answer.status_code == 500
    assert answer.json() == {
        "detail": "Erro interno. Ao relatar, diga o request_id.",
        "request_id": answer.headers["X-Request-ID"],
    }


@pytest.fixture
def all_is_logged() -> Iterator[None]:
    """Log at the usual level, whatever an earlier test of this process asked for."""
    logs.configure(level=logging.INFO)
    yield
    logs.configure()


@pytest.mark.usefixtures("sqlite", "all_is_logged")
def test_a_caller_who_goes_away_in_the_middle_is_no_defect() -> None:
    async def asked(path: str) -> None:
        parts = iter(({"type": "http.request", "body": b"a=", "more_body": True}, {"type": "http.disconnect"}))

        async def receive() -> Any:
            return next(parts)

        async def send(_: Any) -> None:
            pytest.fail("there is nobody to be answered")

        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [], "scheme": "http"}
        await app({**scope, "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1)}, receive, send)

    with capture_logs() as said:
        for path in ("/entrar", "/ganchos/ploomes"):
            asyncio.run(asked(path))
    assert [(one["event"], one["log_level"]) for one in said if one["event"] != "request"] == [
        ("caller went away", "info")
    ] * 2
