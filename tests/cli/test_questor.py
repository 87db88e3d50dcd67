"""`esteira questor` as typed: scan, send, look, report, repeat."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.questor import TOKEN
from support.questor import account as settings_of

from cli.main import main
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import documento

Run = Callable[..., tuple[int, str, str]]
CLOSED = json.dumps(["seg 00:00-00:01"])


@pytest.fixture
def server() -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        yield running


@pytest.fixture
def account(configure: Configure, server: QuestorServer) -> Callable[..., None]:
    def apply(**values: str) -> None:
        configure(**settings_of(server.url, **values))

    apply()
    return apply


@pytest.fixture
def run(sqlite: str, account: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> Run:
    """Type a command; whatever it says, the access key is not in it."""

    def type_in(*words: str) -> tuple[int, str, str]:
        code = main(["questor", *words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert TOKEN not in said.out + said.err
        return code, said.out, said.err

    return type_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three notes, one of them twice, and a file that is none."""
    made = tmp_path / "janeiro"
    made.mkdir()
    for number in (1, 2, 3):
        (made / f"{number}.xml").write_text(documento("nfe", number).texto)
    (made / "copia.xml").write_text(documento("nfe", 3).texto)
    (made / "quebrado.xml").write_text("<nfeProc")
    return made


def report(run: Run) -> dict[str, dict[str, object]]:
    code, out, _ = run("relatorio", "janeiro")
    assert code == 0
    return {line["caminho"]: line for line in map(json.loads, out.splitlines())}


def test_a_folder_is_scanned_sent_and_reported(run: Run, server: QuestorServer, folder: Path) -> None:
    code, out, _ = run("varrer", str(folder), "--json")
    scanned = json.loads(out)
    assert (code, scanned["lote"], scanned["arquivos"], scanned["lidos"]) == (0, "janeiro", 5, 5)
    assert scanned["estados"] == {"duplicado": 1, "pendente": 3, "quarentena": 1}
    assert server.posts == {}
    assert "5 arquivos" in run("varrer", str(folder))[2]
    code, out, _ = run("enviar", "janeiro", "--json")
    assert (code, json.loads(out)["impedimento"], json.loads(out)["restam"]) == (0, "concluido", 0)
    assert len(server.guardados) == 3
    found = report(run)
    assert {name: line["estado"] for name, line in found.items() if name.endswith("1.xml")} == {"1.xml": "enviado"}
    assert (found["1.xml"]["http"], found["1.xml"]["tentativas"]) == (200, 1)
    assert len(found) == 5
    assert list(found["1.xml"]) == [
        "caminho", "sha256", "tipo", "identidade", "estado", "motivo", "http", "mensagem", "tentativas",
        "caminho_codificado",
    ]  # fmt: skip


def test_the_report_can_be_a_table_that_no_spreadsheet_computes(run: Run, folder: Path) -> None:
    (folder / "=1+2.xml").write_text(documento("nfe", 9).texto)
    run("varrer", str(folder))
    code, out, _ = run("relatorio", "janeiro", "--formato", "csv")
    assert out.startswith("\ufeffcaminho;sha256;")
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff")), delimiter=";"))
    assert (code, len(rows)) == (0, 6)
    assert {len(row["identidade"]) for row in rows if row["tipo"] == "nfe"} == {54}
    assert "'=1+2.xml" in {row["caminho"] for row in rows}
    assert run("relatorio", "janeiro", "--formato", "pdf")[0] == 2


def test_the_state_tells_counts_window_and_breaker(run: Run, account: Callable[..., None], folder: Path) -> None:
    account(window=CLOSED)
    run("varrer", str(folder))
    code, out, _ = run("estado", "janeiro", "--json")
    told = json.loads(out)
    assert (code, told["total"], told["restam"], told["impedimento"]) == (0, 5, 3, "fora_da_janela")
    assert told["janela"]["aberta"] is False
    assert told["janela"]["abre_em"]
    assert told["disjuntor"]["aberto_ate"] is None
    assert {"estado": "pendente", "tipo": "nfe", "total": 3} in told["contagem"]
    assert "pendente" in run("estado", "janeiro")[1]


