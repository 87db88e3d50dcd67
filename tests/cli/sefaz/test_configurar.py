"""`esteira sefaz configurar`: how a user's companies are consulted, changed and shown."""

import json

import pytest
from support.typed import Run

from flows.usuarios import managing as usuarios

WORDS = ("sefaz", "configurar", "--usuario", "ana")


@pytest.fixture(autouse=True)
def ana(sqlite: str) -> None:
    usuarios.criar("ana")


def test_a_user_says_how_to_be_consulted(run: Run) -> None:
    assert "Documentos por consulta: 1000" in run("sefaz", "configurar", "--usuario", "ana")[1]
    code, out, _ = run("sefaz", "configurar", "--usuario", "ana", "--horario-consulta", "22:30", "--json")
    assert (code, json.loads(out)["horario_consulta"]) == (0, "22:30")
    code, _, err = run("sefaz", "configurar", "--usuario", "ana", "--timeout-consulta", "5")
    assert code == 2
    assert "--timeout-consulta" in err


def test_before_anything_is_said_all_of_it_is_shown_and_nothing_is_kept(run: Run) -> None:
    assert run(*WORDS) == (
        0,
        (
            "Consulta automática: -\n"
            "Horário: -\n"
            "Documentos por consulta: 1000\n"
            "Prazo de uma consulta (segundos): 300\n"
            "Avisos por e-mail: sim\n"
            "Endereço dos avisos: -\n"
            "Estados (sem efeito na distribuição): SP, RJ, MG, RS, PR, SC, BA, PE, CE\n"
        ),
        "",
    )
    assert json.loads(run(*WORDS, "--json")[1])["salva"] is False


def test_what_is_said_is_shown_in_words(run: Run) -> None:
    words = ("--sem-automatica", "--horario-consulta", "22:30", "--ufs-habilitadas", "sp,rj")
    code, out, _ = run(*WORDS, *words, "--sem-notificar-email", "--email-notificacao", "ana@exemplo.com.br")
    assert code == 0
    assert out.splitlines() == [
        "Consulta automática: não",
        "Horário: 22:30",
        "Documentos por consulta: 1000",
        "Prazo de uma consulta (segundos): 300",
        "Avisos por e-mail: não",
        "Endereço dos avisos: ana@exemplo.com.br",
        "Estados (sem efeito na distribuição): SP, RJ",
    ]


def test_an_empty_word_takes_away_and_what_is_not_said_stays(run: Run) -> None:
    run(*WORDS, "--horario-consulta", "22:30", "--automatica")
    assert "Consulta automática: sim\nHorário: -\n" in run(*WORDS, "--horario-consulta", "")[1]
    assert "(sem efeito na distribuição): \n" in run(*WORDS, "--ufs-habilitadas", "")[1]
    assert "Consulta automática: sim" in run(*WORDS)[1]


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--max-documentos-por-consulta", "0"), "--max-documentos-por-consulta"),
        (("--horario-consulta", "25:00"), "--horario-consulta"),
        (("--email-notificacao", "ana"), "--email-notificacao"),
        (("--ufs-habilitadas", "SP,XX"), "--ufs-habilitadas"),
    ],
)
def test_what_cannot_be_names_its_option_and_changes_nothing(run: Run, words: tuple[str, ...], option: str) -> None:
    code, out, err = run(*WORDS, *words)
    assert (code, out, f"({option})" in err) == (2, "", True)
    assert json.loads(run(*WORDS, "--json")[1])["salva"] is False


def test_a_user_that_is_not_there_is_told(run: Run) -> None:
    code, _, err = run("sefaz", "configurar", "--usuario", "bia")
    assert (code, "bia" in err) == (2, True)
