"""What a row says: the template, the first rule that fits, masks, summaries."""

from typing import Any

import pytest

from connectors.oracle.orders import Order
from core.settings.fila import ContaFila
from flows.fila.wording import digest, masked, notice


def conta(**more: Any) -> ContaFila:
    return ContaFila(url="sqlite:///x.db", **more)


def order(**more: Any) -> Order:
    return Order(**{"id": 9, "os": "1250", "message": "troca de óleo", "created": None, **more})


def test_the_defaults_are_those_of_the_old_service() -> None:
    said = notice(order(), conta())
    assert (said.titulo, said.mensagem, said.prioridade, said.tags) == (
        "Ordem de Serviço",
        "OS #1250 atualizada.",
        3,
        ("info", "os"),
    )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{mensagem}", "troca de óleo"),
        ("{id}: {id_os} {nm_setor}", "9: 1250 Oficina"),
        ("{ds_servico}", ""),
        ("sem campos", "sem campos"),
        ("{{literal}}", "{literal}"),
    ],
)
def test_a_template_names_columns(template: str, text: str) -> None:
    given = order(extra={"nm_setor": "Oficina"})
    assert notice(given, conta(template=template)).mensagem == (text or "(sem texto)")


@pytest.mark.parametrize("template", ["{0}", "{a.b}", "{a[0]}", "{", "}", "{A}", "{a:d}", "{a!x}", "{a:>{b}}"])
@pytest.mark.parametrize("place", ["template", "title", "rules"])
def test_a_template_names_nothing_else(place: str, template: str) -> None:
    """Text or title: what cannot be filled in for any row is told when the settings are read."""
    rules = ({"column": "NM_SETOR", "value": "Oficina", "title": template},)
    with pytest.raises(ValueError, match="modelo"):
        conta(**{place: rules if place == "rules" else template})


def test_the_first_rule_that_fits_decides_what_it_gives() -> None:
    rules = (
        {"column": "NM_SETOR", "value": "oficina", "priority": 5, "destination": "plantão"},
        {"column": "NM_SETOR", "value": "OFICINA", "tags": ("nunca",)},
    )
    said = notice(order(extra={"nm_setor": " Oficina "}), conta(rules=rules))
    assert (said.prioridade, said.destino, said.tags) == (5, "plantão", ("info", "os"))
    assert notice(order(extra={"nm_setor": "Pintura"}), conta(rules=rules)).prioridade == 3


def test_names_can_be_masked() -> None:
    given = order(extra={"nm_solicitante": "Fulana de Tal"})
    said = notice(given, conta(template="{nm_solicitante}", mask=("NM_SOLICITANTE",)))
    assert said.mensagem == "F. d. T."
    assert masked("") == ""


def test_a_summary_says_how_many_and_the_first() -> None:
    many = [notice(order(os=str(number)), conta()) for number in range(25)]
    said = digest(many)
    assert said.titulo == "Ordem de Serviço: 25 avisos"
    assert said.mensagem.splitlines()[0] == "OS #0 atualizada."
    assert said.mensagem.splitlines()[-1] == "e mais 5"


def test_a_long_text_is_cut() -> None:
    assert len(notice(order(message="x" * 9000), conta(template="{mensagem}")).mensagem) == 4000
