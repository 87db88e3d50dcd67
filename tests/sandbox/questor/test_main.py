"""`python -m sandbox.questor` says where it serves, and ends when asked to; what it cannot do it says in a sentence."""

import http.client
import io
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.questor.__main__ import main

TOKEN = "chave-de-teste-1"
COMMAND = [sys.executable, "-W", "error", "-m", "sandbox.questor"]
ROOT = Path(__file__).parents[3]


def test_it_runs_by_itself_and_ends_cleanly() -> None:
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        # 0.0.0.0 asks for other machines and containers too
        running.stdin.write(json.dumps({"token": TOKEN, "listen": "0.0.0.0", "port": 0}) + "\n")
        running.stdin.flush()
        address = json.loads(running.stdout.readline())["questor"]
        _, _, port = address.rpartition(":")
        socket.create_connection(("127.0.0.2", int(port)), timeout=60).close()
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        connection.request("GET", "/_sandbox/estado")
        assert json.load(connection.getresponse())["guardados"] == 0
        connection.close()
        running.terminate()
        assert running.communicate(timeout=60) == ("", "")
        assert running.returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        *("", "x", "[]", "7", "{}"),
        *('{"token": ""}', '{"token": 1}', '{"token": null}'),
        *('{"token": "x", "port": "1"}', '{"token": "x", "listen": 1}'),
    ],
)
def test_without_a_token_it_refuses_in_one_sentence(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))
    assert main() == 2
    said, told = capsys.readouterr()
    assert (said, told.count("\n")) == ("", 1)
    assert told.startswith("sandbox.questor: a entrada padrão deve trazer")


def test_a_port_that_there_is_not_is_told_and_is_the_exit_code() -> None:
    line = json.dumps({"token": TOKEN, "port": 70_000}) + "\n"
    done = subprocess.run(COMMAND, cwd=ROOT, input=line, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, TOKEN in done.stderr) == (3, "", False)
    assert "sandbox.questor: não consegui servir em 127.0.0.1:70000 (" in done.stderr


def test_a_port_that_is_taken_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"token": TOKEN, "port": wanted}) + "\n"))
        assert main() == 3
    said, told = capsys.readouterr()
    assert (said, TOKEN in told) == ("", False)
    assert told.startswith(f"sandbox.questor: não consegui servir em 127.0.0.1:{wanted} (")
