"""What comes by standard input is text, or is refused in a sentence."""

import io

import pytest
from support.typed import Run

LATIN_1 = "senha de João\n".encode("latin-1")
HOOK = "destinos criar --tipo webhook --nome a --url https://exemplo.com/x --eventos alerta_aberto"


@pytest.mark.parametrize(
    "words",
    [
        "usuarios senha ana --senha -",
        f"{HOOK} --segredo -",
        f"{HOOK} --cabecalho X-A:-",
        f"{HOOK} --filtro -",
        "destinos testar-filtro a --evento alerta_aberto --dados -",
    ],
)
def test_another_encoding_is_refused_without_a_word_of_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    run("usuarios criar ana")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LATIN_1), "utf-8"))
    assert run(words) == (2, "", "Erro: O que foi digitado ou veio pela entrada não está em UTF-8.\n")
