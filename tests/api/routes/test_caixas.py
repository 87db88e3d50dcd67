"""The list of boxes: narrowed by whatever label is said, also by an empty one."""

import pytest
from conftest import Configure
from starlette.requests import Request
from support.boxes import with_boxes

from api.routes import caixas
from core.caller import OPERATOR, Caller
from flows.documentos.listagem import Pagina

ASKED = Request({"type": "http", "method": "GET", "path": "/api/sat/", "headers": [], "query_string": b""})


@pytest.fixture
def boxes(sqlite: str, configure: Configure) -> None:
    """Three boxes of two shops in two states; one has no group."""
    labels = {
        "a": {"loja": "centro", "uf": "SP", "grupo": "filial"},
        "b": {"loja": "centro", "uf": "SP"},
        "c": {"loja": "porto", "uf": "CE", "grupo": "filial"},
    }
    each = enumerate(labels.items(), 1)
    with_boxes(configure, *({"name": name, "host": "127.0.0.1", "numero_caixa": n, **more} for n, (name, more) in each))


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({}, "abc"),
        ({"loja": "centro"}, "ab"),
        ({"uf": "CE"}, "c"),
        ({"grupo": "filial"}, "ac"),
        ({"loja": "centro", "grupo": "filial"}, "a"),
        ({"loja": "outra"}, ""),
        ({"uf": "CE", "grupo": None}, "c"),
    ],
)
def test_every_label_that_is_said_narrows_the_list(boxes: None, said: dict[str, str | None], names: str) -> None:
    found = caixas.listar(ASKED, Pagina(), OPERATOR, **said)
    assert ("".join(one.nome for one in found.results), found.count) == (names, len(names))


def test_a_label_that_is_said_empty_is_no_label_left_out(boxes: None) -> None:
    assert caixas.listar(ASKED, Pagina(), OPERATOR, loja="").count == 0


def test_a_user_meets_no_box(boxes: None) -> None:
    assert caixas.listar(ASKED, Pagina(), Caller(7)).results == []
