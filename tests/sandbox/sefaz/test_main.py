"""`python -m sandbox.sefaz` says where it is, serves a company, and ends when asked to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.sefaz import EMPRESA

from connectors.sefaz import Pergunta, Sefaz, servico
from core.certificado import abrir
from core.settings.sefaz import SefazSettings

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
    "given", ["", "[]", '{"pasta": "/nao/existe", "cnpj": "11222333000181"}', '{"pasta": ".", "cnpj": "1"}']
)
def test_a_line_that_says_too_little_is_told(given: str) -> None:
    done = subprocess.run(COMMAND, cwd=ROOT, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("sandbox.sefaz: a entrada padrão deve trazer")
    assert "a pasta tem de existir" in done.stderr


def test_help_is_given_without_a_line() -> None:
    done = subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Standard input" in done.stdout
