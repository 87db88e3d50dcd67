"""What routes read of a request: a day is a text of one form, an empty word is none, staff ask as the operator."""

import asyncio
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from api import asking
from core.caller import OPERATOR, Caller
from flows.documentos.listagem import SIZE, Pagina
from flows.usuarios.tokens import Quem

DAY: TypeAdapter[date] = TypeAdapter(asking.Dia)


@pytest.mark.parametrize("said", ["2026-11-26", "20261126"])
def test_a_day_is_a_date_as_text(said: str) -> None:
    assert DAY.validate_python(said) == date(2026, 11, 26)


@pytest.mark.parametrize(
    "said", [0, 86_400, 1.5, True, None, "", "26/11/2026", "2026-02-30", "2026-11-26T10:00:00", "86400", ["2026-11-26"]]
)
def test_what_is_no_date_is_refused_as_one_thing(said: Any) -> None:
    """A number too, of which pydantic would count the seconds."""
    with pytest.raises(ValidationError) as told:
        DAY.validate_python(said)
    assert [one["type"] for one in told.value.errors()] == ["date_text"]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({}, Pagina(page=1, limit=SIZE)),
        ({"ordering": "", "depois": ""}, Pagina()),
        (
            {"page": 3, "limit": 7, "ordering": "-id", "depois": "k"},
            Pagina(page=3, limit=7, ordering="-id", depois="k"),
        ),
    ],
)
def test_an_empty_order_or_place_is_none(said: dict[str, Any], asked: Pagina) -> None:
    assert asyncio.run(asking._pagina(**said)) == asked


@pytest.mark.parametrize(
    ("who", "caller"), [(Quem(7, "ana", False, None), Caller(7)), (Quem(1, "chefe", True, None), OPERATOR)]
)
def test_staff_see_what_the_operator_sees(who: Quem, caller: Caller) -> None:
    request = Request({"type": "http", "state": {"quem": who}})
    assert asyncio.run(asking._caller(request)) == caller
    assert asyncio.run(asking._quem(request)) == who
