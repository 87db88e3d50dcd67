"""`python -m sandbox.sefaz` says where it is, serves a company, and ends when asked to."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.sefaz import EMPRESA

from connectors.sefaz import Pergunta, Sefaz, servico
from core.certificado import abrir
from core.settings.sefaz import SefazSettings
from sandbox.sefaz.__main__ import main

COMMAND = [sys.executable, "-W", "error", "-m", "sandbox.sefaz"]
ROOT = Path(__file__).parents[3]


def test_it_serves_a_company_that_was_issued_notes(tmp_path: Path) -> None:
    wanted = json.dumps({"pasta": str(tmp_path), "cnpj": EMPRESA, "notas": 60})
    with subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(wanted + "\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
            pfx, senha = Path(said.pop("pfx")).read_bytes(), said.pop("senha")
            with Sefaz(abrir(pfx, senha), SefazSettings.model_validate(said)) as sefaz:
                found = sefaz.perguntar(servico("nfe"), Pergunta(EMPRESA, "SP"))
            assert (len(found.documentos), found.ult_nsu, found.max_nsu, found.ha_mais) == (50, 50, 60, True)
        finally:
            process.terminate()
    assert process.returncode == 0


@pytest.mark.parametrize(
    "given",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"pasta": "."}',
        '{"pasta": 7, "cnpj": "11222333000181"}',
        '{"pasta": "/nao/existe", "cnpj": "11222333000181"}',
        '{"pasta": ".", "cnpj": "1"}',
        '{"pasta": ".", "cnpj": 11222333000181}',
        '{"pasta": ".", "cnpj": "11222333000181", "notas": "muitas"}',
        '{"pasta": ".", "cnpj": "11222333000181", "notas": null}',
    ],
)
def test_a_line_that_says_too_little_is_told(
    given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sandbox.sefaz"])
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main() == 2
    said, told = capsys.readouterr()
    assert told.startswith("sandbox.sefaz: a entrada padrão deve trazer")
    assert "a pasta tem de existir" in told
    assert (said, told.count("\n"), list(Path.cwd().glob("*.pem"))) == ("", 1, [])


def test_what_is_wrong_is_the_exit_code_too() -> None:
    done = subprocess.run(COMMAND, cwd=ROOT, input="", capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")


def test_help_is_given_without_a_line() -> None:
    done = subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Standard input" in done.stdout
