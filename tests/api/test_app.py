from api.app import app, saude


def test_liveness_asks_nobody() -> None:
    assert saude() == {"status": "ok"}


def test_nothing_else_is_exposed() -> None:
    assert set(app.openapi()["paths"]) == {"/saude/", "/metricas"}
