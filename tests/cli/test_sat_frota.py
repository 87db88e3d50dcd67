"""`esteira sat` for a fleet, as typed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.boxes import box, with_boxes

from cli.main import main
from sandbox.hub import HubServer

Run = Callable[..., tuple[int, str, str]]


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


def test_the_history_of_a_box(hub: HubServer, run: Run) -> None:
    assert run("historico", "loja-1", "--json")[:2] == (0, "[]\n")
    run("verificar", "loja-1")
    code, out, _ = run("historico", "loja-1", "--json")
    (one,) = json.loads(out)
    assert (code, one["resultado"], one["estado_operacao"]) == (0, "ok", 0)
    assert "ok" in run("historico", "loja-1")[1]
    assert run("historico", "loja-9")[0] == 2


def test_a_box_is_silenced_and_heard_again(hub: HubServer, run: Run) -> None:
    assert run("silenciar", "loja-1", "--ate", "2099-12-31T10:00")[0] == 0
    assert json.loads(run("listar", "--json")[1])[0]["silenciada_ate"].startswith("2099-12-31T10:00")
    assert run("silenciar", "loja-1", "--fim")[0] == 0
    assert json.loads(run("listar", "--json")[1])[0]["silenciada_ate"] is None
    for words in ((), ("--fim", "--ate", "10:00"), ("--ate", "ontem")):
        assert run("silenciar", "loja-1", *words)[0] == 2


def test_a_log_is_fetched_into_a_file(hub: HubServer, run: Run, tmp_path: Path) -> None:
    code, out, err = run("logs", "loja-1", "--saida", str(tmp_path / "x.txt"), "--json")
    told = json.loads(out)
    assert (code, told["bytes"]) == (0, (tmp_path / "x.txt").stat().st_size)
    assert "bytes em" in err


def test_boxes_are_imported_with_a_result_for_each_row_and_removed(hub: HubServer, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "caixas.csv"
    path.write_text(f"nome;host;port;numero_caixa\nnova;{hub.host};{hub.port};7\nruim;{hub.host};0;8\n")
    code, out, err = run("importar", str(path), "--json")
    assert code == 5
    assert [(one["linha"], one["resultado"]) for one in json.loads(out)] == [(2, "criada"), (3, "recusada")]
    assert "1 aceita, 1 recusada." in err
    assert run("verificar", "nova")[0] in (0, 1)
    assert hub.count(7) == 1
    assert run("remover", "nova")[0] == 0
    assert run("remover", "nova")[0] == 2
    assert run("verificar", "nova")[0] == 2
