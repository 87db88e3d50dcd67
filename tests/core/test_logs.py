"""What is written: structured lines on stderr, without secrets; nothing is loaded for it before there is a line."""

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from conftest import Configure

from core import context, logs

log = logs.get_logger(__name__)
# One process of each format, in which everybody speaks.
ALL_SPEAK = """
import asyncio, logging, threading, warnings
from core import context, logs
logs.of_process("teste")
log = logs.get_logger("nosso.modulo")
with context.bound(origin="0" * 32, event_id="msg_1"):
    log.warning("ours", senha="abacaxi", dados={"email": "ana@x.io"})
    logging.getLogger("kombu.x").warning("lost %s", "amqp://u:s3nh4@h//")  # pragma: allowlist secret
logging.getLogger("celery").error("broken %d", "x")
warnings.warn("old way, Authorization: Token abacaxi9")
log.info("too small")
try:
    raise OSError(28, "No space left on device")
except OSError:
    log.exception("known")
def deep(left):
    return 1 / 0 if not left else deep(left - 1)
try:
    deep(300)
except ZeroDivisionError:
    logging.getLogger("uvicorn.error").exception("long")
thread = threading.Thread(target=deep, args=[0], name="lado")
thread.start(); thread.join()
class Broken:
    def __del__(self):
        raise ValueError("CPF 529.982.247-25")
Broken()
raise ValueError("password=abacaxi de ana@x.io")
"""


def spoken(formato: str) -> str:
    environment = os.environ | {"ESTEIRA_LOG__FORMATO": formato}
    done = subprocess.run(
        [sys.executable, "-c", ALL_SPEAK], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert not [one for one in ("abacaxi", "ana@", "s3nh4", "529.982", "too small") if one in done.stderr]
    return done.stderr


def test_each_line_is_one_object_whoever_speaks() -> None:
    lines: list[dict[str, Any]] = [json.loads(line) for line in spoken("json").splitlines()]
    said = [(one["level"], one.get("logger"), one["message"]) for one in lines]
    assert said == [
        ("warning", "nosso.modulo", "ours"),
        ("warning", "kombu.x", "lost amqp://***@h//"),
        ("error", "celery", "broken %d"),
        ("warning", "py.warnings", "UserWarning: old way, Authorization: Token ***"),
        ("error", "nosso.modulo", "known"),
        ("error", "uvicorn.error", "long"),
        ("error", None, "a thread ended by a fault that nobody caught"),
        ("error", None, "a fault where nobody could catch it"),
        ("critical", None, "this process ends by a fault that nobody caught"),
    ]
    ours, theirs, *_ = lines
    assert {one["service"] for one in lines} == {"teste"}
    assert (ours["origin"], ours["event_id"], ours["dados"]) == ("0" * 32, "msg_1", {"email": "***"})
    assert theirs["origin"] == "0" * 32
    assert (lines[4]["known"], "exception" in lines[4]) == ("disk full", False)
    assert "free space" in lines[4]["next"]
    assert "ZeroDivisionError" in lines[5]["exception"]
    assert max(len(json.dumps(one)) for one in lines) < 8192
    assert lines[-1]["exception"].endswith("ValueError: password=*** de ***@x.io")


def test_for_people_the_same_is_told_in_lines_of_text() -> None:
    said = spoken("texto")
    for part in ("ours", "lost amqp://***@h//", "No space left on device", "ZeroDivisionError", "password=***"):
        assert part in said
    assert "nosso.modulo" not in said


def test_a_line_is_written_as_configured_and_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    log.info("not told")
    log.warning("told", url="redis://:nao-mostre@servidor/0")
    said = capsys.readouterr()
    assert said.out == ""
    assert "told" in said.err
    assert "not told" not in said.err
    assert "nao-mostre" not in said.err


def test_what_somebody_else_wrote_makes_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("said a\n2026-01-01 [error] forged\x1b[2J", path="/b\nforged")
    (line,) = capsys.readouterr().err.splitlines()
    assert r"said a\n2026-01-01 [error] forged\x1b[2J" in line


def test_a_line_says_the_ids_that_hold_where_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with context.bound(origin="f" * 32, task="sat.varrer"):
        log.warning("inside", task="own")
    log.warning("outside")
    inside, outside = capsys.readouterr().err.splitlines()
    assert "origin=" + "f" * 32 in inside
    assert "task=own" in inside
    assert "origin" not in outside


def test_settings_that_cannot_be_read_keep_no_line_from_being_written(
    configure: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(log__formato="xml")
    logs.set_up()
    log.warning("told all the same")
    assert "told all the same" in capsys.readouterr().err


def test_a_line_below_the_level_costs_no_more_than_a_comparison() -> None:
    logs.configure(level=logging.ERROR)
    assert log.warning is log.info
    logs.configure(debug=True)
    assert log.on("debug")


def test_the_library_is_loaded_with_the_first_line_and_configured_then() -> None:
    script = (
        "import sys; from core import logs; log = logs.get_logger('x'); logs.configure();"
        "log.info('pequena'); assert 'structlog' not in sys.modules;"
        "log.warning('primeira'); assert 'structlog' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, "primeira" in done.stderr) == ("", True)
