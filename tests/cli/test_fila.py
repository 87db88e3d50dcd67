"""`esteira fila`, as it is typed, over a queue table in a database of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from conftest import Configure
from sqlalchemy import create_engine
from support.typed import Run

from connectors.oracle import ddl
from core.broker_link import KEY_PREFIX
from core.settings.fila import FilaColumns
from flows.fila import accounts
from tasks.fila import FILA

TABLE = "HSM_FILA_NOTIFICACAO"


class Banco:
    """What an ERP does with its database."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def add(self, *orders: int) -> None:
        self.run(*(f"INSERT INTO {TABLE} (ID_OS, MENSAGEM, STATUS) VALUES ({one}, 'x', 'PENDENTE')" for one in orders))

    def fail(self, number: int) -> None:
        self.run(f"UPDATE {TABLE} SET STATUS = 'ERRO' WHERE ID = {number}")


@pytest.fixture
def bare(sqlite: str, tmp_path: Path, configure: Configure) -> Iterator[Banco]:
    """A table as it is without the columns of a safe relay."""
    url = f"sqlite:///{tmp_path}/fila.db"
    configure(fila__url=url)
    banco = Banco(url)
    banco.run(ddl.create("sqlite", TABLE, FilaColumns()))
    yield banco
    accounts.close()
    banco.engine.dispose()


@pytest.fixture
def banco(bare: Banco) -> Banco:
    """A table with them."""
    bare.run(*ddl.relay("sqlite", TABLE, FilaColumns()))
    return bare


def test_rows_are_told_counted_and_listed(banco: Banco, run: Run) -> None:
    assert run("fila publicar") == (0, "", "0 linhas: 0 avisadas agora, 0 já avisadas antes.\n")
    banco.add(7)
    assert run("fila publicar") == (0, "", "1 linha: 1 avisada agora, 0 já avisadas antes.\n")
    banco.add(8, 9)
    code, out, err = run("fila publicar --json")
    told = json.loads(out)
    assert (code, told["linhas"], told["publicadas"], err) == (0, 2, 2, "")
    assert [one["linha"] for one in json.loads(run("fila listar --json")[1])] == ["3", "2", "1"]
    assert json.loads(run("fila listar --conta outra --json")[1]) == []
    assert "Há mais: repita com --depois" in run("fila listar --limite 2")[2]


def test_before_anything_was_told_there_is_nothing_to_list(banco: Banco, run: Run) -> None:
    assert run("fila listar") == (0, "", "Nenhuma linha avisada.\n")


@pytest.mark.usefixtures("sqlite")
def test_without_an_account_there_is_no_queue(run: Run) -> None:
    assert run("fila estado") == (0, "", "Nenhuma fila configurada (seção fila).\n")
    assert run("fila publicar --conta outra")[0] == 4


def test_an_account_is_shown_before_it_was_ever_looked_at(banco: Banco, run: Run) -> None:
    (one,) = json.loads(run("fila estado --json")[1])
    assert (one["conta"], one["tabela"], one["pendentes"], one["falha"]) == ("padrao", TABLE, None, None)
    assert TABLE in run("fila estado")[1]


def test_to_tell_them_may_be_left_to_the_workers(banco: Banco, run: Run, broker: str) -> None:
    banco.add(7)
    assert run("fila publicar --fila") == (0, "", "Pedido entregue aos workers.\n")
    with redis.Redis.from_url(broker) as client:
        assert client.llen(f"{KEY_PREFIX}{FILA.name}") == 1
    assert json.loads(run("fila listar --json")[1]) == []


def test_rows_in_error_come_back_by_number_or_all_of_them(banco: Banco, run: Run) -> None:
    banco.add(1, 2, 3)
    run("fila publicar")
    for number in (1, 2, 3):
        banco.fail(number)
    assert run("fila reprocessar 2") == (0, "", "1 linha de volta à fila.\n")
    assert run("fila reprocessar --erro") == (0, "", "2 linhas de volta à fila.\n")
    assert run("fila reprocessar --erro") == (0, "", "0 linhas de volta à fila.\n")
    assert run("fila reprocessar 2")[0] == 2


@pytest.mark.parametrize("words", ["", "2 --erro"])
def test_which_rows_come_back_is_said_in_one_way(banco: Banco, run: Run, words: str) -> None:
    code, out, err = run(f"fila reprocessar {words}".strip())
    assert (code, out, "Diga o número de uma linha, ou --erro para todas." in err) == (2, "", True)


def test_what_an_old_program_told_is_read_once(banco: Banco, run: Run, tmp_path: Path) -> None:
    banco.add(1, 2)
    (tmp_path / "lidos.txt").write_text("1, 2; 99\n")
    assert run("fila adotar lidos.txt") == (
        0,
        "",
        "3 números: 2 adotados, 0 já conhecidos.\n1 número não tem linha na tabela.\n",
    )
    (tmp_path / "um.txt").write_text("1")
    assert run("fila adotar um.txt")[2] == "1 número: 0 adotados, 1 já conhecido.\n"
    assert json.loads(run("fila adotar um.txt --json")[1])["conhecidas"] == 1
    assert run("fila publicar")[2] == "2 linhas: 0 avisadas agora, 2 já avisadas antes.\n"
    (tmp_path / "nada.txt").write_text("nenhum")
    assert run("fila adotar nada.txt")[0] == 2


def test_what_a_table_lacks_is_shown_and_changed_only_where_that_is_said(bare: Banco, run: Run) -> None:
    code, out, err = run("fila migrar")
    statements = out.splitlines()
    assert (code, err) == (0, "Nada foi mudado; repita com --aplicar, ou entregue isto ao DBA.\n")
    assert statements
    assert all(one.endswith(";") for one in statements)
    assert run("fila migrar") == (code, out, err)
    code, _, err = run("fila migrar --aplicar")
    assert (code, err.endswith(("aplicados.\n", "aplicado.\n"))) == (0, True)
    assert run("fila migrar") == (0, "", "Não falta nada.\n")
    assert run("fila migrar --aplicar") == (0, "", "Não falta nada.\n")


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("banco", ["oracle", "postgresql", "sqlite"])
def test_what_a_dba_applies_is_written_for_each_database(run: Run, banco: str) -> None:
    code, out, err = run(f"fila ddl --banco {banco} --tabela MINHA_FILA --tabela-origem ORDENS --coluna NM_SETOR")
    assert (code, err) == (0, "")
    assert all(name in out for name in ("MINHA_FILA", "ORDENS", "NM_SETOR"))
    assert ddl.DEFAULT_TABLE in run(f"fila ddl --banco {banco}")[1]


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("words", ["--banco mysql", "--tabela X;Y", "--tabela-origem 1", "--coluna A.B"])
def test_names_that_are_none_write_nothing(run: Run, words: str) -> None:
    code, out, err = run(f"fila ddl {words}")
    assert (code, out) == (2, "")
    assert err
