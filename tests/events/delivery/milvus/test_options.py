"""What is said of the tickets to be opened: options by name, short and on one line, and for whom they are."""

import json

import pytest

from core.errors import UsageError
from events.delivery.milvus import options
from storage.models.destinos import Destino


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"cliente": "tk"}, {"cliente": "tk"}),
        ({"cliente": " tk ", "mesa": " Suporte São João "}, {"cliente": "tk", "mesa": "Suporte São João"}),
        ({"cliente": "tk", "mesa": "", "setor": "  "}, {"cliente": "tk"}),
        ({"cliente": "tk", "contato": "x" * 200}, {"cliente": "tk", "contato": "x" * 200}),
    ],
)
def test_what_is_said_is_kept_bare_and_what_is_empty_is_not(given: dict[str, str], kept: dict[str, str]) -> None:
    text = options.checked(given)
    assert json.loads(text) == kept
    assert options.stored(Destino(opcoes=text)) == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "de quem são os chamados"),
        ({"cliente": "  "}, "de quem são os chamados"),
        ({"cliente": "tk", "fila": "1"}, "não tem a opção 'fila'"),
        ({"cliente": "tk", "Mesa": "1"}, "não tem a opção 'Mesa'"),
        ({"cliente": "tk", "mesa": "x" * 201}, "até 200 caracteres"),
        ({"cliente": "tk", "mesa": "a\nb"}, "sem quebras de linha"),
        ({"cliente": "t\x00k"}, "até 200 caracteres"),
    ],
)
def test_what_is_wrong_is_told(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as told:
        options.checked(given)
    assert told.value.campo == "opcao"


def test_an_option_goes_into_the_field_of_the_ticket_that_has_it() -> None:
    every = {name: f"valor de {name}" for name in options.FIELDS}
    fields = options.fields(Destino(opcoes=options.checked(every)))
    assert fields == {field: every[name] for name, field in options.FIELDS.items()}
    assert fields["cliente_id"] == "valor de cliente"
    assert fields["chamado_categoria_secundaria"] == "valor de subcategoria"


def test_a_destination_without_options_has_none() -> None:
    assert (options.stored(Destino()), options.fields(Destino())) == ({}, {})
