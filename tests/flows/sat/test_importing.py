"""Boxes from a CSV file: one result per row, and the database as good a place for them as the settings."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from conftest import Configure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from support.boxes import box, opened, rounds, row, with_boxes

from core.errors import Conflict, NotFound, Refusal, UsageError
from flows.diagnostico.walk import examine
from flows.sat import boxes, check, importing, views
from flows.sat.importing import importar, remover
from flows.sat.known_boxes import configured, unreadable
from sandbox import faults
from sandbox.hub import HubServer
from storage import crypto
from storage.models.sat import Caixa
from storage.session import reading, transaction

CASOS = Path(__file__).parent / "casos"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(everywhere=True) as running:
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
    lines = (f"pdv-{n};{hub.address(n)};{hub.port};{n};12;CE" for n in (1, 2))
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
    found = importar(write(tmp_path, "nome,host,numero_caixa\na,10.0.0.1,1\na,10.0.0.2,1\nb,10.0.0.1,2\n"))
    assert [one.resultado for one in found] == ["criada", "recusada", "recusada"]
    assert "mesmo SATHub que a caixa a (10.0.0.1:5000)" in (found[2].motivo or "")


def test_boxes_of_one_file_may_trade_addresses(sqlite: str, tmp_path: Path) -> None:
    results(tmp_path, "nome,host\na,10.0.0.1\nb,10.0.0.2\n")
    found = results(tmp_path, "nome,host\na,10.0.0.2\nb,10.0.0.1\n")
    assert [one[2] for one in found] == ["alterada", "alterada"]


def test_hours_and_thresholds_come_along(sqlite: str, tmp_path: Path) -> None:
    head = "nome;host;horario;thresholds.unreachable_times;activation_code"
    results(tmp_path, f"{head}\na;10.0.0.1;seg-sex 08:00-22:00 | sab 08:00-18:00;5;segredo123\n")
    found = configured()["a"]
    assert found.opening_hours == ("seg-sex 08:00-22:00", "sab 08:00-18:00")
    assert found.thresholds.unreachable_times == 5
    with reading() as db:
        assert b"segredo123" not in bytes(db.execute(text("SELECT config FROM caixa")).scalar_one())


ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_file_of_a_spreadsheet_is_read(sqlite: str, tmp_path: Path, encoding: str, separator: str) -> None:
    content = f"nome{separator}host\r\nSão João{separator}10.0.0.1\r\n"
    assert results(tmp_path, content, encoding) == [(2, "São João", "criada")]


@pytest.mark.parametrize("said", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;", "sep=,", "sep=\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_first_line_may_say_the_separator(sqlite: str, tmp_path: Path, said: str, end: str) -> None:
    separator = said.strip('"')[4]
    rows = (separator.join(cells) for cells in (("nome", "host", "grupo"), ("a", "10.0.0.1", "x;y,z")))
    content = end.join([said, *rows, ""])
    if separator in ";,":
        content = content.replace("x;y,z", "xyz")
    assert results(tmp_path, content) == [(3, "a", "criada")]


def test_empty_lines_before_the_titles_do_not_hide_the_separator(sqlite: str, tmp_path: Path) -> None:
    assert results(tmp_path, "\r\n\nnome,host\na,10.0.0.1\n") == [(4, "a", "criada")]


def test_empty_columns_after_the_last_are_none(sqlite: str, tmp_path: Path) -> None:
    assert results(tmp_path, "nome;host;;\na;10.0.0.1;;\n") == [(2, "a", "criada")]


def test_a_table_with_a_line_of_its_separator_and_empty_rows_is_read(sqlite: str) -> None:
    assert [(one.linha, one.nome, one.resultado) for one in importar(CASOS / "caixas-sep.csv")] == [
        (3, "caixa-1", "criada")
    ]


def test_numbers_that_a_spreadsheet_changed_are_refused_with_what_to_do(sqlite: str) -> None:
    found = importar(CASOS / "caixas-excel-numero.csv")
    assert [one.resultado for one in found] == ["recusada", "recusada"]
    assert "arredondou o número para 9,00001E+08" in (found[0].motivo or "")
    assert "1234 tem 4 dígitos, e um número de série tem nove" in (found[1].motivo or "")
    assert all("formate a coluna como Texto" in (one.motivo or "") for one in found)


@pytest.mark.parametrize(
    ("title", "cell", "said"),
    [
        ("serie", "9.00001E+8", "arredondou"),
        ("activation_code", "1,23457E+11", "arredondou"),
        ("loja", "1E+05", "arredondou"),
        ("serie", "1234567890", "nove dígitos"),
        ("serie", "SAT000123", "nove dígitos"),
        ("serie", "00012345", "zeros à esquerda"),
        ("port", "5.000", "5.000 com ponto de milhar"),
        ("intervalo", "3.000", "ponto de milhar"),
        ("thresholds.clock_seconds", "3.000", "ponto de milhar"),
        ("tipo;biblioteca;activation_code", "local;/opt/sat/libsat.so;1234567", "zeros à esquerda"),
    ],
)
def test_a_number_that_is_none_any_more_is_refused(
    sqlite: str, tmp_path: Path, title: str, cell: str, said: str
) -> None:
    assert said in reason(tmp_path, f"nome;host;{title}\na;10.0.0.1;{cell}\n")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04" + bytes(100), "é uma planilha"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "é uma planilha"),
        ("nome;host\na;b\n".encode("utf-16") + b"x", "não é um texto"),
    ],
    ids=["xlsx", "xls", "half a character"],
)
def test_what_is_no_text_is_told(sqlite: str, tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "caixas.csv").write_bytes(raw)
    with pytest.raises(UsageError, match=said):
        importar(tmp_path / "caixas.csv")


def test_more_tills_of_a_hub_that_were_imported_before_are_one_box(
    hub: HubServer, configure: Configure, banco: str, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        results(tmp_path, f"nome;host;port;numero_caixa\npdv-{number};10.0.0.{number};5000;{number}\n")
    with transaction() as db:
        for one in db.scalars(select(Caixa)):
            one.config = (one.config or "").replace(f"10.0.0.{one.nome[-1]}", hub.host).replace("5000", str(hub.port))
            one.config = json.dumps(json.loads(one.config) | {"port": hub.port})
    assert set(configured()) == {"pdv-1"}
    assert [found.caixa for found in check.verificar_vencidas()] == ["pdv-1"]
    assert [(one.nome, one.resultado == "unida") for one in views.boxes()] == [
        ("pdv-1", False), ("pdv-2", True), ("pdv-3", True)
    ]  # fmt: skip
    with pytest.raises(Conflict, match="mesmo SATHub que a caixa pdv-1"):
        check.verificar("pdv-2")
    remover("pdv-1")
    assert set(configured()) == {"pdv-2"}


def test_the_box_of_the_settings_stands_for_an_imported_one_of_the_same_hub(
    configure: Configure, sqlite: str, tmp_path: Path
) -> None:
    results(tmp_path, "nome;host\na;127.0.0.1\nb;10.0.0.2\n")
    tills = (
        {"name": name, "host": "127.0.0.1", "port": 5000, "numero_caixa": till}
        for name, till in (("minha", 7), ("outra", 8))
    )
    with_boxes(configure, *tills)
    assert set(configured()) == {"b", "minha"}
    advice = {one.sistema: one.correcao for one in examine() if "mesmo SATHub" in one.detalhe}
    assert advice == {
        "caixa a": "Tire-a com `esteira sat remover a`.",
        "caixa outra": "Tire-a de sat.boxes.",
    }
    assert "mesmo SATHub que a caixa" in reason(tmp_path, "nome;host\nc;127.0.0.1\n")


def test_a_stored_box_that_is_no_longer_valid_is_told(configure: Configure, sqlite: str, tmp_path: Path) -> None:
    results(tmp_path, "nome;host;serie\na;10.0.0.1;123456789\n")
    with transaction() as db:
        for one in db.scalars(select(Caixa)):
            one.config = (one.config or "").replace("123456789", "1234")
    assert configured() == {}
    (found,) = (one for one in examine() if one.sistema == "caixa a")
    assert (found.situacao, "nove dígitos" in found.detalhe) == ("erro", True)


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


@pytest.mark.parametrize(("nome", "fault"), [("fixa", Conflict), ("nenhuma", NotFound)])
def test_only_imported_boxes_are_removed(
    hub: HubServer, configure: Configure, sqlite: str, nome: str, fault: type[Refusal]
) -> None:
    with_boxes(configure, box(hub, "fixa", 9))
    boxes.prepare()
    with pytest.raises(fault):
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


def test_a_box_that_no_key_opens_costs_itself_until_the_key_is_back(
    hub: HubServer, configure: Configure, banco: str, tmp_path: Path
) -> None:
    with_boxes(configure, box(hub, "fixa", 9))
    lines = (f"pdv-{n};{hub.address(n)};{hub.port};{n}" for n in (1, 2))
    assert len(results(tmp_path, "\n".join(["nome;host;port;numero_caixa", *lines]))) == 2
    before = stored("pdv-1")
    store("pdv-1", crypto.KeyRing([crypto.new_key()]).encrypt("{}"))
    assert set(configured()) == {"fixa", "pdv-2"}
    assert "Nenhuma chave" in unreadable()["pdv-1"]
    store("pdv-1", before)
    assert set(configured()) == {"fixa", "pdv-1", "pdv-2"}


def stored(nome: str) -> bytes:
    with transaction() as db:
        return bytes(db.execute(text("SELECT config FROM caixa WHERE nome = :n"), {"n": nome}).scalar_one())


def store(nome: str, config: bytes) -> None:
    with transaction() as db:
        db.execute(text("UPDATE caixa SET config = :c WHERE nome = :n"), {"c": config, "n": nome})
