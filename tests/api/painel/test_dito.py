"""What came of a button goes with the browser to the next page: whole, for a minute, and for its own session alone."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from api.painel.dito import COOKIE, GOOD_FOR, Dito, carried, carry
from api.painel.panel import Sinal
from api.session import GUARDED, Visita
from core.clock import FixedClock
from flows.usuarios.tokens import Quem

NOW = datetime(2026, 3, 2, 12, 0, 5, 123456, tzinfo=UTC)
ANA = Visita(Quem(1, "ana", True, None), "uma-sessao")
OTHER = Visita(ANA.quem, "outra-sessao")


def asking(**cookies: str) -> Request:
    said = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Request({"type": "http", "method": "GET", "path": "/painel/", "headers": [(b"cookie", said.encode())]})


def given(said: Dito, request: Request | None = None) -> str:
    """Return what a browser is given to carry, with what is said of it."""
    answer = Response()
    carry(answer, request or asking(), ANA, said)
    return answer.headers["set-cookie"]


def brought(cookie: str) -> Request:
    return asking(**{COOKIE: cookie.partition(";")[0].partition("=")[2]})


@pytest.mark.parametrize("texto", ["", "Lote «São João» retomado.", 'a;b=c, "d"\n\\e', " dois  espaços ", "é" * 900])
def test_it_comes_back_as_it_was(texto: str) -> None:
    said = Dito(NOW, Sinal.FALHA, texto)
    assert carried(brought(given(said)), ANA, FixedClock(NOW)) == said


def test_it_is_over_after_a_minute() -> None:
    request = brought(given(Dito(NOW, Sinal.BEM, "feito")))
    for late, good in ((timedelta(), True), (GOOD_FOR - timedelta(seconds=1), True), (GOOD_FOR, False)):
        assert (carried(request, ANA, FixedClock(NOW + late)) is not None) is good


def test_nobody_else_says_anything_to_a_session() -> None:
    cookie = given(Dito(NOW, Sinal.BEM, "feito"))
    packed, _, seal = cookie.partition(";")[0].partition("=")[2].partition(".")
    assert carried(brought(cookie), OTHER, FixedClock(NOW)) is None
    others = ["", ".", packed, f"{packed}.", f"{packed}.{seal[:-1]}", f"A{packed}.{seal}", f".{ANA.csrf}", f".{seal}"]
    others += [f"{packed}.{ANA.csrf}", f"{packed}.é"]
    for one in others:
        assert carried(asking(**{COOKIE: one}), ANA, FixedClock(NOW)) is None, one


def test_the_longest_sentence_is_cut_to_what_a_browser_keeps() -> None:
    cookie = given(Dito(NOW, Sinal.ATENCAO, "não " * 5_000))
    assert len(cookie.partition(";")[0]) < 4_000
    found = carried(brought(cookie), ANA, FixedClock(NOW))
    assert found is not None
    assert found.texto.startswith("não não")
    assert found.texto.endswith("…")


def test_it_is_kept_as_closely_as_the_session() -> None:
    said = Dito(NOW, Sinal.BEM, "feito")
    plain, guarded = given(said), given(said, asking(**{GUARDED: "uma-sessao"}))
    for cookie in (plain, guarded):
        assert all(word in cookie for word in ("HttpOnly", "Path=/painel", "SameSite=lax", "Max-Age=60"))
    assert ("Secure" in plain, "Secure" in guarded) == (False, True)
