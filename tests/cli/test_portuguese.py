"""Whatever the library says in English, a person reads Portuguese."""

import pytest
from support.typed import Run


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nada", "Comando desconhecido: nada. Veja esteira --help."),
        ("sat nada", "Comando desconhecido: nada. Veja esteira sat --help."),
        ("sync pendencias nada", "Comando desconhecido: nada. Veja esteira sync pendencias --help."),
        ("sat listar --nada", "Opção desconhecida: --nada. Veja --help."),
        ("sat listar a", "Há argumentos a mais. Veja --help."),
        ("sat listar --uf", "A opção --uf precisa de um valor."),
        ("sat historico", "Falta o argumento NOME. Veja --help."),
        ("sat avaliar", "Falta a opção --linha. Veja --help."),
        ("entregas mostrar abc", "Valor inválido para o argumento ENTREGA: deve ser um número inteiro."),
        ("entregas listar --limite x", "Valor inválido para a opção --limite: deve ser um número inteiro."),
        ("entregas listar --limite 99999", "Valor inválido para a opção --limite: deve ser no máximo 10000."),
        ("destinos criar --por-minuto -1", "Valor inválido para a opção --por-minuto: deve ser no mínimo 1."),
    ],
)
def test_a_command_that_is_none_is_told(run: Run, words: str, told: str) -> None:
    assert run(words) == (2, "", told + "\n")


@pytest.mark.parametrize("words", ["--help", "sat --help", "sat listar --help", "entregas", "questor"])
def test_help_is_in_portuguese(run: Run, words: str) -> None:
    _, out, err = run(words)
    assert "Uso:" in out + err
    assert not {"Usage", "Options", "Commands", "Arguments", "Show this", "[required]"} & {
        word for word in ("Usage", "Options", "Commands", "Arguments", "Show this", "[required]") if word in out + err
    }


@pytest.mark.parametrize("words", ["banco", "entregas", "eventos", "sync", "sefaz", "servico"])
def test_the_help_of_a_noun_tells_whole_sentences(run: Run, words: str) -> None:
    assert "..." not in run(f"{words} --help")[1].partition("Comandos:")[2]


def test_help_names_the_kind_of_a_value_in_portuguese(run: Run) -> None:
    out = "".join(run(f"{words} --help")[1] for words in ("destinos criar", "sat avaliar", "sat historico"))
    assert {"<texto>", "<número>", "<arquivo>"} <= set(out.split())
    assert not {"<str>", "<int>", "<int", "<path>", "<list[str]>"} & set(out.split())
