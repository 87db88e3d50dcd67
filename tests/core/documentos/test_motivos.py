"""The sentences for the codes with which files are refused."""

import pytest

from core.documentos.motivos import MOTIVOS, frase


@pytest.mark.parametrize(
    ("motivo", "mensagem", "told"),
    [
        ("vazio", None, "o arquivo está vazio"),
        ("vazio", "", "o arquivo está vazio"),
        ("vazio", "o arquivo só tem espaços", "o arquivo só tem espaços"),
        ("motivo_de_outra_versao", None, "motivo_de_outra_versao"),
        ("motivo_de_outra_versao", "o que houve", "o que houve"),
    ],
)
def test_the_sentence_that_came_with_a_code_goes_before_the_codes_own(
    motivo: str, mensagem: str | None, told: str
) -> None:
    assert frase(motivo, mensagem) == told


@pytest.mark.parametrize("motivo", MOTIVOS)
def test_a_sentence_may_stand_within_another(motivo: str) -> None:
    said = MOTIVOS[motivo]
    assert said == said.strip()
    assert said[0].islower()
    assert not said.endswith(".")
