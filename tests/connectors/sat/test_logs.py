"""The log of a box: decoded as it arrives, however the answer is cut into pieces, and whatever stands in it."""

import asyncio
import base64
import io
import itertools
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ports import soon

from connectors.sat import client, logs
from connectors.sat.status import Busy, InvalidAnswer, SessionRefused
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from core.settings.sat import BoxSettings
from sandbox import faults
from sandbox.hub import HubServer
from sandbox.sat_wire import refusal_line

SESSAO = 123456
LOG = "20260105080000|SAT-SEFAZ|info|Comunicação concluída\n20260105080105|SAT|erro|Relógio\n"
Box = Callable[..., BoxSettings]


def line(log: bytes = LOG.encode(), tail: str = "") -> str:
    return refusal_line("15000", "Transferência completa", SESSAO) + "|" + base64.b64encode(log).decode() + tail


def answer(retorno: str, **more: object) -> bytes:
    return json.dumps({"funcao": "ExtrairLogs", **more, "retorno": retorno}).encode()


def read(body: bytes, *cuts: int, sessao: int | None = None) -> bytes:
    """Read a body that arrives in pieces, cut at these places."""

    async def pieces() -> AsyncIterator[bytes]:
        places = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
        for begin, end in itertools.pairwise(places):
            yield body[begin:end]

    written = io.BytesIO()
    asyncio.run(logs.write(pieces(), written, sessao))
    return written.getvalue()


@given(st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=8), st.sampled_from(["", "|", "|x|"]))
def test_it_is_the_same_wherever_the_answer_is_cut(log: bytes, cuts: list[int], tail: str) -> None:
    assert read(answer(line(log, tail)), *cuts) == log


@pytest.mark.parametrize(
    "body",
    [
        answer(line()).replace(b"/", b"\\/"),
        answer(line(tail="\r\n")),
        json.dumps({"retorno": line(), "funcao": "ExtrairLogs"}).encode(),
        json.dumps({"retorno": line()}, ensure_ascii=False, indent=2).encode(),
        answer(line().replace("=", "\n=")),
    ],
    ids=["escaped slashes", "line end", "key first", "pretty", "wrapped"],
)
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_json_may_be_written_in_any_way(body: bytes, step: int) -> None:
    assert read(body, *range(0, len(body), step)).decode() == LOG


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", InvalidAnswer),
        (b"<html>", InvalidAnswer),
        (b"x" * 1_000_000, InvalidAnswer),
        (b'{"retorno": null}', InvalidAnswer),
        (b'{"retorno": "', InvalidAnswer),
        (answer(line())[:-20], InvalidAnswer),
        (b'{"retorno": "\\ud8"}', InvalidAnswer),
        (answer("x" * 100_000), InvalidAnswer),
        (answer("|" * 100_000), InvalidAnswer),
        (answer(line().replace("15000", "10000")), InvalidAnswer),
        (answer(line() + "!"), InvalidAnswer),
        (answer(line()[:-3]), InvalidAnswer),
        (answer(refusal_line("15000", "Sem log", SESSAO)), InvalidAnswer),
        (answer(refusal_line("15001", "x", SESSAO)), Misconfigured),
        (answer(refusal_line("15001", "x", SESSAO) + "|"), Misconfigured),
        (answer(refusal_line("15002", "x", SESSAO)), Busy),
        (answer(refusal_line("15097", "x", SESSAO)), SessionRefused),
        (answer(refusal_line("15098", "x", SESSAO)), Busy),
        (answer(refusal_line("15099", "x", SESSAO)), Transient),
        (answer(refusal_line("15050", "x", SESSAO)), Rejected),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else "",
)
def test_what_is_no_log_is_told_as_what_it_is(body: bytes, kind: type[PlatformError]) -> None:
    with pytest.raises(PlatformError) as caught:
        read(body, *range(0, len(body), 1000))
    assert type(caught.value) is kind


@given(st.binary(max_size=300), st.lists(st.integers(0, 10_000), max_size=5))
def test_any_bytes_are_a_log_or_a_fault(body: bytes, cuts: list[int]) -> None:
    try:
        read(body, *cuts)
    except PlatformError:
        return


def test_a_log_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_LIMIT", 100)
    with pytest.raises(Transient, match="passa de"):
        read(answer(line(b"x" * 101)))


class TestHub:
    @pytest.fixture
    def hub(self) -> Iterator[HubServer]:
        with HubServer() as running:
            yield running

    def fetch(self, hub: HubServer, **more: object) -> bytes:
        box = BoxSettings.model_validate({"name": "loja-1", "host": hub.host, "port": hub.port} | more)
        written = io.BytesIO()
        asyncio.run(client.extrair_logs(box, SESSAO, written))
        return written.getvalue()

    def test_the_log_arrives(self, hub: HubServer) -> None:
        assert self.fetch(hub).decode().splitlines()[0] == "20260105080000|SAT-SEFAZ|info|Comunicação concluída"
        assert list(hub.refused) == []

    def test_a_long_log_arrives_whole(self, hub: HubServer) -> None:
        log = b"linha\n" * 1_000_000
        hub.program(1, line(log), "ExtrairLogs")
        assert self.fetch(hub) == log

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (faults.reset(), Transient), (faults.html(), InvalidAnswer), (faults.status(500, "{}"), Transient),
            (faults.status(501, "{}"), Rejected), (faults.garbage(), Transient), (faults.close_early(), Transient),
            (faults.redirect("http://127.0.0.1:9/"), Rejected),
        ],
        ids=["reset", "html", "500", "501", "garbage", "early end", "redirect"],
    )  # fmt: skip
    def test_a_hub_that_misbehaves(self, hub: HubServer, fault: faults.Fault, kind: type[PlatformError]) -> None:
        hub.faults.always(fault)
        with pytest.raises(kind, match=r"^Caixa loja-1: ") as caught:
            self.fetch(hub)
        assert str(caught.value).isprintable()

    def test_a_silent_hub_ends_with_the_patience_for_one_piece(self, hub: HubServer) -> None:
        hub.faults.always(faults.silent())
        with soon(), pytest.raises(Transient):
            self.fetch(hub, timeout_seconds=0.5)


class TestLocal:
    def fetch(self, box: BoxSettings) -> bytes:
        written = io.BytesIO()
        asyncio.run(client.extrair_logs(box, SESSAO, written))
        return written.getvalue()

    @pytest.mark.parametrize(("behaviour", "log"), [("ok", b"linha\n"), ("empty", b""), ("long", b"lin" * 4_000_000)])
    def test_the_log_arrives(self, box: Box, behaviour: str, log: bytes) -> None:
        assert self.fetch(box(behaviour)) == log

    @pytest.mark.parametrize(
        ("behaviour", "kind"),
        [
            ("wrong", Misconfigured), ("busy", Busy), ("session", SessionRefused), ("other function", InvalidAnswer),
            ("other session", InvalidAnswer), ("null", InvalidAnswer), ("crash", Transient), ("garbage", InvalidAnswer),
            ("cut", InvalidAnswer),
        ],
    )  # fmt: skip
    def test_a_library_that_misbehaves(self, box: Box, behaviour: str, kind: type[PlatformError]) -> None:
        with pytest.raises(PlatformError) as caught:
            self.fetch(box(behaviour))
        assert type(caught.value) is kind
        assert re.fullmatch(r"Caixa loja-1: .+\.", str(caught.value))

    def test_a_library_that_hangs_ends_with_the_deadline(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(logs, "SECONDS", 1.0)
        with pytest.raises(Transient, match="não respondeu em 1 s"):
            self.fetch(box("hang", timeout_seconds=1))
