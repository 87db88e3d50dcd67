"""What is written: structured lines on stderr, without secrets; nothing is loaded for it before there is a line."""

import subprocess
import sys

import pytest

from core import logs

log = logs.get_logger(__name__)


def test_a_line_is_written_as_configured_and_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    log.info("not told")
    log.warning("told", url="redis://:nao-mostre@servidor/0")
    said = capsys.readouterr()
    assert said.out == ""
    assert "told" in said.err
    assert "not told" not in said.err
    assert "nao-mostre" not in said.err


def test_the_library_is_loaded_with_the_first_line_and_configured_then() -> None:
    script = (
        "import sys; from core import logs; log = logs.get_logger('x'); logs.configure();"
        "assert 'structlog' not in sys.modules; log.warning('primeira'); assert 'structlog' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, "primeira" in done.stderr) == ("", True)
