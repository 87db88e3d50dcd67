"""Without a token that stands nobody learns anything but that."""

from datetime import timedelta

import pytest
from conftest import Configure
from support.api import Client, person

from api.gate import guarded, shown
from core.clock import SYSTEM, FixedClock
from flows.usuarios import managing, tokens

REFUSED = {"detail": "Token ausente ou inválido."}


@pytest.mark.parametrize(
    ("method", "path", "how"),
    [
        ("GET", "/api/", {}),
        ("GET", "/api", {}),
        ("GET", "/api/nfe/", {}),
        ("GET", "/api/nfe", {}),
        ("GET", "/api%0A", {}),
        ("GET", "/api/%0A", {}),
        ("GET", "/api/openapi.json%0A", {}),
        ("GET", "/api/nfe/99999999999999999999999/", {}),
        ("GET", "/api/nao-ha/", {}),
        ("DELETE", "/api/nfe/", {}),
        ("POST", "/api/nfe/", {"data": b"x" * 100, "headers": {"content-type": "text/plain"}}),
        ("GET", "/api/nfe/?search=%00", {}),
    ],
)
def test_a_token_is_asked_for_before_all_else(light: str, method: str, path: str, how: dict[str, object]) -> None:
    answer = Client(light).ask(method, path, **how)
    assert (answer.status_code, answer.json()) == (401, REFUSED)
    assert answer.headers["www-authenticate"] == "Token"


def test_a_token_stands_until_it_is_revoked_or_over_or_its_user_is_off(url: str) -> None:
    ana = person(url)
    assert ana.get("/api/nfe/").status_code == 200
    managing.desativar("ana")
    assert ana.get("/api/nfe/").status_code == 401
    managing.ativar("ana")
    assert ana.get("/api/nfe/").status_code == 200
    (shown_once,) = tokens.listar("ana").itens
    assert (shown_once.situacao, shown_once.ultimo_uso is not None) == ("válido", True)
    tokens.revogar(shown_once.prefixo)
    assert ana.get("/api/nfe/").status_code == 401


def test_a_token_of_days_ends_with_them(banco: str) -> None:
    managing.criar("ana")
    made = tokens.criar("ana", dias=2)
    assert tokens.quem(made.token) is not None
    later = FixedClock(SYSTEM.now() + timedelta(days=2, seconds=1))
    assert tokens.quem(made.token, later) is None
    assert tokens.listar("ana", clock=later).itens[0].situacao == "vencido"


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([(b"authorization", b"Token abc")], "abc"),
        ([(b"authorization", b"token  abc ")], "abc"),
        ([(b"authorization", b"Bearer abc")], None),
        ([(b"authorization", b"Token")], None),
        ([(b"authorization", b"Token a b")], None),
        ([(b"authorization", b"Token " + b"a" * 300)], None),
        ([(b"authorization", b"Token abc"), (b"authorization", b"Token abc")], None),
        ([], None),
    ],
)
def test_what_a_request_shows(headers: list[tuple[bytes, bytes]], found: str | None) -> None:
    assert shown(headers) == found


@pytest.mark.parametrize(
    ("path", "closed"),
    [
        ("/api/", True),
        ("/api", True),
        ("/api/nfe/", True),
        ("/api//auth/login/", True),
        ("/api/auth/login/", False),
        ("/api/auth/login", False),
        ("/api/openapi.json", False),
        ("/apis", False),
        ("/saude/", False),
    ],
)
def test_what_is_closed(path: str, closed: bool) -> None:
    assert guarded(path) is closed


def test_a_database_that_is_away_is_told_and_keeps_its_password(light: str, configure: Configure) -> None:
    clara = person(light, "clara")
    configure(core__database_url="postgresql://u:senha-secreta@127.0.0.1:1/x")  # pragma: allowlist secret
    answer = clara.get("/api/nfe/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == {"detail": "O banco de dados não respondeu (core.database_url)."}
