"""Whatever is sent to whichever route, the answer is a 4xx that names the field; nothing is a defect.

The routes are those of the API's description: one more is tried by itself.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Configure
from support.api import Client, importing, person
from support.described import JSON, Operation, kinds, operations

from api.app import app
from flows.usuarios import tokens
from sandbox.documentos.notas import nota

LOGIN = "/api/auth/login/"
ALL = [one for one in operations(app.openapi()) if one.path != LOGIN]
WRITING = [one for one in ALL if one.fields]
LARGE = b'{"a": "' + b"x" * (20 * 1024 * 1024) + b'"}'
DEEP = {f"{depth} deep": b'{"a": ' + b"[" * depth + b"]" * depth + b"}" for depth in (40, 100_000)}
NUL, SURROGATE = "a\0b", "a\ud800"
NUMBERS = ("0", "-1", str(2**63), str(2**70), "abc", "1.5", "%00", "%ff", "9" * 5000)
TEXTS = ("%00", "%ff", "%ed%a0%80", "x" * 10_240, "%25" * 400, "'", "9" * 5000)
DATES = ("0000-01-01", "10000-01-01", "2026-02-30", "-1", "NaN", "9999-12-31T23:59:59.9999999-24:00")
PAGES = ("0", "-1", "1000000000", str(2**70), "1e3", "9" * 5000)
Case = tuple[str, Callable[[], Any], tuple[int, ...], str | None]


@pytest.fixture
def ana(configure: Configure, light: str) -> Client:
    """A user with a document, whom nothing limits."""
    configure(api__rate_limit="1000000")
    one = person(light)
    importing("ana", nota(1).xml)
    return one


def told(cases: Iterator[Case]) -> list[str]:
    """Return what is wrong with the answers: a defect, another status than those wanted, no word of the field."""
    wrong = []
    for what, ask, wanted, field in cases:
        answer = ask()
        said = answer.json() if answer.headers.get("content-type") == JSON else {}
        if answer.status_code not in wanted or answer.status_code >= 500:
            wrong.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        elif field is not None and answer.status_code == 400 and field not in said:
            wrong.append(f"{what}: nothing of {field}: {answer.text[:200]}")
    return wrong


def sending(client: Client, one: Operation, body: bytes, kind: str = JSON) -> Callable[[], Any]:
    return lambda: client.ask(one.method, one.place, data=body, headers={"content-type": kind})


def bodies(client: Client) -> Iterator[Case]:
    for one in WRITING:
        name = f"{one.method} {one.path}"
        yield f"{name} large", sending(client, one, LARGE), (413,), None
        for what, deep in DEEP.items():
            yield f"{name} {what}", sending(client, one, deep), (400,), None
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", ""):
            yield f"{name} as {kind!r}", sending(client, one, b'{"a": 1}', kind), (415,), None
        for broken in (b"{", b"\xff\xfe", b'{"a": NaN', b"[]", b"7", b"null", b'"x"'):
            yield f"{name} {broken!r}", sending(client, one, broken), (400,), None


def fields(client: Client) -> Iterator[Case]:
    for one in WRITING:
        for field, schema in one.fields.items():
            strange: list[tuple[Any, tuple[int, ...]]] = [([[{}]], (400,)), (NUL, (400,)), (SURROGATE, (400,))]
            if kinds(schema) & {"integer", "number"}:
                strange += [(2**70, (400,)), (-(2**70), (400,)), (1e308, (400,)), ("1e3", (400,))]
            if "date" in json.dumps(schema):
                strange += [(day, (400,)) for day in DATES]
            if "object" in kinds(schema):
                strange += [({"a": NUL}, (400,)), ({SURROGATE: 1}, (400,))]
            for value, wanted in strange:
                body = json.dumps(one.body(**{field: value})).encode()
                yield f"{one.method} {one.path} {field}={value!r}", sending(client, one, body), wanted, field


def parameters(client: Client) -> Iterator[Case]:
    for one in ALL:
        if one.method != "GET":
            continue
        for name in one.query:
            for value in TEXTS:
                path = f"{one.place}?{name}={value}"
                refused = (400, 404) if "%" in value and value != TEXTS[4] else (200, 400, 404)
                yield path[:80], lambda path=path: client.get(path), refused, name
            for value in DATES if name.startswith(("data_", "importado", "alterado")) else ():
                path = f"{one.place}?{name}={value}"
                yield path, lambda path=path: client.get(path), (400, 404), name
        for value in PAGES if "page" in one.query else ():
            path = f"{one.place}?page={value}"
            yield path[:80], lambda path=path: client.get(path), (400, 404), "page"


def numbers(client: Client) -> Iterator[Case]:
    for one in ALL:
        if one.numbered:
            for number in NUMBERS:
                path, body = one.path.replace("{id}", number), one.body()
                ask = lambda path=path, one=one, body=body: client.ask(one.method, path, json=body)  # noqa: E731
                yield f"{one.method} {path[:80]}", ask, (404, 403, 415), None


@pytest.mark.parametrize("cases", [bodies, fields, parameters, numbers], ids=lambda one: str(one.__name__))
def test_whatever_is_sent_the_answer_names_what_is_wrong(
    ana: Client, cases: Callable[[Client], Iterator[Case]]
) -> None:
    wrong = told(cases(ana))
    assert not wrong, "\n".join(wrong)
    assert len(ALL) > 30
    assert len(WRITING) > 5


def test_a_token_that_is_revoked_in_mid_session_opens_nothing_any_more(ana: Client) -> None:
    assert ana.get("/api/nfe/").status_code == 200
    tokens.revogar(tokens.listar("ana").itens[0].prefixo)
    asked = ((f"{one.method} {one.path}", lambda one=one: ana.ask(one.method, one.place), (401,), None) for one in ALL)
    assert told(asked) == []
