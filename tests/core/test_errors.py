"""Faults by what the caller has to do next: exit codes, default sentences, no secret in any text."""

import pytest

from core import errors
from core.errors import (
    Bug,
    Conflict,
    Misconfigured,
    NotFound,
    PlatformError,
    RateLimited,
    Refusal,
    Rejected,
    Transient,
    UsageError,
)

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PlatformError)]


@pytest.mark.parametrize(
    ("kind", "exit_code", "parent"),
    [
        (PlatformError, 5, Exception),
        (Transient, 3, PlatformError),
        (RateLimited, 3, Transient),
        (Rejected, 5, PlatformError),
        (Refusal, 2, Rejected),
        (UsageError, 2, Refusal),
        (NotFound, 2, Refusal),
        (Conflict, 2, Refusal),
        (Misconfigured, 4, PlatformError),
        (Bug, 70, PlatformError),
    ],
)
def test_a_kind_has_its_place_and_its_exit_code(kind: type[PlatformError], exit_code: int, parent: type) -> None:
    assert (kind.exit_code, kind.__bases__) == (exit_code, (parent,))


def test_what_is_not_there_and_what_cannot_be_now_are_no_wrong_words() -> None:
    assert not issubclass(NotFound, UsageError)
    assert not issubclass(Conflict, UsageError)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_docstring_s_first_line_is_the_sentence_where_none_is_given(kind: type[PlatformError]) -> None:
    assert str(kind()) == (kind.__doc__ or "").strip().partition("\n")[0]
    assert str(kind()).endswith(".")
    assert str(kind("Isto.")) == "Isto."


def test_what_somebody_sent_makes_no_sentence_without_an_end() -> None:
    said = str(UsageError(f"{'a' * 1_000_000!r} não é um endereço."))
    assert len(said) < 20_000
    assert said.endswith("[…]")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_secret_stays_in_a_sentence(kind: type[PlatformError]) -> None:
    said = str(kind("falhou: token=abc123 em https://u:senha1@h/ com whsec_abcdefgh."))  # pragma: allowlist secret
    assert {word for word in ("abc123", "senha1", "abcdefgh") if word in said} == set()


def test_a_refusal_says_which_field_is_wrong_or_where_to_look() -> None:
    wrong, absent = UsageError("Número demais.", campo="por_minuto"), NotFound("Não há.", veja="alertas")
    assert (wrong.campo, wrong.veja) == ("por_minuto", None)
    assert (absent.campo, absent.veja) == (None, "alertas")
    assert RateLimited("Espere.", 7).retry_after == 7
