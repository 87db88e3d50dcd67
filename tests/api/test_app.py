"""What the application offers, and what of it is open."""

from support.api import Client

from api.app import app
from api.gate import guarded

OPEN = {"/saude/", "/prontidao/", "/metricas"}


def test_only_what_watches_the_process_and_the_way_in_are_open() -> None:
    paths = set(app.openapi()["paths"])
    assert {path for path in paths if not guarded(path)} == OPEN | {"/api/auth/login/"}
    assert {"/api/nfe/", "/api/nfe/{id}/", "/api/cte/rotas/", "/api/logs/", "/api/search/"} <= paths


def test_the_description_is_open_and_names_each_path_once(light: str) -> None:
    described = Client(light).get("/api/openapi.json").json()
    paths = set(described["paths"])
    assert not {path for path in paths if path.endswith("/") and path[:-1] in paths}


def test_the_first_page_lists_what_there_is(clara: Client) -> None:
    listed = clara.get("/api/").json()
    assert listed["nfe"] == f"{clara.url}/api/nfe/"
    assert {"cte", "dashboard", "logs", "nfe", "search", "statistics"} <= set(listed)
    assert clara.get("/api").json() == listed


def test_liveness_asks_nobody_and_readiness_asks_database_and_broker(light: str, broker: str) -> None:
    nobody = Client(light)
    assert nobody.get("/saude/").json() == {"status": "ok"}
    assert nobody.get("/prontidao/").json() == {"status": "ok", "banco": "ok", "broker": "ok"}


def test_what_is_away_is_named(light: str) -> None:
    answer = Client(light).get("/prontidao/")
    assert (answer.status_code, answer.json()) == (503, {"status": "indisponível", "banco": "ok", "broker": "fora"})
