"""`esteira alertas`, as it is typed."""

import json

import pytest
from support.typed import Run

from alerts import state
from alerts.judgement import Judgement
from core.clock import SYSTEM
from flows.alertas import views
from storage.session import transaction

OPEN = (("sat", "loja-1", "rede"), ("sat", "loja-1", "relogio"), ("questor", "lote", "parado"))


@pytest.fixture
def some(run: Run) -> Run:
    """Three open alerts of two sources."""
    with transaction() as db:
        for fonte, objeto, codigo in OPEN:
            state.apply(db, fonte, [Judgement(objeto, codigo, "aviso", True, "Está [errado].")], SYSTEM.now())
    return run


def test_without_any_the_list_is_empty(run: Run) -> None:
    assert run("alertas listar --json") == (0, "[]\n", "")
    assert run("alertas listar") == (0, "", "Nenhum alerta.\n")


def test_the_open_ones_are_listed_the_newest_first(some: Run) -> None:
    assert [one["codigo"] for one in json.loads(some("alertas listar --json")[1])] == ["parado", "relogio", "rede"]
    assert [one["codigo"] for one in json.loads(some("alertas listar --fonte sat --json")[1])] == ["relogio", "rede"]
    assert "--depois 2" in some("alertas listar --limite 2")[2]
    assert "[errado]" in some("alertas listar")[1]


def test_one_or_all_of_an_object_are_acknowledged(some: Run) -> None:
    assert "1 alerta reconhecido." in some("alertas reconhecer 3")[2]
    code, out, _ = some("alertas reconhecer loja-1 --json")
    assert (code, len(json.loads(out))) == (0, 2)
    assert all(one["reconhecido_em"] for one in json.loads(some("alertas listar --json")[1]))


def test_what_is_not_open_is_told_with_where_to_look(run: Run) -> None:
    code, out, err = run("alertas reconhecer loja-9")
    assert (code, out) == (2, "")
    assert err == "Erro: Não há alerta aberto 'loja-9'. Veja `esteira alertas listar`.\n"


def test_the_help_names_every_source_there_is(run: Run) -> None:
    assert {"entregas", "fila", "fluxos", "questor", "sat", "sync"} <= set(views.sources())
    for command in ("listar", "reconhecer"):
        told = " ".join(run(f"alertas {command} --help")[1].split())
        assert ", ".join(views.sources()) in told
