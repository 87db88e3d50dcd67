"""What is stored as one word, as people read it."""

import pytest

from cli import words


@pytest.mark.parametrize(
    ("stored", "read"),
    [("NFE", "NF-e"), ("cte_os", "CT-e OS"), ("nova", "nova"), (None, None)],
)
def test_a_kind_of_document_is_called_as_the_law_calls_it(stored: str | None, read: str | None) -> None:
    assert words.kind(stored) == read


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("valido", "válido"),
        ("EMITENTE", "emitente"),
        ("DESTINATARIO", "destinatário"),
        ("CONCLUIDA", "concluída"),
        ("sem_movimento", "sem movimento"),
        (None, None),
    ],
)
def test_a_state_is_a_word_with_its_accents(stored: str | None, read: str | None) -> None:
    assert words.word(stored) == read
