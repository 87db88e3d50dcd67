"""The mail of the demonstration: what is typed makes its user and the people on duty be written to."""

from pathlib import Path

import pytest
from conftest import Configure

from cli.main import main
from cli.typed import type_all
from flows.email import checks
from sandbox.demo.correio import PART, USER
from sandbox.demo.part import Stage
from sandbox.mail import MailServer


@pytest.mark.usefixtures("sqlite", "broker")
def test_its_account_is_taken_and_nothing_is_left_to_say_of_it(configure: Configure, tmp_path: Path) -> None:
    server, boxes = PART.servers(Stage(str(tmp_path), {"correio": [0, 0]}, "semente"))
    assert isinstance(server, MailServer)
    with server:
        stage = Stage(str(tmp_path), {"correio": [server.port, 0]}, "semente")
        settings = {f"email__{key}": str(value) for key, value in PART.settings(stage)["email"].items()}
        configure(**settings, api__base_url="http://127.0.0.1:8000")
        for _ in range(2):
            assert type_all([{"words": one.words, "stdin": one.stdin} for one in PART.commands(stage)]) == 0
        assert main(["email", "testar", "plantao@esteira.example"]) == 0
        assert [finding.situacao for finding in checks.accounts()] == ["ok"]
        assert main(["usuarios", "avisos", USER]) == 0
    assert [mail.recipients for mail in server.mails] == [("plantao@esteira.example",)]
    assert PART.told([boxes.estado()]) == "1 e-mail em 1 caixa"
