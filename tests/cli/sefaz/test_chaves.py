"""`esteira sefaz chaves` and `buscar`: documents that are asked for by key or by number."""

import json
from pathlib import Path

import pytest
from support.consultas import Loja
from support.numeracao import Numeracao, numeracao
from support.sefaz import EMPRESA
from support.typed import Run

from cli.sefaz.chaves import LINE_LIMIT
from sandbox.documentos.comum import chave
from sandbox.documentos.notas import nota


def test_a_list_of_keys_is_noted_and_shown(minha: Loja, run: Run, tmp_path: Path) -> None:
    minha.receber(2)
    first, second = minha.server.notas
    paper = tmp_path / "chaves.txt"
    paper.write_text(f"\ufeff{first}\r\nlixo\r\n\r\nNFe{second}\r\n", encoding="utf-8")
    assert run("sefaz", "chaves", str(paper))[0] == 2
    code, out, err = run("sefaz", "chaves", str(paper), "--empresa", EMPRESA, "--usuario", "ana")
    assert code == 5
    assert "2 chaves anotadas, em cerca de 1 hora; 0 já pedidas ou no acervo, 1 recusada" in err
    assert "lixo" in out
    assert run("sefaz", "completar", "--empresa", EMPRESA)[0] == 0
    found = json.loads(run("sefaz", "chaves", "--json")[1])
    assert [(one["chave"], one["estado"]) for one in found] == [(first, "encontrada"), (second, "encontrada")]
    assert run("sefaz", "chaves", str(tmp_path / "nada"), "--empresa", EMPRESA)[0] == 2


def test_one_document_is_asked_for_by_key_or_by_number(minha: Loja, run: Run) -> None:
    minha.receber(2)
    chave = next(iter(minha.server.notas))
    code, out, _ = run("sefaz", "buscar", chave, "--empresa", EMPRESA)
    assert (code, out.strip()) == (
        0,
        "11.222.333/0001-81: encontrada. 138: Documento(s) localizado(s) (resNFe)",
    )
    assert run("sefaz", "buscar", "2", "--empresa", EMPRESA)[0] == 0
    assert minha.chaves == set(minha.server.notas)
    assert "já está no acervo" in run("sefaz", "buscar", "2", "--empresa", EMPRESA)[2]
    code, _, err = run("sefaz", "buscar", chave[:-1], "--empresa", EMPRESA)
    assert code == 2
    assert "não é uma chave" in err


def test_a_question_that_the_hour_has_no_room_for_says_when(minha: Loja, run: Run) -> None:
    minha.receber(21)
    for _ in range(20):
        minha.server.serie(EMPRESA).avulsa(minha.lugar.clock.now())
    code, _, err = run("sefaz", "buscar", next(iter(minha.server.notas)), "--empresa", EMPRESA)
    assert code == 6
    assert "20 consultas por hora" in err


@pytest.fixture
def alone(sqlite: str) -> Numeracao:
    """A company that nobody answers."""
    return numeracao()


def noted(run: Run, paper: Path) -> tuple[int, str, str]:
    return run("sefaz", "chaves", str(paper), "--empresa", EMPRESA)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0 chaves anotadas; 0 já pedidas ou no acervo, 0 recusadas."),
        (1, "1 chave anotada, em cerca de 1 hora; 0 já pedidas ou no acervo, 0 recusadas."),
        (20, "20 chaves anotadas, em cerca de 1 hora; "),
        (21, "21 chaves anotadas, em cerca de 2 horas; "),
    ],
)
def test_how_long_a_list_takes_is_told_by_what_an_hour_has_room_for(
    alone: Numeracao, run: Run, tmp_path: Path, amount: int, said: str
) -> None:
    paper = tmp_path / "chaves.txt"
    paper.write_text("\n".join(nota(number).chave for number in range(1, amount + 1)))
    code, out, err = noted(run, paper)
    assert (code, out) == (0, "")
    assert said in err


def test_what_was_asked_for_before_is_counted_and_a_refused_line_is_shown(
    alone: Numeracao, run: Run, tmp_path: Path
) -> None:
    paper = tmp_path / "chaves.txt"
    paper.write_text(f"{nota(1).chave}\n{nota(1).chave}\n{chave('65', 1)}\n")
    code, out, err = noted(run, paper)
    assert code == 5
    assert "1 chave anotada, em cerca de 1 hora; 1 já pedida ou no acervo, 1 recusada." in err
    assert "é do modelo 65" in out
    code, out, _ = run("sefaz", "chaves", str(paper), "--empresa", EMPRESA, "--json")
    assert (code, [one["resultado"] for one in json.loads(out)]) == (5, ["ja_pedido", "ja_pedido", "recusado"])


def test_a_line_without_an_end_comes_in_pieces_none_of_which_is_a_key(
    alone: Numeracao, run: Run, tmp_path: Path
) -> None:
    paper = tmp_path / "chaves.txt"
    paper.write_text("1" * (2 * LINE_LIMIT + 1) + "\n" + nota(1).chave)
    code, out, _ = run("sefaz", "chaves", str(paper), "--empresa", EMPRESA, "--json")
    assert (code, [one["resultado"] for one in json.loads(out)]) == (5, ["recusado"] * 3 + ["anotado"])


def test_bytes_that_are_no_text_cost_their_line(alone: Numeracao, run: Run, tmp_path: Path) -> None:
    paper = tmp_path / "chaves.txt"
    paper.write_bytes(b"\xff\xfe\n" + nota(1).chave.encode())
    assert "1 chave anotada" in noted(run, paper)[2]


def test_without_a_list_those_that_were_asked_for_are_shown(alone: Numeracao, run: Run) -> None:
    assert run("sefaz", "chaves") == (0, "", "Nenhuma chave foi pedida.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chaves", "lista.txt"), "(--empresa)"),
        (("chaves", "nao-ha.txt", "--empresa", EMPRESA), "Não consegui ler nao-ha.txt"),
        (("buscar", "", "--empresa", EMPRESA), "não é uma chave"),
        (("buscar", "0", "--empresa", EMPRESA), "não é zero"),
        (("buscar", "7", "--empresa", EMPRESA, "--servico", "nfse"), "não tem consulta por NSU"),
        (("buscar", "1" * 16, "--empresa", EMPRESA), "não é uma chave"),
    ],
)
def test_what_is_typed_wrong_is_told(alone: Numeracao, run: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = run("sefaz", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_the_answer_to_one_question_is_given_in_json_where_that_is_asked_for(minha: Loja, run: Run) -> None:
    minha.receber(1)
    (wanted,) = minha.server.notas
    code, out, err = run("sefaz", "buscar", f" NFe{wanted} ", "--empresa", EMPRESA, "--json")
    told = json.loads(out)
    assert (code, told["perguntas"], told["encontrados"], told["restam"]) == (0, 1, 1, False)
    assert "segue sozinho" not in err


def test_what_this_hour_has_no_room_for_goes_on_by_itself(minha: Loja, run: Run) -> None:
    minha.receber(1)
    run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe")
    minha.server.serie(EMPRESA).forcados.append("108")
    code, _, err = run("sefaz", "buscar", "9", "--empresa", EMPRESA)
    assert code == 3
    assert "O pedido está anotado e segue sozinho." in err
