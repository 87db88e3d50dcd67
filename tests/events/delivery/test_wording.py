"""What people read of an event: its own words, else what it is about, and never nothing."""

from typing import Any

import pytest

from events.delivery import wording


@pytest.mark.parametrize(
    ("dados", "said"),
    [
        ({"titulo": "Parou"}, "Parou"),
        ({"titulo": "Parou", "objeto": "loja-1"}, "Parou"),
        ({"objeto": "loja-1"}, "Alerta aberto: loja-1"),
        ({"nome": "ERP"}, "Alerta aberto: ERP"),
        ({"objeto": "loja-1", "nome": "ERP"}, "Alerta aberto: loja-1"),
        ({"objeto": "", "nome": "ERP"}, "Alerta aberto: ERP"),
        ({}, "Alerta aberto"),
        ({"titulo": ""}, "Alerta aberto"),
        ({"titulo": " \n", "objeto": "loja-1"}, "Alerta aberto: loja-1"),
        ({"titulo": 7, "objeto": 7}, "Alerta aberto"),
        ({"titulo": None, "objeto": ["loja-1"]}, "Alerta aberto"),
    ],
)
def test_a_title_is_the_event_s_own_else_its_label_with_what_it_is_about(dados: dict[str, Any], said: str) -> None:
    assert wording.title("alerta_aberto", dados) == said


@pytest.mark.parametrize(
    ("dados", "said"),
    [
        ({"mensagem": "A caixa parou.", "n": 1}, "A caixa parou."),
        ({"n": 1, "nome": "São João"}, "n: 1\nnome: São João"),
        ({"mensagem": "", "n": None}, "mensagem: \nn: null"),
        ({"mensagem": "  "}, "mensagem:   "),
        ({"mensagem": ["a"]}, 'mensagem: ["a"]'),
        ({"rotulos": {"loja": "São João"}, "bom": True}, 'rotulos: {"loja": "São João"}\nbom: true'),
        ({}, "Alerta aberto"),
    ],
)
def test_a_text_is_the_event_s_own_else_all_its_fields(dados: dict[str, Any], said: str) -> None:
    assert wording.text("alerta_aberto", dados) == said


def test_an_event_that_the_catalogue_knows_no_more_is_called_by_its_name() -> None:
    assert wording.label("evento_de_antes") == "evento_de_antes"
    assert wording.title("evento_de_antes", {"objeto": "x"}) == "evento_de_antes: x"
    assert wording.text("evento_de_antes", {}) == "evento_de_antes"
