"""`esteira sefaz iniciar`: where a numbering begins, said by a person."""

import json

import pytest
from support.numeracao import numeracao
from support.sefaz import EMPRESA
from support.typed import Run

WORDS = ("sefaz", "iniciar", "--empresa", EMPRESA, "--nsu")


@pytest.fixture(autouse=True)
def company(sqlite: str) -> None:
    """Register a company of which SEFAZ told three numbers."""
    numeracao(max_nsu=3)


def test_what_is_skipped_is_told(run: Run) -> None:
    code, out, err = run(*WORDS, "40", "--json")
    assert (code, json.loads(out)["antes"], json.loads(out)["ult_nsu"]) == (0, 0, 40)
    assert "11.222.333/0001-81, nfe: a consulta segue do NSU 40 (antes 0). O que há de 1 a 40 não será pedido." in err


def test_to_go_back_is_said_twice_and_skips_nothing(run: Run) -> None:
    run(*WORDS, "40")
    code, out, err = run(*WORDS, "39")
    assert (code, out, "diga que é para voltar (--voltar)" in err) == (2, "", True)
    code, _, err = run(*WORDS, "39", "--voltar")
    assert (code, "segue do NSU 39 (antes 40)." in err, "não será pedido" in err) == (0, True, False)


def test_where_it_stands_already_skips_nothing(run: Run) -> None:
    run(*WORDS, "2")
    assert run(*WORDS, "2")[2] == "11.222.333/0001-81, nfe: a consulta segue do NSU 2 (antes 2).\n"


@pytest.mark.parametrize(("nsu", "servico", "told"), [("3", "nfe", False), ("4", "nfe", True), ("4", "cte", False)])
def test_a_beginning_above_all_that_sefaz_told_is_pointed_out(run: Run, nsu: str, servico: str, told: bool) -> None:
    code, _, err = run(*WORDS, nsu, "--servico", servico)
    assert (code, "o maior que a SEFAZ disse até agora é 3" in err) == (0, told)


@pytest.mark.parametrize(
    ("words", "said"),
    [(("-1",), "(--nsu)"), ((str(10**15),), "(--nsu)"), (("x",), "--nsu"), (("1", "--servico", "nfce"), "(--servico)")],
)
def test_what_is_no_number_or_service_is_told(run: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = run(*WORDS, *words)
    assert (code, out, said in err) == (2, "", True)
