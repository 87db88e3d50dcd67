"""Several commands in one process, as if each were typed."""

import json
import subprocess
import sys

import pytest

from cli.typed import type_all

SECRET = "whsec_" + "A" * 43 + "="  # pragma: allowlist secret
MAKE = ["destinos", "criar", "--tipo", "webhook", "--nome", "a", "--url", "https://exemplo.com/x", "--segredo", "-"]


def test_each_reads_its_own_standard_input_and_finds_what_those_before_it_did(
    sqlite: str, capfd: pytest.CaptureFixture[str]
) -> None:
    commands = [
        {"words": [*MAKE, "--eventos", "alerta_aberto"], "stdin": f"{SECRET}\n"},
        {"words": ["destinos", "pausar", "a"], "stdin": ""},
    ]
    assert type_all(commands) == 0
    assert capfd.readouterr() == ("", "")
    assert type_all([{"words": ["destinos", "retomar", "a"], "stdin": ""}]) == 0


def test_the_first_that_is_refused_ends_it_and_is_told(sqlite: str, capfd: pytest.CaptureFixture[str]) -> None:
    commands = [{"words": words, "stdin": ""} for words in (["destinos", "listar"], ["destinos", "nada"], ["nada"])]
    assert type_all(commands) == 2
    assert capfd.readouterr().err == "Comando desconhecido: nada. Veja esteira destinos --help.\n"


@pytest.mark.slow
def test_they_are_read_from_standard_input(sqlite: str) -> None:
    commands = [{"words": ["destinos", "nada", "9"], "stdin": ""}]
    done = subprocess.run(
        [sys.executable, "-m", "cli.typed"], input=json.dumps(commands), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Comando desconhecido" in done.stderr
