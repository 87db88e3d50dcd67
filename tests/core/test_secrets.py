"""A secret is hidden in whatever form a text may hold it."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.secrets import Secrets

KEY = 'chave/ção+<1>"2"&3\\'
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "in a path": lambda key: quote(key, safe=""),
    "in a path, lower case": lambda key: quote(key, safe="").lower(),
    "in a query": quote_plus,
    "with its slashes": quote,
    "twice encoded": lambda key: quote(quote(key, safe=""), safe=""),
    "in JSON": json.dumps,
    "in JSON of PHP": lambda key: json.dumps(key).replace("/", "\\/"),
    "in HTML": html.escape,
    "by repr": repr,
    "in hexadecimal": lambda key: key.encode().hex(),
    "UTF-8 read as Latin-1": lambda key: key.encode().decode("latin-1"),
    **{
        f"in base64 behind {before} bytes": lambda key, before=before: base64.b64encode(  # type: ignore[misc]
            b"u" * before + key.encode() + b"fim"
        ).decode()
        for before in range(4)
    },
    "in base64 for addresses": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    written = FORMS[form](KEY)
    shown = Secrets(KEY).hide(f"o servidor disse {written} e nada mais")
    assert "***" in shown
    assert written not in shown
    assert shown.startswith("o servidor disse ")
    assert shown.endswith(" e nada mais")
    assert "have" not in shown


def test_words_beside_it_stay() -> None:
    assert Secrets("chave-1", "chave-22").hide("chave-22, chave-1 e chave-3") == "***, *** e chave-3"
    assert Secrets("", "abc").hide("abc e 616263") == "*** e 616263"
    assert Secrets().hide("tudo") == Secrets("").hide("tudo") == "tudo"
    assert "chave" not in repr(Secrets("chave-1"))


def test_a_very_long_secret_costs_nothing_in_a_short_text() -> None:
    assert Secrets("x" * 10_000_000).hide("curto") == "curto"


@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_form_of_any_secret_is_left(key: str, before: str, after: str) -> None:
    for form in ("as it is", "in a path", "in JSON", "in hexadecimal"):
        try:
            written = FORMS[form](key)
        except UnicodeEncodeError:
            continue
        assert written.strip('"') not in Secrets(key).hide(f"{before}{written}{after}") or written.strip('"') in "***"
