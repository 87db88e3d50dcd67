"""A password is typed unseen or comes by standard input, and is never a word of a command."""

import getpass
import io

import pytest

from cli import passwords
from core.errors import UsageError

SAID = "uma senha boa"


def typed(monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool = False) -> None:
    stream = io.StringIO(text)
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", stream)


@pytest.mark.parametrize("text", [f"{SAID}\n", f"{SAID}\r\nmais\n", SAID])
def test_it_is_the_first_line_of_the_standard_input_where_that_is_said(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    typed(monkeypatch, text)
    assert passwords.read("-", "Senha: ", lambda: "outra") == SAID


@pytest.mark.parametrize("word", [SAID, "", "--"])
def test_as_a_word_it_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    typed(monkeypatch, SAID, terminal=True)
    with pytest.raises(UsageError, match="A senha não vai no comando") as told:
        passwords.read(word, "Senha: ", lambda: "outra")
    assert told.value.campo == "senha"
    assert SAID not in str(told.value)


@pytest.mark.parametrize("found", ["do ambiente", ""])
def test_from_where_else_it_may_be_given_it_is_taken_before_anybody_is_asked(
    monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    typed(monkeypatch, SAID, terminal=True)
    assert passwords.read(None, "Senha: ", lambda: found) == found


def test_at_a_terminal_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    typed(monkeypatch, "", terminal=True)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: asked.append(prompt) or SAID)
    assert (passwords.read(None, "Senha do arquivo: "), asked) == (SAID, ["Senha do arquivo: "])


def test_without_a_terminal_nobody_is_asked_and_how_to_say_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, f"{SAID}\n")
    with pytest.raises(UsageError, match="Use --senha - e a entrada padrão, ou a variável X") as told:
        passwords.read(None, "Senha: ", hint=", ou a variável X")
    assert told.value.campo == "senha"


def test_bytes_that_are_no_text_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("João\n".encode("latin-1")), "utf-8"))
    with pytest.raises(UsageError, match="não está em UTF-8"):
        passwords.read("-", "Senha: ")
