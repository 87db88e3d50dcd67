"""`esteira tokens`, as it is typed."""

import json

import pytest
from support.typed import Run

from flows.usuarios.tokens import ONCE, quem


def test_a_token_is_shown_once_listed_and_revoked(run: Run) -> None:
    run("usuarios criar ana")
    code, token, err = run("tokens criar ana --dias 30")
    assert (code, err) == (0, f"{ONCE}\n")
    assert quem(token.strip()) is not None
    listed = run("tokens listar --usuario ana --json")[1]
    assert token.strip() not in listed
    assert [one["situacao"] for one in json.loads(listed)] == ["válido", "válido"]
    assert run("tokens", "revogar", token[:8])[0] == 0
    assert quem(token.strip()) is None
    assert [one["situacao"] for one in json.loads(run("tokens listar --json")[1])] == ["revogado", "válido"]


def test_a_token_never_begins_as_an_option_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("usuarios criar ana")
    drawn = iter(["-abcdefghij", "-bcdefghijk", "c-defghijkl"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: next(drawn))
    assert run("tokens criar ana")[1] == "c-defghijkl\n"
    assert run("tokens revogar c-defghi")[0] == 0


def test_a_mistake_is_told(run: Run) -> None:
    assert "Veja `esteira usuarios listar`" in run("tokens criar bia")[2]
    for which in ("17", "9" * 5000):
        assert "Veja `esteira tokens listar`" in run(f"tokens revogar {which}")[2]
    run("usuarios criar ana")
    assert run("tokens criar ana --dias 0")[0] == 2
