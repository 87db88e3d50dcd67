"""How commands answer: one JSON document or one table, and how a list goes on."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from cli import output
from core.page import Page

AT = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Inner:
    em: datetime


@dataclass(frozen=True)
class View:
    nome: str
    em: datetime | None = None
    partes: tuple[Inner, ...] = ()


def test_a_read_model_is_answered_with_instants_of_the_installation() -> None:
    assert output.plain(View("a", AT, (Inner(AT),))) == {
        "nome": "a",
        "em": "2026-03-02T09:00:05-03:00",
        "partes": [{"em": "2026-03-02T09:00:05-03:00"}],
    }


def report(capsys: pytest.CaptureFixture[str], rows: object, *, as_json: bool) -> tuple[str, str]:
    output.report(rows, {"nome": "Nome"}, "Nada.", as_json=as_json)  # type: ignore[arg-type]
    said = capsys.readouterr()
    return said.out, said.err


def test_a_list_in_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = report(capsys, [View("a"), View("b")], as_json=True)
    assert ([one["nome"] for one in json.loads(out)], err) == (["a", "b"], "")


def test_an_empty_list_is_an_empty_document_and_a_sentence_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys, [], as_json=True) == ("[]\n", "")
    assert report(capsys, [], as_json=False) == ("", "Nada.\n")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_page_that_is_not_the_end_says_how_to_go_on(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    assert "--depois 7" in report(capsys, Page((View("a"),), 7), as_json=as_json)[1]
    assert report(capsys, Page((View("a"),)), as_json=as_json)[1] == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (True, "sim"),
        (False, "não"),
        (["a", "b"], "a, b"),
        (4.8, "4,8"),
        (1250.5, "1250,5"),
        (["[red]", "\x9b31m"], "[red], �31m"),
        ("\x1b[31mx", "�[31mx"),
        (0, "0"),
    ],
)
def test_a_cell_is_for_people_and_holds_no_command_of_a_terminal(value: object, shown: str) -> None:
    assert output._cell(value) == shown


@pytest.mark.parametrize("text", ["fd00::a:b:1", "a :warning: b", "[red]x[/red]", "[/]", r"a\[bold]b", "[link=x]y"])
def test_a_cell_is_shown_as_it_is_written(capsys: pytest.CaptureFixture[str], text: str) -> None:
    out, _ = report(capsys, [View(text)], as_json=False)
    assert out.split("\n")[1].rstrip() == text


def test_one_thing_is_answered_line_by_line_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"ativo": True, "vazio": None, "eventos": ["a", "b"], "filtro": {"dados.uf": ["S\x9bP"]}, "mais": 1}
    titles = {"eventos": "Eventos", "ativo": "Ativo", "vazio": "Motivo", "filtro": "Filtro"}
    output.listed(values, titles)
    assert capsys.readouterr().out.splitlines() == [
        "Eventos: a, b",
        "Ativo: sim",
        "Motivo: -",
        'Filtro: {"dados.uf": ["S�P"]}',
    ]
