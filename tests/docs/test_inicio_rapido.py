"""The quick start of the integrations is typed as it stands, on a machine that has nothing but a prepared `.venv`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.line import Line
from support.ports import free_port

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/INICIO_RAPIDO_INTEGRACOES.md").read_text()
PATIENCE_SECONDS = 300
# The suite is run by `make test`, which has done these already.
PREPARED = 'make setup\nexport PATH="$PWD/.venv/bin:$PATH"\n'
# The page changes the environment of one shell, so it is one script; what it leaves behind is told by its exit code.
SAID = "echo '=== {number}'\n"


def blocks() -> list[str]:
    return re.findall(r"(?ms)^```sh\n(.*?)^```", PAGE)


def script(ports: dict[str, int]) -> str:
    """Return its commands as one script, on ports that are free."""
    first, *others = blocks()
    assert first == PREPARED
    text = "set -eu\n" + "".join(SAID.format(number=number) + block for number, block in enumerate(others, 1))
    for written, free in (("8000", ports["api"]), ("9000", free_port())):
        text = text.replace(f":{written}", f":{free}").replace(f"--porta {written}", f"--porta {free}")
    return text


def commands(folder: Path) -> Path:
    """Return a folder with the command of this very tree, which is not always the one that is installed."""
    place = folder / "bin"
    place.mkdir()
    (place / "esteira").write_text(f'#!/bin/sh\nexec {sys.executable} -m cli.main "$@"\n')
    (place / "esteira").chmod(0o755)
    return place


@pytest.mark.slow
def test_its_commands_lead_from_nothing_to_a_signed_webhook_and_an_imported_document(tmp_path: Path) -> None:
    (tmp_path / "exemplos").symlink_to(ROOT / "exemplos")
    with Line(tmp_path) as line:
        path = os.pathsep.join([str(commands(tmp_path)), str(Path(sys.executable).parent), line.environment["PATH"]])
        given = {name: one for name, one in line.environment.items() if "DELIVERIES" not in name}
        typed = subprocess.run(
            ["bash", "-c", script(line.ports)],
            cwd=tmp_path,
            env=given | {"PATH": path, "PYTHONPATH": str(ROOT), "WEBHOOK_SECRET": ""},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert typed.returncode == 0, typed.stdout + typed.stderr
    said = re.split(r"=== \d+\n", typed.stdout)[1:]
    assert said[-1] == ""
    imported, arrived, forged, asked = said[3:7]
    assert imported.count(".xml") == 3
    assert '"evento": "nfe_importada"' in arrived
    assert "entregue" in arrived
    assert forged == re.findall(r"(?ms)^```json\n(.*?)\n```", PAGE)[0]
    assert '"count":2' in asked
    assert '"status":"success"' in asked
