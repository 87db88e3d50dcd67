"""The page of who receives webhooks is typed as it stands, in an empty installation."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from support.deliveries import make_due
from support.typed import Run, typing_in

from events.delivery.drain import drain
from sandbox.receiver import ReceiverServer

PAGE = (Path(__file__).parents[2] / "docs/how-to/receber-webhooks.md").read_text()
CREATED, TRIED = re.findall(r"(?ms)^```sh\n(.*?)^```", PAGE)[:2]
ADDRESS = "https://erp.exemplo.com.br"

# What `importar` ends with where a document was refused.
REFUSED = 5


def typed(run: Run, line: str) -> tuple[int, str]:
    """Type a line; return the exit code and all it said."""
    if not line.startswith("esteira "):
        subprocess.run(line, shell=True, check=True)
        return 0, ""
    code, out, err = run(*shlex.split(line)[1:])
    return code, out + err


@pytest.mark.usefixtures("sqlite", "loopback")
def test_its_commands_lead_from_nothing_to_an_event_that_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = typing_in(capsys)
    with ReceiverServer({}) as receiver:
        for line in CREATED.splitlines():
            code, out = typed(run, line.replace(ADDRESS, receiver.url))
            assert code == 0, line
        receiver.expect("/webhook", re.findall(r"whsec_\S+", out))
        answers = {line: typed(run, line) for line in TRIED.splitlines()}
        assert [code for code, _ in answers.values()] == [0, 0, REFUSED, 0, 0]
        make_due()
        drain(1)
        assert [one.evento for one in receiver.requests if one.verified] == ["teste", "erro_importacao"]
    listed, shown = [said for _, said in answers.values()][-2:]
    assert "erro_importacao" in listed
    assert "Evento: erro_importacao" in shown
