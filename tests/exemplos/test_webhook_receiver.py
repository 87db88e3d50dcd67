"""The receiver as a process: what Esteira really sends, what somebody forges, and what a restart leaves."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from support.deliveries import SECRET, deliveries, fire, webhook
from support.examples import ended, ran, running
from support.ports import free_port, wait_until
from webhook_receiver import Assinatura, limpos

from events.delivery.drain import drain

PATH = "/webhook/fiscal"


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
    answer = requests.post(url + PATH, data=body, headers=headers, timeout=60)
    return answer.status_code, answer.json()


def signed(body: bytes, number: str, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    moment = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.new(key, f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": number, "webhook-timestamp": moment, "webhook-signature": signature}


def event(number: str, evento: str = "nfe_importada", **dados: object) -> bytes:
    return json.dumps(
        {"evento": evento, "id": number, "timestamp": "2026-11-03T10:00:00-03:00", "dados": dados}
    ).encode()


def answering(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def received(url: str) -> int:
    found: int = requests.get(f"{url}/health", timeout=60).json()["eventos_recebidos"]
    return found


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, str, tuple[str, ...]]:
    """Where a receiver works, its address, and what to type for it."""
    port = free_port()
    return tmp_path, f"http://127.0.0.1:{port}", ("webhook_receiver", "--porta", str(port))


@pytest.fixture
def url(place: tuple[Path, str, tuple[str, ...]]) -> Iterator[str]:
    """A receiver that runs."""
    folder, address, words = place
    with running(folder, *words, WEBHOOK_SECRET=SECRET):
        wait_until(lambda: answering(address))
        yield address


def test_what_esteira_sends_is_received_once_also_after_a_restart(
    place: tuple[Path, str, tuple[str, ...]], sqlite: str, loopback: None
) -> None:
    folder, url, words = place
    number = webhook(url + PATH, "nfe_importada", "erro_importacao")
    fire(2, "nfe_importada", emit_nome="Padaria São João\nFALSO", numero_nf="7")
    with running(folder, *words, WEBHOOK_SECRET=SECRET) as process:
        wait_until(lambda: answering(url))
        drain(number)
        assert [one.estado for one in deliveries(number)] == ["entregue"] * 2
        again = deliveries(number)[0]
        shown = requests.get(f"{url}/eventos", timeout=60).json()
        assert (shown["total"], {one["evento"] for one in shown["eventos"]}) == (2, {"nfe_importada"})
        assert ended(process) == 0
    with running(folder, *words, WEBHOOK_SECRET=SECRET) as process:
        wait_until(lambda: answering(url))
        known = next(one["id"] for one in shown["eventos"])
        body = event(known)
        assert post(url, body, signed(body, known)) == (200, {"status": "ok", "evento": "nfe_importada"})
        assert received(url) == 2
        assert ended(process) == 0
    log = (folder / "webhook_receiver.log").read_text()
    assert log.count("NF-e 7 de Padaria São João FALSO") == 2
    assert again.id
    assert "Traceback" not in log


def test_what_is_forged_recorded_or_broken_is_refused_and_changes_nothing(url: str) -> None:
    body = event("e1")
    good = signed(body, "e1")
    legacy = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    refused: list[tuple[bytes, Mapping[str, str], int]] = [
        (body, {}, 401),
        (body, {"X-Webhook-Signature": legacy}, 401),
        (body, good | {"webhook-signature": "v1,AAAA"}, 401),
        (body, good | {"webhook-signature": "v1,ç".encode().decode("latin-1")}, 401),
        (body, good | {"webhook-signature": good["webhook-signature"][3:]}, 401),
        (body, good | {"webhook-id": "e2"}, 401),
        (body, good | {"webhook-timestamp": str(int(time.time()) + 60)}, 401),
        (body, good | {"webhook-timestamp": "9" * 400}, 401),
        (body, good | {"webhook-timestamp": "-5"}, 401),
        (body + b" ", good, 401),
        (body, signed(body, "e1", secret="outro"), 401),  # pragma: allowlist secret
        (body, signed(body, "e1", at=time.time() - 3600), 401),
        (body, signed(body, "e1", at=time.time() + 3600), 401),
        (b"{", signed(b"{", "e1"), 400),
        (b"[]", signed(b"[]", "e1"), 400),
        (b"[" * 200_000, signed(b"[" * 200_000, "e1"), 400),
        (b'{"id": "\\ud800"}', signed(b'{"id": "\\ud800"}', "e1"), 400),
        (b"{}", signed(b"{}", ""), 400),
    ]
    for sent, headers, status in refused:
        assert post(url, sent, headers)[0] == status, headers
    assert received(url) == 0
    assert post(url, body, good | {"webhook-signature": f"v1,AAAA {good['webhook-signature']}"})[0] == 200
    for number, evento in (("e1", "nfe_importada"), ("e3", "evento_de_amanha"), ("e4", "\ud800")):
        one = event(number, evento)
        assert post(url, one, signed(one, number))[0] == 200
    assert received(url) == 3


def test_other_paths_sizes_and_requests_that_do_not_end_cost_only_themselves(url: str) -> None:
    assert requests.post(f"{url}/outro", data=b"x", timeout=60).status_code == 404
    assert requests.get(f"{url}{PATH}", timeout=60).status_code == 404
    host, port = url.removeprefix("http://").split(":")
    for head, status in (
        (b"Content-Length: 99999999\r\n", b"413"),
        (b"Content-Length: " + b"9" * 5000 + b"\r\n", b"413"),
        (b"Content-Length: -1\r\n", b"411"),
        (b"", b"411"),
    ):
        with socket.create_connection((host, int(port)), 60) as raw:
            raw.sendall(b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n")
            assert raw.recv(100).split()[1] == status
    with socket.create_connection((host, int(port)), 60) as half:
        half.sendall(b"POST " + PATH.encode() + b" HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")
        assert received(url) == 0


def test_without_a_secret_it_does_not_start_unless_told_so(tmp_path: Path) -> None:
    told = ran(tmp_path, "webhook_receiver")
    assert (told.returncode, "WEBHOOK_SECRET" in told.stderr, "Traceback" in told.stderr) == (1, True, False)
    wrong = ran(tmp_path, "webhook_receiver", WEBHOOK_SECRET="whsec_ção")
    assert (wrong.returncode, "whsec_" in wrong.stderr, "ção" in wrong.stderr) == (1, True, False)
    port = free_port()
    with running(tmp_path, "webhook_receiver", "--porta", str(port), "--sem-assinatura"):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answering(url))
        assert post(url, event("e1"), {})[0] == 200


def test_a_secret_of_one_s_own_choice_is_its_text() -> None:
    body, text = event("e1"), "um segredo"
    Assinatura(text, lambda: 1000.0).conferir(signed(body, "e1", secret=text, at=1000), body)
    assert text not in repr(Assinatura(text))


def test_a_name_in_a_document_writes_no_line_of_the_log() -> None:
    assert limpos({"a": "x\n2026 ERROR\x1b[2J\u202e"}, "a", "b") == ["x 2026 ERROR [2J ", "?"]
