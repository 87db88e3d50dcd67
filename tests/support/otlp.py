"""A collector of traces over OTLP/HTTP, on a port of its own, and the spans it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

FAILED = 2


@dataclass(frozen=True)
class Seen:
    """A span, as it came."""

    process: str
    trace: str
    number: str
    parent: str
    name: str
    kind: int
    said: dict[str, str]
    failed: bool


class Collector:
    """What was sent so far."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.spans: list[Seen] = []
        self.headers: list[str | None] = []

    def take(self, body: bytes) -> None:
        """Keep the spans of a request."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            of = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    said = {one.key: one.value.string_value or str(one.value.int_value) for one in span.attributes}
                    trace, number, parent = (one.hex() for one in (span.trace_id, span.span_id, span.parent_span_id))
                    failed = span.status.code == FAILED
                    made = Seen(of["service.instance.id"], trace, number, parent, span.name, span.kind, said, failed)
                    self.spans.append(made)


@contextmanager
def collecting(port: int = 0) -> Iterator[Collector]:
    """Serve one, by default on a port that is free."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                collector.headers.append(self.headers["Authorization"])
                collector.take(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
    collector = Collector(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
