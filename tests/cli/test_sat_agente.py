"""`esteira sat agente`: its how-to as it stands, a kill in between, and what is said of a token or an address."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Configure
from support.api import served
from support.biblioteca import compiled, library
from support.boxes import row, told, with_boxes
from support.ports import wait_until
from support.processes import arguments
from support.typed import Run

from flows.sat.boxes import prepare
from flows.sat.views import history
from sandbox.server import refused_address

__all__ = ["compiled", "library"]
PAGE = Path(__file__).parents[2] / "docs/how-to/caixas-usb.md"
CENTRE = "https://esteira.exemplo.com.br"
USB: dict[str, object] = {"name": "loja-1", "kind": "agente", "usuario": "agente-loja-1"}


def typed() -> list[str]:
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", PAGE.read_text())
    return [line.removeprefix("esteira ") for block in blocks for line in block.splitlines()]


@pytest.fixture
def shop(library: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of the shop's machine: its box, its folder, nothing of the centre."""
    folder = tmp_path / "loja"
    folder.mkdir()
    box = {"name": "loja-1", "kind": "local", "library": str(library), "activation_code": "ok-segredo-7"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ESTEIRA_")}
    return kept | {
        "ESTEIRA_SAT__BOXES": json.dumps([box]),
        "ESTEIRA_CORE__DATA_DIR": str(folder / "dados"),
        "ESTEIRA_CORE__DATABASE_URL": "postgresql://ninguem@127.0.0.1:9/nada",
        "PWD": str(folder),
    }


def agent(line: str, url: str, shop: dict[str, str]) -> "subprocess.Popen[str]":
    words = shlex.split(line.replace(CENTRE, url))
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", *words], env=shop, cwd=shop["PWD"], stderr=subprocess.PIPE, text=True
    )


def kept(shop: dict[str, str]) -> list[Path]:
    return list(Path(shop["ESTEIRA_CORE__DATA_DIR"]).rglob("0*.json"))


def test_its_how_to_leads_to_a_judged_reading_also_after_a_kill_while_the_line_was_down(
    run: Run, shop: dict[str, str], configure: Configure
) -> None:
    with_boxes(configure, USB)
    prepare()
    create, once, for_good = typed()
    token = run(create)[1].strip()
    place = Path(shop["PWD"]) / "token.txt"
    place.write_text(token + "\n")
    place.chmod(0o600)
    with refused_address() as away:
        with agent(for_good, away, shop) as running:
            wait_until(lambda: bool(kept(shop)))
            shown = arguments(running.pid) + Path(f"/proc/{running.pid}/environ").read_text("utf-8", "replace")
            running.send_signal(signal.SIGKILL)
        assert token not in shown
    waiting = len(kept(shop))
    with served() as url:
        with agent(once, url, shop) as running:
            said = running.communicate()[1]
        assert (running.returncode, kept(shop)) == (0, []), said
        first = row("loja-1").leitura
        with agent(for_good, url, shop) as running:
            wait_until(lambda: row("loja-1").leitura != first)
            running.send_signal(signal.SIGTERM)
            said += running.communicate()[1]
        assert running.returncode == 0
    assert waiting >= 1
    assert ("alerta_aberto", "loja-1", "rede") in told()
    assert [one.resultado for one in history("loja-1").itens] == ["ok"]
    assert not any(secret in said for secret in (token, "segredo", "Traceback"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--token abc", "--url"),
        ("--url ftp://x --token abc", "esquema, host e porta"),
        ("--url https://ana:senha@x --token abc", "esquema, host e porta"),  # pragma: allowlist secret
        ("--url https://x", "--token-arquivo"),
        ("--url https://x --token-arquivo /nao/ha", "não existe"),
        ("--url https://x --token-arquivo / --token a", "--token ou --token-arquivo"),
        ("--url https://x --token a\tb", "espaços"),
        ("--url https://x --token abc", "Nenhuma caixa desta máquina"),
        ("loja-9 --url https://x --token abc", "Caixa desconhecida: 'loja-9'"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(run: Run, words: str, says: str) -> None:
    code, out, err = run(f"sat agente {words} --uma-vez")
    assert (code, out) == (2, "")
    assert says in err
    assert "senha" not in err


def test_a_token_that_others_see_and_an_open_line_are_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("abc")
    path.chmod(0o644)
    assert "visível a outros" in run("sat agente --url http://centro.exemplo --token abc")[2]
    said = run(f"sat agente --url http://centro.exemplo/api/ --token-arquivo {path}")[2]
    assert "sem cifra" in said
    assert "chmod 600" in said
    code, _, said = run(f"sat agente --url http://centro.exemplo --token-arquivo {tmp_path / 'nada'}")
    assert (code, "(--token-arquivo)" in said) == (2, True)


def test_two_agents_do_not_ask_one_box_at_once(run: Run) -> None:
    from flows.sat.agente import running

    with running.alone():
        code, _, err = run("sat agente --url https://x --token abc --uma-vez")
    assert (code, "Outro agente" in err) == (2, True)
