"""`esteira certificados`: a file is kept without its password ever being a word of a command."""

import io
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.sefaz import EMPRESA, OUTRA
from support.typed import Run

from sandbox.sefaz import Autoridade, Cliente

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cliente(tmp_path: Path) -> Cliente:
    made = Autoridade(tmp_path).cliente(EMPRESA, fim=datetime.now(UTC) + timedelta(days=100))
    (tmp_path / "um.pfx").write_bytes(made.pfx)
    return made


@pytest.fixture
def loja(sqlite: str, run: Run, cliente: Cliente) -> Cliente:
    assert run("empresas", "criar", EMPRESA)[0] == 0
    return cliente


def add(run: Run, *more: str, verb: str = "adicionar") -> tuple[int, str, str]:
    return run("certificados", verb, "um.pfx", "--empresa", EMPRESA, *more)


def test_the_password_comes_from_standard_input(loja: Cliente, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{loja.senha}\n"))
    code, out, err = add(run, "--senha", "-", "--json")
    assert code == 0
    said = json.loads(out)
    # by the calendar, and midnight may have passed since the file was made
    assert (said["empresa"], said["dias"] in (99, 100)) == ("11.222.333/0001-81", True)
    assert "guardado para 11.222.333/0001-81" in err
    assert loja.senha not in out + err


def test_or_from_the_environment(loja: Cliente, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_PFX_SENHA", loja.senha)
    assert add(run)[0] == 0
    code, _, err = add(run)
    assert code == 2
    assert "já tem um certificado" in err
    assert "esteira certificados listar" in err
    code, _, err = add(run, verb="substituir")
    assert code == 0
    assert "já estava guardado" in err


def test_the_day_it_ends_is_that_of_the_installation(
    loja: Cliente, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # half past ten of the evening before, in São Paulo
    end = (datetime.now(UTC) + timedelta(days=100)).replace(hour=1, minute=30)
    made = Autoridade(tmp_path).cliente(EMPRESA, fim=end)
    (tmp_path / "um.pfx").write_bytes(made.pfx)
    monkeypatch.setenv("ESTEIRA_PFX_SENHA", made.senha)
    code, _, err = add(run)
    assert (code, f"vale até {end - timedelta(days=1):%d/%m/%Y}." in err) == (0, True)


def test_or_from_a_terminal_that_does_not_show_it(loja: Cliente, tmp_path: Path) -> None:
    words = ["certificados", "adicionar", "um.pfx", "--empresa", EMPRESA]
    ours, theirs = pty.openpty()
    program = f"import os, sys; os.login_tty({theirs}); from cli.main import main; sys.exit(main({words!r}))"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        pass_fds=(theirs,),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=False,
    )
    os.close(theirs)
    said = b""
    while b"Senha do certificado: " not in said:
        said += os.read(ours, 1024)
    os.write(ours, f"{loja.senha}\n".encode())
    while True:
        try:
            piece = os.read(ours, 1024)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    assert process.wait(60) == 0
    assert b"guardado para" in said
    assert loja.senha.encode() not in said


def test_never_from_the_command_itself(loja: Cliente, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = add(run, "--senha", loja.senha)
    assert code == 2
    assert "não vai no comando" in err
    assert loja.senha not in out + err
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    code, _, err = add(run)
    assert code == 2
    assert "ESTEIRA_PFX_SENHA" in err


def test_what_does_not_serve_is_one_sentence(loja: Cliente, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_PFX_SENHA", "errada")
    assert add(run) == (2, "", "Erro: A senha não abre o arquivo.\n")
    monkeypatch.setenv("ESTEIRA_PFX_SENHA", loja.senha)
    code, _, err = run("certificados", "adicionar", "um.pfx", "--empresa", OUTRA)
    assert code == 2
    assert "não está cadastrada" in err


def test_they_are_listed_and_turned_off_and_on(loja: Cliente, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nenhum certificado" in run("certificados", "listar")[2]
    monkeypatch.setenv("ESTEIRA_PFX_SENHA", loja.senha)
    add(run)
    assert "AC de Teste" in run("certificados", "listar")[1]
    assert run("certificados", "desativar", "--empresa", EMPRESA)[0] == 0
    found = json.loads(run("certificados", "listar", "--json")[1])
    assert [one["situacao"] for one in found] == ["desativado"]
    assert "senha_pfx" not in found[0]
    assert "ativado" in run("certificados", "ativar", "--empresa", EMPRESA)[2]


def test_a_table_is_brought_in_row_by_row(loja: Cliente, run: Run, tmp_path: Path) -> None:
    rows = f"arquivo;empresa;senha\num.pfx;{EMPRESA};{loja.senha}\num.pfx;{EMPRESA};errada\n"
    (tmp_path / "lista.csv").write_text(rows)
    code, out, err = run("certificados", "importar", "lista.csv", "--json")
    assert code == 5
    assert [one["resultado"] for one in json.loads(out)] == ["adicionado", "recusado"]
    assert "1 guardado, 1 recusado" in err
    assert loja.senha not in out + err
