"""What there is below `/api`: each resource that can be asked for, once, by its first word."""

from fastapi import FastAPI
from starlette.requests import Request

from api.routes import inicio
from api.routing import Rotas


def nothing() -> dict[str, str]:
    return {}


def served() -> FastAPI:
    """An application with paths of every kind."""
    app, rotas = FastAPI(), Rotas("", "teste")
    for path in ("/", "/notas/", "/notas/{id}/", "/cte/", "/cte/exportar.csv", "/saude", "/empresas/{id}/"):
        rotas.add_api_route(path, nothing)
    rotas.add_api_route("/disparar/", nothing, methods=["POST"])
    app.include_router(rotas)
    app.add_api_route("/painel/", nothing)
    app.add_api_route("/apis/", nothing)
    return app


def asking() -> Request:
    address = {"type": "http", "scheme": "https", "server": ("exemplo.com.br", 443), "path": "/api/"}
    return Request({**address, "method": "GET", "headers": [], "query_string": b"", "app": served()})


def test_only_what_can_be_asked_for_by_one_word_is_a_resource() -> None:
    assert inicio.resources(asking()) == ["cte", "notas"]


def test_each_is_told_with_its_address() -> None:
    assert inicio.listar(asking()) == {
        "cte": "https://exemplo.com.br/api/cte/",
        "notas": "https://exemplo.com.br/api/notas/",
    }
