"""A service order's event says what there is of it, and nothing in the place of what is not."""

from typing import Any

import pytest

from events.catalog.fila import OrdemServicoNotificada

ORDER: dict[str, Any] = {
    "conta": "padrao", "linha_id": 7, "id_os": "12", "titulo": "Ordem de Serviço", "mensagem": "OS #12 atualizada.",
    "prioridade": 3, "tags": ["os"],
}  # fmt: skip


def test_without_a_sequence_there_is_no_such_field() -> None:
    assert OrdemServicoNotificada(**ORDER).dados() == ORDER | {"linhas": 1}


def test_with_a_sequence_there_is() -> None:
    assert OrdemServicoNotificada(**ORDER, sequence_id="padrao-7").dados()["sequence_id"] == "padrao-7"


@pytest.mark.parametrize(
    "said", [{"id_os": ""}, {"prioridade": 0}, {"tags": []}, {"linhas": 0}, {"sequence_id": ""}], ids=str
)
def test_what_is_empty_is_said_all_the_same(said: dict[str, Any]) -> None:
    assert OrdemServicoNotificada(**(ORDER | said)).dados().items() >= said.items()


def test_rows_of_a_queue_have_no_order_of_their_own() -> None:
    assert OrdemServicoNotificada(**ORDER).entidade is None
