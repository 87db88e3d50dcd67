from fastapi.routing import APIRoute

from api.app import app, saude


def test_liveness_asks_nobody() -> None:
    assert saude() == {"status": "ok"}


def test_nothing_else_is_exposed() -> None:
    assert {route.path for route in app.routes if isinstance(route, APIRoute)} == {"/saude/"}
