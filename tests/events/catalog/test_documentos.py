"""Events about documents are their user's, and a consultation that found nothing is no mail."""

from typing import Any

import pytest

from events.catalog.documentos import (
    ConsultaConcluida,
    CteImportado,
    DocumentoAtualizado,
    ErroImportacao,
    NfeImportada,
)
from events.catalog.payload import EMAIL, Payload

ALL = (NfeImportada, CteImportado, ConsultaConcluida, DocumentoAtualizado, ErroImportacao)


@pytest.mark.parametrize("kind", ALL)
def test_what_happens_to_a_document_is_its_users(kind: type[Payload]) -> None:
    assert kind.do_usuario
    assert not kind.so_para
    assert kind.descricao.endswith(".")


@pytest.mark.parametrize(
    ("dados", "is_told"),
    [
        ({"total_encontrados": 0, "total_erros": 0}, False),
        ({}, False),
        ({"total_encontrados": None}, False),
        ({"total_encontrados": 1, "total_erros": 0}, True),
        ({"total_encontrados": 0, "total_erros": 1}, True),
        # what was imported was found before
        ({"total_importados": 1}, False),
    ],
)
def test_a_person_has_no_mail_of_a_consultation_that_found_nothing(dados: dict[str, Any], is_told: bool) -> None:
    assert ConsultaConcluida.tells(EMAIL, dados) is is_told


@pytest.mark.parametrize("tipo", ["webhook", "ntfy"])
def test_a_program_is_told_of_every_consultation(tipo: str) -> None:
    assert ConsultaConcluida.tells(tipo, {"total_encontrados": 0})


@pytest.mark.parametrize("kind", [one for one in ALL if one is not ConsultaConcluida])
def test_every_other_event_is_told_to_everybody(kind: type[Payload]) -> None:
    assert kind.tells(EMAIL, {})
