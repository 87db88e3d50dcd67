"""Webhooks of Ploomes at their door: who has the key in the header is judged before a byte of the body is read."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from conftest import Configure
from fastapi import BackgroundTasks, Request
from starlette.exceptions import HTTPException
from support.painel import SETTINGS

from api.routes import ganchos

KEY = "chave-do-gancho"  # pragma: allowlist secret
OURS = {name: value for name, value in SETTINGS.items() if name.split("__")[0] in ("ploomes", "milvus", "sync")}


@pytest.fixture
def account(sqlite: str, configure: Configure) -> None:
    """An account whose webhooks have a key, and whose flows run."""
    configure(**OURS, ploomes__webhook_key=KEY)


class Sent:
    """A body on its way, in parts; it knows how many were read."""

    def __init__(self, *parts: bytes) -> None:
        self.parts, self.read = parts, 0

    async def receive(self) -> dict[str, Any]:
        part, self.read = self.parts[self.read], self.read + 1
        return {"type": "http.request", "body": part, "more_body": self.read < len(self.parts)}


def taken(sent: Sent, key: str | None, conta: str = "padrao") -> tuple[int, Sequence[tuple[Any, ...]]]:
    """Return the status, and what is asked for afterwards."""
    request, after = Request({"type": "http", "method": "POST", "headers": []}, sent.receive), BackgroundTasks()
    try:
        answer = asyncio.run(ganchos.receber_de(conta, request, after, key))
    except HTTPException as fault:
        return fault.status_code, []
    return answer.status_code, [one.args for one in after.tasks]


def hook(**more: object) -> bytes:
    return json.dumps({"Entity": "Contacts", "New": {"Id": 7}, **more}).encode()


def test_a_wrong_key_in_the_header_is_refused_unread(account: None) -> None:
    for key in ("outra", ""):
        sent = Sent(hook(ValidationKey=KEY))
        assert (taken(sent, key)[0], sent.read) == (401, 0)


def test_the_key_in_the_body_does_where_there_is_none_in_the_header(account: None) -> None:
    assert taken(Sent(hook(ValidationKey=KEY)), None)[0] == 200
    for wrong in ("outra", None, 7):
        assert taken(Sent(hook(ValidationKey=wrong)), None)[0] == 401
    assert taken(Sent(hook()), None)[0] == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize(("key", "status"), [(KEY, 400), (None, 401)])
def test_what_is_no_object_is_told_only_to_who_has_the_key(
    account: None, body: bytes, key: str | None, status: int
) -> None:
    assert taken(Sent(body), key)[0] == status


@pytest.mark.parametrize(("size", "status"), [(ganchos.LARGEST, 200), (ganchos.LARGEST + 1, 413)])
def test_a_body_may_have_so_many_bytes_in_whatever_parts(account: None, size: int, status: int) -> None:
    body = hook()
    body += b" " * (size - len(body))
    assert taken(Sent(body), KEY)[0] == status
    assert taken(Sent(body[:1000], body[1000:]), KEY)[0] == status


def test_of_a_body_that_is_too_large_no_more_is_read(account: None) -> None:
    sent = Sent(*[b" " * 100_000] * 9)
    assert (taken(sent, KEY)[0], sent.read) == (413, 3)


def test_a_run_is_asked_for_once_until_it_has_read_what_was_told(account: None) -> None:
    assert taken(Sent(hook()), KEY) == (200, [("padrao", "clientes-pm")])
    assert taken(Sent(hook()), KEY) == (200, [])
    assert taken(Sent(hook(Entity="Deals")), KEY) == (200, [])


def test_an_account_that_is_not_there_has_no_key(account: None) -> None:
    assert taken(Sent(hook()), KEY, "outra")[0] == 401
