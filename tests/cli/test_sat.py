"""`esteira sat verificar` and `listar`, as they are typed."""

import json
from collections.abc import Iterator

import pytest
from conftest import Configure
from support.boxes import box, with_boxes
from support.typed import Run

from cli.main import main
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import refusal_line


@pytest.fixture
def run(sqlite: str, capsys: pytest.CaptureFixture[str]) -> Run:
    def type_in(*words: str) -> tuple[int, str, str]:
        code = main(["sat", *words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return type_in


@pytest.fixture
def hub(configure: Configure) -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
        with_boxes(configure, box(running, "loja-1", 1, loja="1", uf="CE"), box(running, "loja-2", 2, uf="SP"))
        yield running


def test_all_boxes_are_checked_and_the_worst_result_is_the_exit_code(hub: HubServer, run: Run) -> None:
    code, out, _ = run("verificar", "--todas", "--json")
    assert [one["caixa"] for one in json.loads(out)] == ["loja-1", "loja-2"]
    hub.faults.always(faults.reset(), key=2)
    code, out, _ = run("verificar", "--todas", "--json")
    assert [one["resultado"] for one in json.loads(out)] == ["ok", "inalcancavel"]
    assert code == 3
    assert run("verificar", "loja-1", "--todas")[0] == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [((), ["loja-1", "loja-2"]), (("--loja", "1"), ["loja-1"]), (("--uf", "SP"), ["loja-2"]), (("--grupo", "x"), [])],
)
def test_the_list_can_be_narrowed(hub: HubServer, run: Run, words: tuple[str, ...], expected: list[str]) -> None:
    assert [one["nome"] for one in json.loads(run("listar", *words, "--json")[1])] == expected


def test_a_list_goes_on_after_a_name(hub: HubServer, run: Run) -> None:
    code, out, err = run("listar", "--limite", "1", "--json")
    assert (code, [one["nome"] for one in json.loads(out)]) == (0, ["loja-1"])
    assert "--depois loja-1" in err
    assert [one["nome"] for one in json.loads(run("listar", "--depois", "loja-1", "--json")[1])] == ["loja-2"]


@pytest.mark.parametrize(
    ("program", "code", "told"),
    [
        (lambda hub: hub.faults.always(faults.reset()), 3, "inalcancavel"),
        (lambda hub: hub.program(1, refusal_line("10098", "Em processamento")), 3, "ocupada"),
        (lambda hub: hub.program(1, refusal_line("10001", "Código de ativação inválido")), 4, "parada"),
    ],
    ids=["away", "busy", "parked"],
)
def test_what_a_check_comes_to_is_its_exit_code(
    hub: HubServer, run: Run, program: object, code: int, told: str
) -> None:
    program(hub)  # type: ignore[operator]
    found, out, err = run("verificar", "loja-1", "--json")
    assert (found, json.loads(out)["resultado"]) == (code, told)
    assert "loja-1" in err


def test_a_box_that_nobody_knows_is_told_with_the_nearest(hub: HubServer, run: Run) -> None:
    code, out, err = run("verificar", "loja-9")
    assert (code, out) == (2, "")
    assert "Caixa desconhecida: 'loja-9'. Seria 'loja-1'?" in err or "Seria 'loja-2'?" in err


def test_without_boxes_the_list_says_where_they_are_told(run: Run) -> None:
    assert run("listar") == (0, "", "Nenhuma caixa configurada (sat.boxes).\n")
    assert run("listar", "--json") == (0, "[]\n", "")
