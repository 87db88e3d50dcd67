"""Requests are counted by what is bounded: patterns of paths, known methods, statuses."""

from types import SimpleNamespace

import pytest

from api import measuring
from api.page import STATIC


@pytest.mark.parametrize(
    ("scope", "route"),
    [
        ({"path": "/api/nfe/7/", "route": SimpleNamespace(path="/api/nfe/{id}/")}, "/api/nfe/{id}/"),
        ({"path": "/admin/usuario/list"}, "/admin"),
        ({"path": "/adminx"}, "outra"),
        (
            {"path": "/admin/usuario/edit/7", "route": SimpleNamespace(path="/{identity}/edit/{pk}")},
            "/admin",
        ),
        ({"path": f"{STATIC}/x.css"}, STATIC),
        ({"path": "/static/x.css"}, "outra"),
        ({"path": "/wp-login.php"}, "outra"),
        ({"path": "/", "route": SimpleNamespace()}, "outra"),
    ],
)
def test_a_path_is_told_by_its_pattern(scope: dict[str, object], route: str) -> None:
    assert measuring.route_of(scope) == route


def test_a_request_whose_caller_went_away_has_a_status_of_its_own() -> None:
    labels = {"rota": "outra", "metodo": "outra", "status": "499"}
    before = measuring.REGISTRY.get_sample_value("esteira_api_segundos_count", labels) or 0
    measuring.note({"method": "X" * 1000, "path": "/x"}, 0, 0.1)
    assert measuring.REGISTRY.get_sample_value("esteira_api_segundos_count", labels) == before + 1
