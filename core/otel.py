"""Traces over OTLP/HTTP. Only `core.tracing` loads this, and only where the extra is installed and wanted."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from core import context, logs
from core.settings.otel import OtelSettings

# A collector that does not answer costs its thread no more than this at a time.
TIMEOUT_SECONDS = 3
EVERY_MILLISECONDS = 1000
log = logs.get_logger(__name__)
# It says the same every second for as long as the collector is away.
logging.getLogger(OTLPSpanExporter.__module__).setLevel(logging.CRITICAL)


class OfOrigin(IdGenerator):
    """The number of a trace is what began it all; where nothing is known it is random."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()

    def generate_span_id(self) -> int:
        """Return a random one."""
        return self._random.generate_span_id()

    def generate_trace_id(self) -> int:
        """Return the origin that holds here."""
        origin = context.origin()
        return int(origin, 16) if origin else self._random.generate_trace_id()


class Exporter(OTLPSpanExporter):
    """Sends spans; says once that the collector is away, and once that it is back."""

    _lost = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send some, or drop them."""
        result = super().export(spans)
        lost = result is not SpanExportResult.SUCCESS
        if lost and not self._lost:
            log.warning("traces are lost", reason="the collector does not take them", next="tried again with the next")
        elif self._lost and not lost:
            log.warning("traces are taken again")
        self._lost = lost
        return result


class Said:
    """A span that is under way."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def name(self, name: str) -> None:
        """Call it so."""
        self._span.update_name(name)

    def say(self, **attributes: str | int | float | bool) -> None:
        """Note something of it."""
        for key, value in attributes.items():
            self._span.set_attribute(f"esteira.{key}", value)


class Traces:
    """The traces of one process. What cannot be sent is dropped, and said in the log."""

    def __init__(self, name: str, settings: OtelSettings) -> None:
        headers = {} if settings.autorizacao is None else {"Authorization": settings.autorizacao.get_secret_value()}
        session = requests.Session()
        # else a proxy or a password of the environment would have a say
        session.trust_env = False
        exporter = Exporter(f"{settings.endereco}/v1/traces", headers=headers, timeout=TIMEOUT_SECONDS, session=session)
        self._provider = TracerProvider(
            # by the number of the trace: every process decides alike
            sampler=TraceIdRatioBased(settings.proporcao),
            id_generator=OfOrigin(),
            resource=Resource({"service.name": "esteira", "service.instance.id": name}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EVERY_MILLISECONDS))
        self._tracer = self._provider.get_tracer("esteira")

    @contextmanager
    def span(self, name: str, kind: str, cause: str | None) -> Iterator[tuple[Said, str]]:
        """Make a span below its cause; give it, and its number."""
        with context.bound(origin=context.of_cause(cause)):
            made = self._tracer.start_span(name, _parent(cause), SpanKind[kind])
        try:
            yield Said(made), f"{made.get_span_context().span_id:016x}"
        except BaseException as fault:
            # what it says may hold what no trace may
            made.set_status(StatusCode.ERROR, type(fault).__name__)
            raise
        finally:
            made.end()

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def _parent(cause: str | None) -> Context:
    """Return the place of a span below what caused it; with an origin alone it is the first of its trace."""
    origin, _, span = (cause or "").partition("-")
    if not span:
        return Context()
    flags = TraceFlags(TraceFlags.SAMPLED)
    return set_span_in_context(NonRecordingSpan(SpanContext(int(origin, 16), int(span, 16), True, flags)), Context())
