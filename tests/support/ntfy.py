"""Talks to the sandbox's ntfy server as a foreign client would, with the standard library alone."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.ntfy import NtfyServer


def ask(
    server: NtfyServer, method: str, path: str, body: str | bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request(method, path, body.encode() if isinstance(body, str) else body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def publish(server: NtfyServer, headers: dict[str, str] | None = None, **fields: Any) -> tuple[int, dict[str, Any]]:
    text = json.dumps({"topic": "loja"} | fields, ensure_ascii=False)
    code, body, _ = ask(server, "POST", "/", text, headers)
    return code, json.loads(body)


def poll(server: NtfyServer, path: str = "/loja/json?poll=1") -> list[dict[str, Any]]:
    return [json.loads(line) for line in ask(server, "GET", path)[1].splitlines()]


@contextmanager
def stream(server: NtfyServer, path: str = "/loja/json") -> Iterator[Iterator[dict[str, Any]]]:
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with connection.makefile("rb") as lines:
            yield (json.loads(line) for line in lines if line.startswith(b"{"))
