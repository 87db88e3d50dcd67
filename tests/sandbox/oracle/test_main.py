"""`python -m sandbox.oracle`, as a program starts it."""

import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import oracledb
import pytest
from support.ports import PATIENCE_SECONDS

from sandbox.oracle.__main__ import USAGE, main

ROOT = Path(__file__).parents[3]
WHO = {"usuario": "hsm", "senha": "palavra-de-teste"}  # pragma: allowlist secret


@pytest.mark.parametrize("line", ["", "hsm\n", "[]\n", "7\n", '{"usuario": "hsm"}\n', '{"senha": "x"}\n', "null\n"])
def test_who_does_not_say_who_may_log_on_is_told_how(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    assert main() == 2
    assert tuple(capsys.readouterr()) == ("", USAGE)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_ends_when_it_is_asked_to(how: signal.Signals) -> None:
    command = [sys.executable, "-W", "error", "-m", "sandbox.oracle"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(WHO)}\n")
        process.stdin.flush()
        dsn = json.loads(process.stdout.readline())["dsn"]
        with oracledb.connect(user=WHO["usuario"], password=WHO["senha"], dsn=dsn) as connection:
            connection.ping()
        process.send_signal(how)
        assert process.wait(PATIENCE_SECONDS) == 0
