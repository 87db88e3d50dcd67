"""What all notices of an alert say: its place where it names one, and its times by the clock of the installation."""

from typing import Any

import pytest
from conftest import Configure

from events.email import alerta


def fields(**instead: Any) -> dict[str, object]:
    return dict(alerta.conteudo("Alerta", {**alerta.EXEMPLO, **instead}).campos)


@pytest.mark.parametrize(
    ("severity", "word"),
    [("aviso", "Aviso"), ("critico", "Crítico"), ("grave", "grave"), (None, "N/A"), ("", "N/A"), (7, "7")],
)
def test_a_severity_is_said_as_people_write_it_and_an_unknown_one_as_it_came(severity: object, word: str) -> None:
    assert fields(severidade=severity)["Severidade"] == word


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({}, []),
        ({"loja": "Centro"}, ["Loja"]),
        ({"uf": "SP", "grupo": "filial", "loja": "Centro"}, ["Loja", "UF", "Grupo"]),
        ({"loja": None, "uf": "", "grupo": "filial"}, ["Grupo"]),
    ],
)
def test_a_place_that_it_does_not_name_is_left_out(said: dict[str, object], shown: list[str]) -> None:
    assert [name for name in fields(**said) if name in ("Loja", "UF", "Grupo")] == shown


def test_what_is_over_says_since_when(configure: Configure) -> None:
    configure(core__timezone="America/Sao_Paulo")
    assert fields()["Aberto em"] == "24/11/2026 08:02"
    assert "Resolvido em" not in fields()
    assert "Resolvido em" not in fields(resolvido_em="")
    assert fields(resolvido_em="2026-11-24T11:14:02+00:00")["Resolvido em"] == "24/11/2026 08:14"


def test_what_is_missing_is_told() -> None:
    found = alerta.conteudo("Alerta", {})
    assert (found.titulo, found.abertura) == ("Alerta", "N/A")
    assert dict(found.campos) == dict.fromkeys(("Objeto", "Código", "Severidade", "Aberto em"), "N/A")
    assert alerta.objeto({}) == "N/A"
    assert alerta.objeto({"objeto": "loja-1"}) == "loja-1"