def test_the_state_can_be_looked_at_before_the_account_is_configured(
    sqlite: str, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert main(["questor", "varrer", str(folder)]) == 0
    capsys.readouterr()
    assert main(["questor", "estado", "janeiro", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["impedimento"] == "sem_conta"
    assert main(["questor", "estado", "janeiro"]) == 0
    assert "A conta do lote ainda não está na configuração (seção questor)." in capsys.readouterr().out


def test_outside_the_window_nothing_is_sent(
    run: Run, account: Callable[..., None], server: QuestorServer, folder: Path
) -> None:
    account(window=CLOSED)
    run("varrer", str(folder))
    code, _, err = run("enviar", "janeiro")
    assert code == 3
    assert "Fora da janela" in err
    assert server.posts == {}


def test_the_first_sending_asks_for_the_agreement(run: Run, account: Callable[..., None], folder: Path) -> None:
    account(base_url="https://questor.exemplo.com.br")
    run("varrer", str(folder))
    code, _, err = run("enviar", "janeiro")
    assert code == 2
    assert "questor.agreed_with_vendor" in err


def test_a_paused_lot_waits_until_it_may_go_on(run: Run, server: QuestorServer, folder: Path) -> None:
    run("varrer", str(folder))
    assert run("pausar", "janeiro")[0] == 0
    assert "pausado" in run("enviar", "janeiro")[2]
    assert server.posts == {}
    assert run("retomar", "janeiro")[0] == 0
    assert run("enviar", "janeiro", "--seguir")[0] == 0
    assert len(server.guardados) == 3


def test_what_was_refused_is_sent_again_when_somebody_says_so(run: Run, server: QuestorServer, folder: Path) -> None:
    refused = documento("nfe", 1).identidade
    server.recusas = {refused: "Cliente não cadastrado."}
    run("varrer", str(folder))
    assert run("enviar", "janeiro")[0] == 5
    line = report(run)["1.xml"]
    assert (line["estado"], line["motivo"], line["mensagem"]) == (
        "recusado", "cliente_nao_cadastrado", "Cliente não cadastrado."
    )  # fmt: skip
    server.recusas = {}
    assert "1 arquivo volta" in run("repetir", "janeiro", "--estado", "recusado")[2]
    assert run("enviar", "janeiro")[0] == 0
    assert report(run)["1.xml"]["estado"] == "enviado"
    assert run("repetir", "janeiro", "--estado", "enviado")[0] == 2


def test_a_blocked_key_stops_the_lot_and_says_so(
    run: Run, account: Callable[..., None], server: QuestorServer, folder: Path
) -> None:
    account(token="outra-chave")
    run("varrer", str(folder))
    code, _, err = run("enviar", "janeiro")
    assert code == 4
    assert "espera uma correção" in err
    assert "outra-chave" not in err
    (row,) = json.loads(run("listar", "--json")[1])
    assert (row["lote"], row["enviar"]) == ("janeiro", True)


def test_a_lot_is_shown_by_whatever_name_it_has(run: Run, folder: Path) -> None:
    name = "[/red] :a:"
    run("varrer", str(folder), "--nome", name)
    code, out, _ = run("estado", name)
    assert (code, out.splitlines()[0].strip()) == (0, "Lote [/red] :a:")


def test_a_lot_can_be_removed(run: Run, folder: Path) -> None:
    run("varrer", str(folder))
    code, _, err = run("remover", "janeiro")
    assert (code, "com 5 arquivos" in err) == (0, True)
    assert json.loads(run("listar", "--json")[1]) == []


@pytest.mark.parametrize("words", [("estado",), ("enviar",), ("relatorio",), ("pausar",), ("retomar",), ("remover",)])
def test_an_unknown_lot_is_told(run: Run, folder: Path, words: tuple[str, ...]) -> None:
    run("varrer", str(folder))
    code, _, err = run(*words, "janero")
    assert code == 2
    assert "Seria 'janeiro'" in err


def test_a_folder_that_is_none_is_told(run: Run, tmp_path: Path) -> None:
    code, _, err = run("varrer", str(tmp_path / "nada"))
    assert code == 2
    assert "Não consegui ler a pasta" in err
