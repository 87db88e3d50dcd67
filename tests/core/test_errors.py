"""Faults by what the caller has to do: their sentence, their exit code, no secret in any of them."""

import pytest

from core import errors
from core.errors import Bug, Misconfigured, PlatformError, RateLimited, Rejected, Transient, UsageError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PlatformError)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_docstring_s_first_line_is_the_sentence_where_none_is_given(kind: type[PlatformError]) -> None:
    assert str(kind()) == (kind.__doc__ or "").strip().partition("\n")[0]
    assert str(kind()).endswith(".")
    assert str(kind("Isto.")) == "Isto."


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_stays_in_a_sentence(kind: type[PlatformError]) -> None:
    said = str(kind("falhou: token=abc123 em https://u:senha1@h/ com whsec_abcdefgh."))  # pragma: allowlist secret
    assert not {"abc123", "senha1", "abcdefgh"} & {word for word in ("abc123", "senha1", "abcdefgh") if word in said}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (PlatformError, 5),
        (Transient, 3),
        (RateLimited, 3),
        (Rejected, 5),
        (UsageError, 2),
        (Misconfigured, 4),
        (Bug, 70),
    ],
)
def test_each_kind_ends_a_command_with_its_code(kind: type[PlatformError], code: int) -> None:
    assert kind.exit_code == code


def test_who_was_asked_to_wait_knows_how_long() -> None:
    assert RateLimited("espere", 7.0).retry_after == 7.0
    assert isinstance(RateLimited(), Transient)
