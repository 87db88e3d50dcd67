"""The double answers as a running ntfy 2.13 did: 153 requests recorded in one go, so that polls see what came before.

Recorded with attachments and accounts off and the limits raised. In an answer `<12>` stands for a text of that length,
`<now>`, `<+30m>` and `<+12.0h>` for instants, `<N chars M bytes>` for a long text; the field `link` was left out.
"""

import base64
import http.client
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import FixedClock
from sandbox.ntfy import NtfyServer

RECORDED = Path(__file__).with_name("recorded_2_13.jsonl")
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)

MISSPELT = "a misspelt name would be lost in silence, and no test would see it"
NO_TALK = "a delay in words depends on a language reader; ours are durations"
NO_PROGRAM = "the program of the web pages is not part of the double"
# What the double answers otherwise, on purpose: the status it has instead, and why.
STRICTER: dict[str, tuple[int, str]] = {
    "json unknown field": (400, MISSPELT),
    "plain unknown header": (400, MISSPELT),
    "plain unified push": (400, MISSPELT),
    "poll unknown param": (400, MISSPELT),
    "json delay natural": (400, NO_TALK),
    "GET /config.js": (404, NO_PROGRAM),
    "GET /v1/stats": (404, NO_PROGRAM),
}


def cases() -> Iterator[dict[str, Any]]:
    with RECORDED.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def body_of(request: dict[str, Any]) -> bytes:
    if "corpo_base64" in request:
        return base64.b64decode(request["corpo_base64"])
    return str(request.get("corpo", "")).encode("utf-8", "surrogatepass")


def asked(server: NtfyServer, request: dict[str, Any], lines: int) -> tuple[int, str, list[str]]:
    """Return status, media type and the lines of an answer; of a stream as many as were recorded."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.putrequest(request["metodo"], request["caminho"])
        body = body_of(request)
        for name, value in {**request["cabecalhos"], "Content-Length": str(len(body))}.items():
            connection.putheader(name, value.encode())
        connection.endheaders(body)
        answer = connection.getresponse()
        media = (answer.headers.get("Content-Type") or "").partition(";")[0]
        if "chunked" in answer.headers.get("Transfer-Encoding", ""):
            return answer.status, media, [answer.readline().decode().rstrip("\n") for _ in range(lines)]
        return answer.status, media, answer.read().decode("utf-8", "replace").split("\n")
    finally:
        connection.close()


def instant(text: str) -> int | None:
    found = re.fullmatch(r"<\+([0-9.]+)([mh])>", text)
    seconds = 0.0 if text == "<now>" else float(found[1]) * {"m": 60, "h": 3600}[found[2]] if found else None
    return None if seconds is None else int(NOW.timestamp() + seconds)


def same(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(same(wanted[name], got[name]) for name in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(same, wanted, got))
    if not isinstance(wanted, str) or not wanted.startswith("<"):
        return bool(wanted == got)
    if wanted in ("<12>", "<id>"):
        return isinstance(got, str) and len(got) in (10, 12)
    if size := re.fullmatch(r"<([0-9]+) chars ([0-9]+) bytes>", wanted):
        return isinstance(got, str) and (len(got), len(got.encode())) == (int(size[1]), int(size[2]))
    return instant(wanted) == got


def same_line(wanted: Any, got: str) -> bool:
    """Compare one line; those of a browser's stream were cut, and have an id and a time of their own."""
    if isinstance(wanted, dict):
        return same(wanted, json.loads(got))
    if wanted.startswith("data: "):
        return got.startswith('data: {"id":"')
    return bool(wanted == got)


def agrees(recorded: dict[str, Any], status: int, media: str, lines: list[str]) -> bool:
    if (status, media) != (recorded["status"], recorded.get("tipo") or media):
        return False
    wanted, got = [one for one in recorded["corpo"] if one], [line for line in lines if line]
    # a page is not imitated line by line
    return media == "text/html" or (len(wanted) == len(got) and all(map(same_line, wanted, got)))


def test_every_recorded_request_is_answered_alike() -> None:
    found: dict[str, tuple[int, list[str]]] = {}
    with NtfyServer(burst=1000, attachments=False, clock=FixedClock(NOW)) as server:
        for case in cases():
            status, media, lines = asked(server, case["pedido"], len(case["resposta"]["corpo"]))
            if not agrees(case["resposta"], status, media, lines):
                found[case["caso"]] = (status, lines)
    assert {name: status for name, (status, _) in found.items()} == {name: one[0] for name, one in STRICTER.items()}


def test_nothing_is_called_stricter_that_was_not_recorded() -> None:
    names = [case["caso"] for case in cases()]
    assert len(names) == 153
    assert STRICTER.keys() <= set(names)


@pytest.mark.parametrize("reason", {reason for _, reason in STRICTER.values()})
def test_every_exception_has_a_reason(reason: str) -> None:
    assert len(reason) > 20
