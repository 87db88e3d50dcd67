"""Boxes from a CSV file: one result per row, and the database as good a place for them as the settings."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from conftest import Configure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from support.boxes import box, opened, rounds, row, with_boxes

from core.errors import UsageError
from flows.sat import boxes, check, importing
from flows.sat.configured import configured
from flows.sat.importing import importar, remover
from sandbox import faults
from sandbox.hub import HubServer
from storage.models import Caixa
from storage.session import reading


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as running:
        yield running


def write(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "caixas.csv"
    path.write_bytes(content.encode(encoding))
    return path


def results(folder: Path, content: str, encoding: str = "utf-8") -> list[tuple[int, str, str]]:
    return [(one.linha, one.nome, one.resultado) for one in importar(write(folder, content, encoding))]


def reason(folder: Path, content: str) -> str:
    (one,) = importar(write(folder, content))
    assert one.resultado == "recusada"
    return one.motivo or ""


def test_imported_boxes_are_checked_like_any_other(
    hub: HubServer, configure: Configure, banco: str, tmp_path: Path
) -> None:
    with_boxes(configure, box(hub, "fixa", 9))
    lines = (f"pdv-{n};{hub.host};{hub.port};{n};12;CE" for n in (1, 2))
    content = "\n".join(["nome;host;port;numero_caixa;loja;uf", *lines])
    assert results(tmp_path, content) == [(2, "pdv-1", "criada"), (3, "pdv-2", "criada")]
    assert {found.caixa for found in check.verificar_vencidas()} == {"fixa", "pdv-1", "pdv-2"}
    assert (configured()["pdv-1"].loja, configured()["pdv-1"].uf) == ("12", "CE")


def test_a_second_import_changes_what_is_other_and_only_that(sqlite: str, tmp_path: Path) -> None:
    assert results(tmp_path, "nome,host\na,10.0.0.1\nb,10.0.0.2\n")[0][2] == "criada"
    session = row("a").sessao
    found = results(tmp_path, "nome,host\na,10.0.0.1\nb,10.0.0.3\nc,10.0.0.4\n")
    assert [one[2] for one in found] == ["igual", "alterada", "criada"]
    assert row("a").sessao == session
    assert configured()["b"].host == "10.0.0.3"


def test_a_bad_row_costs_only_itself(sqlite: str, tmp_path: Path) -> None:
    content = "name,host,port\nboa,10.0.0.1,5000\n,10.0.0.2,5000\nporta,10.0.0.3,99999\nsem,,\n\noutra,10.0.0.4,\n"
    found = importar(write(tmp_path, content))
    assert [(one.linha, one.resultado) for one in found] == [
        (2, "criada"), (3, "recusada"), (4, "recusada"), (5, "recusada"), (7, "criada")
    ]  # fmt: skip
    assert set(configured()) == {"boa", "outra"}
    assert "port" in (found[2].motivo or "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nome,host\nfixa,10.0.0.9\n", "sat.boxes"),
        ("nome,kind\na,local\n", "library"),
        ("nome,host,opening_hours\na,10.0.0.1,sempre que der\n", "horário inválido"),
        ("nome,host,maintenance\na,10.0.0.1,2026-13-01 00:00/2026-13-02 00:00\n", "período inválido"),
        ("nome,host,thresholds.unreachable_times\na,10.0.0.1,0\n", "unreachable_times"),
        ("nome,host\na,10.0.0.1,sobra\n", "mais células"),
        ("nome,host\nhub:x,10.0.0.1\n", "não começa com"),
        ("nome,host\na,http://10.0.0.1:5000/\n", "host: use só"),
        ('nome,host\n"a\nb",10.0.0.1\n', "quebra de linha"),
        ('nome,host,loja\na,10.0.0.1,"aberta\nb,10.0.0.2,x\n', "quebra de linha"),
    ],
)
def test_why_a_row_is_refused(
    hub: HubServer, configure: Configure, sqlite: str, tmp_path: Path, content: str, said: str
) -> None:
    with_boxes(configure, box(hub, "fixa", 9))
    assert said in reason(tmp_path, content)


def test_two_rows_of_one_name_or_of_one_box_are_one_box(sqlite: str, tmp_path: Path) -> None:
    found = importar(write(tmp_path, "nome,host\na,10.0.0.1\na,10.0.0.2\nb,10.0.0.1\n"))
    assert [one.resultado for one in found] == ["criada", "recusada", "recusada"]
    assert "'a'" in (found[2].motivo or "")


def test_boxes_of_one_file_may_trade_places(sqlite: str, tmp_path: Path) -> None:
    results(tmp_path, "nome,host,numero_caixa\na,10.0.0.1,1\nb,10.0.0.1,2\n")
    found = results(tmp_path, "nome,host,numero_caixa\na,10.0.0.1,2\nb,10.0.0.1,1\n")
    assert [one[2] for one in found] == ["alterada", "alterada"]


def test_hours_and_thresholds_come_along(sqlite: str, tmp_path: Path) -> None:
    head = "nome;host;horario;thresholds.unreachable_times;activation_code"
    results(tmp_path, f"{head}\na;10.0.0.1;seg-sex 08:00-22:00 | sab 08:00-18:00;5;segredo123\n")
    found = configured()["a"]
    assert found.opening_hours == ("seg-sex 08:00-22:00", "sab 08:00-18:00")
    assert found.thresholds.unreachable_times == 5
    with reading() as db:
        assert b"segredo123" not in bytes(db.execute(text("SELECT config FROM caixa")).scalar_one())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_of_a_spreadsheet_is_read(sqlite: str, tmp_path: Path, encoding: str) -> None:
    assert results(tmp_path, "nome;host\r\nSão João;10.0.0.1\r\n", encoding) == [(2, "São João", "criada")]


@pytest.mark.parametrize(
    "content",
    ["", "host\n10.0.0.1\n", "nome,senha\na,b\n", "nome,nome\na,b\n", "nome,host\n" + '"' + "x" * 200_000 + "\n"],
    ids=["empty", "no name", "unknown column", "twice", "endless cell"],
)
def test_a_file_that_is_none_is_refused_as_a_whole(sqlite: str, tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageError):
        importar(write(tmp_path, content))
    assert configured() == {}


def test_a_file_that_is_not_there(sqlite: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Não consegui ler"):
        importar(tmp_path / "nada.csv")


def test_a_removed_box_is_asked_no_more_and_keeps_its_history(hub: HubServer, sqlite: str, tmp_path: Path) -> None:
    results(tmp_path, f"nome;host;port\npdv-1;{hub.host};{hub.port}\n")
    hub.faults.always(faults.reset())
    rounds(3)
    remover("pdv-1")
    assert (configured(), opened()) == ({}, [])
    rounds(1)
    assert hub.count(1) == 3
    with reading() as db:
        assert [bool(one.ativo) for one in db.scalars(select(Caixa))] == [False]
    assert results(tmp_path, f"nome;host;port\npdv-1;{hub.host};{hub.port}\n")[0][2] == "criada"
    assert row("pdv-1").ativo


def test_a_box_that_is_removed_while_it_is_asked_opens_nothing(hub: HubServer, sqlite: str, tmp_path: Path) -> None:
    results(tmp_path, f"nome;host;port;thresholds.unreachable_times\npdv-1;{hub.host};{hub.port};1\n")

    async def gone(request: web.Request, answer: object) -> web.StreamResponse:
        await asyncio.to_thread(remover, "pdv-1")
        return web.Response(status=500)

    hub.faults.always(gone)
    assert [found.resultado for found in check.verificar_vencidas()] == ["inalcancavel"]
    assert opened() == []


@pytest.mark.parametrize("nome", ["fixa", "nenhuma"])
def test_only_imported_boxes_are_removed(hub: HubServer, configure: Configure, sqlite: str, nome: str) -> None:
    with_boxes(configure, box(hub, "fixa", 9))
    boxes.prepare()
    with pytest.raises(UsageError):
        remover(nome)
    assert set(configured()) == {"fixa"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=4), max_size=6))
def test_whatever_stands_in_the_rows_each_has_a_result(sqlite: str, tmp_path: Path, rows: list[list[str]]) -> None:
    import csv
    import io

    written = io.StringIO()
    csv.writer(written).writerows([["nome", "host", "port"], *rows])
    try:
        found = importar(write(tmp_path, written.getvalue().encode("utf-8", "replace").decode()))
    except UsageError:
        return
    assert {one.resultado for one in found} <= {
        importing.CRIADA,
        importing.ALTERADA,
        importing.IGUAL,
        importing.RECUSADA,
    }
