"""How one line is written: what it says first, what it leaves out, and that none of it can look like another line."""

import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TextIO

import pytest
import structlog
from conftest import Configure

from core import context, log_lines, logs
from core.errors import Misconfigured
from core.log_lines import LONGEST_TRACE, Lines
from core.settings.load import get_settings


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write as all tests do afterwards."""
    yield
    monkeypatch.delenv("ESTEIRA_LOG__FORMATO", raising=False)
    get_settings.cache_clear()
    logs.set_up()


@pytest.fixture
def as_json(configure: Configure) -> None:
    configure(log__formato="json")
    log_lines.set_up("teste")


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (said,) = capsys.readouterr().err.splitlines()
    found: dict[str, Any] = json.loads(said)
    return found


def record(message: object, *args: object, exc_info: Any = None) -> logging.LogRecord:
    """Return what a library hands over."""
    return logging.LogRecord("kombu.x", logging.WARNING, "x.py", 1, message, args, exc_info)  # type: ignore[arg-type]


@pytest.mark.usefixtures("as_json")
class TestAsJson:
    def test_a_line_begins_with_when_and_who(self, capsys: pytest.CaptureFixture[str]) -> None:
        log_lines.log.warning("dito", zebra=1, abelha="ç")
        raw = capsys.readouterr().err
        assert list(json.loads(raw)) == ["timestamp", "level", "service", "pid", "message", "zebra", "abelha"]
        assert '"abelha": "ç"' in raw

    def test_what_a_line_says_itself_goes_before_the_ids_that_hold(self, capsys: pytest.CaptureFixture[str]) -> None:
        with context.bound(origin="a" * 32, task="sat.varrer"):
            log_lines.log.warning("dito", task="outra")
        said = line(capsys)
        assert (said["origin"], said["task"]) == ("a" * 32, "outra")

    @pytest.mark.parametrize(
        ("message", "args", "said"),
        [
            ("lost %s of %d", ("um", 2), "lost um of 2"),
            ("100%", (), "100%"),
            # what does not fit is said as far as it goes
            ("broken %d", ("x",), "broken %d"),
            ("too few %s %s", ("x",), "too few %s %s"),
            ("quebra\nde linha", (), "quebra\nde linha"),
        ],
    )
    def test_a_library_is_written_down_too(
        self, capsys: pytest.CaptureFixture[str], message: str, args: tuple[object, ...], said: str
    ) -> None:
        Lines().emit(record(message, *args))
        found = line(capsys)
        assert (found["message"], found["logger"], found["level"]) == (said, "kombu.x", "warning")

    def test_an_argument_that_cannot_say_what_it_is_costs_nothing_but_itself(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class Mute:
            def __str__(self) -> str:
                raise RuntimeError("no")

        Lines().emit(record("about %s", Mute()))
        assert line(capsys)["message"] == "about %s"

    def test_a_line_that_cannot_be_written_ends_nobody(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Mute:
            def __str__(self) -> str:
                raise RuntimeError("no")

        monkeypatch.setattr(logging, "raiseExceptions", False)
        Lines().emit(record(Mute()))
        assert capsys.readouterr().err == ""

    def test_of_a_condition_that_is_known_there_is_no_traceback(self, capsys: pytest.CaptureFixture[str]) -> None:
        fault = Misconfigured("core.keys: falta a chave\ne mais uma linha")
        log_lines.log.error("não deu", exc_info=fault)
        said = line(capsys)
        assert (said["fault"], said["known"], said["reason"]) == (
            "Misconfigured", "setting wrong", "core.keys: falta a chave",
        )  # fmt: skip
        assert "diagnostico" in said["next"]
        assert not {"exc_info", "exception"} & said.keys()

    @pytest.mark.parametrize("how", ["the fault", "as a library has it", "the one under way"])
    def test_a_fault_is_found_however_it_is_told(self, capsys: pytest.CaptureFixture[str], how: str) -> None:
        try:
            raise KeyError("desconhecida")
        except KeyError as fault:
            told = {"the fault": fault, "as a library has it": sys.exc_info(), "the one under way": True}[how]
            log_lines.log.error("não deu", exc_info=told)
        said = line(capsys)
        assert "KeyError: 'desconhecida'" in said["exception"]
        assert "known" not in said

    @pytest.mark.parametrize("told", [None, False, True, (None, None, None)])
    def test_without_a_fault_there_is_none(self, capsys: pytest.CaptureFixture[str], told: object) -> None:
        log_lines.log.error("sem falha", exc_info=told)
        assert line(capsys)["message"] == "sem falha"

    def test_a_long_traceback_is_its_begin_and_its_end(self, capsys: pytest.CaptureFixture[str]) -> None:
        log_lines.log.error("longa", exc_info=ValueError("a " + "x " * LONGEST_TRACE + "z"))
        said = line(capsys)["exception"]
        assert len(said) <= LONGEST_TRACE
        assert said.startswith("ValueError: a x x")
        assert "\n […]\n" in said
        assert said.endswith("x x z")

    def test_a_traceback_that_fits_is_whole(self, capsys: pytest.CaptureFixture[str]) -> None:
        fits = ("x " * LONGEST_TRACE)[: LONGEST_TRACE - len("ValueError: ")]
        log_lines.log.error("cabe", exc_info=ValueError(fits))
        assert line(capsys)["exception"] == f"ValueError: {fits}"

    def test_what_has_the_name_of_a_secret_is_masked_wherever_it_stands(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        log_lines.log.error("x", dados={"senha": "abacaxi"}, exc_info=ValueError("token=abacaxi"))
        assert "abacaxi" not in capsys.readouterr().err


class TestForPeople:
    @pytest.fixture(autouse=True)
    def text(self) -> None:
        log_lines.set_up("teste")

    def test_what_a_process_is_called_is_left_out(self, capsys: pytest.CaptureFixture[str]) -> None:
        log_lines.log.warning("dito", logger="core.x", conta="matriz")
        said = capsys.readouterr().err
        assert "conta=matriz" in said
        assert not any(word in said for word in ("teste", "pid", "core.x"))

    @pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[2J", "\u2028", "\x00"])
    def test_a_sign_that_moves_the_cursor_is_shown(self, capsys: pytest.CaptureFixture[str], sign: str) -> None:
        log_lines.log.warning(f"antes{sign}depois")
        said = capsys.readouterr().err
        assert sign not in said.removesuffix("\n")
        assert f"antes{sign.encode('unicode_escape').decode()}depois" in said


def test_a_process_without_a_name_says_none(configure: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    configure(log__formato="json")
    log_lines.set_up(None)
    log_lines.log.warning("dito")
    assert not {"service", "pid"} & line(capsys).keys()


@pytest.mark.usefixtures("as_json")
class TestWhatNobodyCaught:
    @pytest.fixture(autouse=True)
    def taken(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Let this process hear of everything, and of nothing more afterwards."""
        root = logging.getLogger()
        handlers, lowest = root.handlers[:], root.level
        for place, name in (("sys", "excepthook"), ("threading", "excepthook"), ("sys", "unraisablehook")):
            monkeypatch.setattr(f"{place}.{name}", getattr(sys.modules[place], name))
        monkeypatch.setattr("warnings.formatwarning", sys.modules["warnings"].formatwarning)
        log_lines.take_all(logging.ERROR)
        yield
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(lowest)

    def test_there_is_one_way_and_it_has_a_lowest_level(self, capsys: pytest.CaptureFixture[str]) -> None:
        log_lines.take_all(logging.ERROR)
        logging.getLogger("celery").warning("pequena")
        logging.getLogger("celery").error("grande")
        assert line(capsys)["message"] == "grande"

    def test_a_process_that_ends_says_why(self, capsys: pytest.CaptureFixture[str]) -> None:
        fault = ValueError("nada a fazer")
        sys.excepthook(ValueError, fault, None)
        said = line(capsys)
        assert (said["level"], "nada a fazer" in said["exception"]) == ("critical", True)

    def test_who_breaks_it_off_needs_no_such_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        assert "nobody caught" not in capsys.readouterr().err


def test_a_line_goes_where_standard_error_leads_by_then(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    bound = structlog.get_logger("x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", sys.stdout)
        bound.warning("dito")
    said = capsys.readouterr()
    assert ("dito" in said.out, said.err) == (True, "")


def full_disk() -> TextIO:
    return io.TextIOWrapper(os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb", buffering=0), write_through=True)


def reader_that_is_gone() -> TextIO:
    ours, theirs = os.pipe()
    os.close(ours)
    return io.TextIOWrapper(os.fdopen(theirs, "wb", buffering=0), write_through=True)


def one_that_was_closed() -> TextIO:
    made = io.StringIO()
    made.close()
    return made


@pytest.mark.parametrize("where", [full_disk, reader_that_is_gone, one_that_was_closed])
def test_what_a_line_is_written_of_goes_on_where_it_cannot_be_written(
    where: Callable[[], TextIO], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up()
    with closing(where()) as nowhere, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", nowhere)
        log_lines.log.warning("perdido")
    log_lines.log.warning("dito")
    said = capsys.readouterr().err
    assert ("dito" in said, "perdido" in said) == (True, False)
