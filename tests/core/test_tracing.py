"""Traces: nothing where they are not wanted or not installed, one tree where they are, and no harm by the collector."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Configure
from support.ports import free_port

from core import context, tracing

ORIGIN = "a" * 32
NOT_INSTALLED = """
import sys
sys.modules["opentelemetry"] = None
from core import context, tracing
tracing.of_process("teste")
with context.bound(origin="a" * 32), tracing.span("x", tracing.SERVER) as span:
    span.say(a=1)
    assert context.cause() == "a" * 32
tracing.close()
"""


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """No process makes traces for the next test."""
    yield
    tracing.close()


def test_where_nobody_wants_them_nothing_is_loaded_and_nothing_carried() -> None:
    tracing.of_process("teste")
    with context.bound(origin=ORIGIN), tracing.span("x", tracing.SERVER) as span:
        span.name("y")
        span.say(a=1)
        assert context.cause() == ORIGIN
    assert not tracing.on


def test_where_the_extra_is_not_installed_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_OTEL__ENDERECO", "http://127.0.0.1:4318")
    done = subprocess.run([sys.executable, "-c", NOT_INSTALLED], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1), done.stderr
    assert "extra otel is not installed" in done.stderr
    assert "pip install -e '.[otel]'" in done.stderr


def test_a_span_is_below_what_caused_it_across_what_is_carried(configure: Configure) -> None:
    otlp = pytest.importorskip("support.otlp")
    with otlp.collecting() as collector:
        configure(otel__endereco=collector.url, otel__autorizacao="Bearer abc")
        tracing.of_process("teste")
        with context.bound(origin=ORIGIN), tracing.span("pedido", tracing.SERVER):
            carried = context.cause()
        with tracing.span("entrega", tracing.CLIENT, carried) as span:
            span.say(status=200, evento="nfe_importada")
        with pytest.raises(ValueError, match="segredo"), tracing.span("mal", tracing.CONSUMER, "b" * 32):
            raise ValueError("segredo")
        assert context.ids() == {}
        tracing.close()
    first, second, bad = collector.spans
    assert (first.trace, first.parent, second.trace, second.parent) == (ORIGIN, "", ORIGIN, first.number)
    assert carried == f"{ORIGIN}-{first.number}"
    assert second.said == {"esteira.status": "200", "esteira.evento": "nfe_importada"}
    assert (bad.trace, bad.parent, bad.failed, bad.said) == ("b" * 32, "", True, {})
    assert set(collector.headers) == {"Bearer abc"}


def test_neither_a_proxy_nor_a_password_of_the_environment_has_a_say(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    otlp = pytest.importorskip("support.otlp")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ana password outra\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with otlp.collecting() as collector:
        configure(otel__endereco=collector.url, otel__autorizacao="Bearer abc")
        tracing.of_process("teste")
        with tracing.span("pedido", tracing.SERVER):
            pass
        tracing.close()
    assert len(collector.spans) == 1
    assert set(collector.headers) == {"Bearer abc"}


@pytest.mark.parametrize(("share", "sent"), [("0", 0), ("1", 20)])
def test_a_trace_is_sent_whole_or_not_at_all(configure: Configure, share: str, sent: int) -> None:
    otlp = pytest.importorskip("support.otlp")
    with otlp.collecting() as collector:
        configure(otel__endereco=collector.url, otel__proporcao=share)
        tracing.of_process("teste")
        for _ in range(10):
            with context.bound(origin=context.new_origin()), tracing.span("a", tracing.SERVER):
                carried = context.cause()
            with tracing.span("b", tracing.CLIENT, carried):
                pass
        tracing.close()
    assert len(collector.spans) == sent


def test_a_collector_that_is_away_costs_no_work_anything(configure: Configure) -> None:
    pytest.importorskip("opentelemetry.sdk")
    configure(otel__endereco="http://127.0.0.1:1")
    tracing.of_process("teste")
    for _ in range(3000):
        with tracing.span("a", tracing.SERVER):
            pass
    tracing.close()
    assert not tracing.on


def test_that_a_collector_is_away_and_back_is_one_line_each(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    otlp = pytest.importorskip("support.otlp")
    from core import otel

    port = free_port()
    exporter = otel.Exporter(f"http://127.0.0.1:{port}/v1/traces", timeout=0.5)
    for _ in range(3):
        exporter.export([])
    with otlp.collecting(port):
        for _ in range(2):
            exporter.export([])
    away, back = capsys.readouterr().err.splitlines()
    assert "traces are lost" in away
    assert "traces are taken again" in back
    assert [one.message for one in caplog.records if one.name.startswith("opentelemetry")] == []


@pytest.mark.parametrize("address", ["127.0.0.1:4318", "http://ana@x:4318", "http://x/v1/traces"])
def test_the_address_is_a_server_and_holds_no_secret(configure: Configure, address: str) -> None:
    configure(otel__endereco=address)
    with pytest.raises(Exception, match=r"otel\.endereco"):
        tracing.of_process("teste")
