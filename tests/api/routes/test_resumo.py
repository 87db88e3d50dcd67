"""The one box for everything: what is blank is told as the contract says, the rest is looked for."""

import json

import pytest
from fastapi.responses import JSONResponse

from api.routes import resumo
from core.caller import OPERATOR
from core.errors import UsageError
from flows.documentos.views.search import Found


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u2003"])
def test_a_blank_question_is_told_in_a_field_of_its_own(blank: str) -> None:
    answer = resumo.procurar(OPERATOR, blank)
    assert isinstance(answer, JSONResponse)
    assert (answer.status_code, json.loads(bytes(answer.body))) == (400, {"error": "Diga em q o que procurar."})


def test_a_question_in_which_nothing_can_be_looked_for_is_wrong_too() -> None:
    with pytest.raises(UsageError):
        resumo.procurar(OPERATOR, "\u0301")


def test_what_nothing_holds_is_found_empty(sqlite: str) -> None:
    assert resumo.procurar(OPERATOR, "padaria") == Found((), (), 0)
