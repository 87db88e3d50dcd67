"""What was sent, before anybody reads it: size, kind, depth, count, and texts that no database can hold.

docs/reference/contracts/integracoes.md §4.5: whatever comes, the answer is a 4xx with the field's name.
"""

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from api.errors import GENERAL, WRONG, Malformed
from core.text import storable

# docs/reference/contracts/webhooks_delivery.md: a body of an event has a limit of its own, of the same size.
LARGEST = 1024 * 1024
LONGEST_QUERY = 16 * 1024
DEEPEST = 32
JSON, FORM = "application/json", "multipart/form-data"
# As Python calls them. It knows others, in which no byte is text or a megabyte takes half a minute.
CHARSETS = ("utf-8", "ascii", "iso8859-1", "cp1252")
# An upload is one file with a few words beside it; what is larger is no certificate.
LARGEST_FORM, MOST_FIELDS = 512 * 1024, 16
UNSTORABLE, TOO_DEEP = "O texto tem caracteres inválidos.", "O objeto é fundo demais."
TOO_LONG = "Os parâmetros são longos demais."
NOT_A_FORM = "Envie o corpo como multipart/form-data."
NO_FORM, TWICE = "O formulário não pôde ser lido.", "Este campo veio mais de uma vez."


async def check(request: Request, *, takes_body: bool, takes_form: bool = False) -> None:
    """Look at the parameters and the body of a request: JSON, or a form with a file.

    Raises:
        Malformed: a field is not to be had as it is.
        HTTPException: 413 for a body that is too large, 415 for one that is no JSON.
    """
    check_query(request.scope["query_string"])
    if takes_form:
        _kind(request, FORM, NOT_A_FORM)
        check_charset(request)
        await body(request, LARGEST_FORM)
        request._form = await _form(request)
    elif takes_body and (sent := await body(request)):
        _kind(request, JSON)
        request._json = _parsed(sent)


def _kind(request: Request, wanted: str, said: str | None = None) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
        raise HTTPException(415, said)


def check_query(raw: bytes) -> None:
    """Look at the parameters of an address; raise `Malformed` for what is none."""
    if len(raw) > LONGEST_QUERY:
        raise Malformed({GENERAL: [TOO_LONG]})
    wrong = {name for name, value in parse_qsl(raw.decode("latin-1"), errors="surrogateescape") if not storable(value)}
    if wrong:
        raise Malformed({name if storable(name) else GENERAL: [UNSTORABLE] for name in wrong})


def check_charset(request: Request) -> None:
    """Look at the character set that a form says it is in; raise `Malformed` for one that nobody sends forms in."""
    _, said = parse_options_header(request.headers.get("content-type"))
    try:
        known = codecs.lookup(said.get(b"charset", b"utf-8").decode("latin-1")).name in CHARSETS
    except LookupError:
        known = False
    if not known:
        raise Malformed({GENERAL: [NO_FORM]})


async def body(request: Request, largest: int = LARGEST) -> bytes:
    """Return the body, kept for whoever reads it next; no more of it is read than is taken (413)."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise HTTPException(413)
        parts.append(part)
    request._body = b"".join(parts)
    return request._body


async def _form(request: Request) -> FormData:
    parser = MultiPartParser(
        request.headers, request.stream(), max_files=1, max_fields=MOST_FIELDS, max_part_size=LARGEST_FORM
    )
    try:
        found = await parser.parse()
    except MultiPartException:
        raise Malformed({GENERAL: [NO_FORM]}) from None
    given = found.multi_items()
    names = [name for name, _ in given]
    wrong = {name: UNSTORABLE for name, value in given if isinstance(value, str) and not storable(value)}
    wrong |= {name: TWICE for name in names if names.count(name) > 1}
    if wrong:
        await found.close()
        raise Malformed({name if storable(name) else GENERAL: [said] for name, said in wrong.items()})
    return found


def _parsed(body: bytes) -> Any:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed({GENERAL: [WRONG["json_invalid"]]}) from None
    fields = found if isinstance(found, Mapping) else {GENERAL: found}
    wrong = {name: said for name, value in fields.items() if (said := _wrong(value) or _unstorable(name))}
    if wrong:
        raise Malformed({name if storable(name) else GENERAL: [said] for name, said in wrong.items()})
    return found


def _wrong(value: Any) -> str | None:
    for depth, one in _walked(value, 1):
        if depth > DEEPEST:
            return TOO_DEEP
        if isinstance(one, str) and (said := _unstorable(one)):
            return said
    return None


def _unstorable(text: str) -> str | None:
    return None if storable(text) else UNSTORABLE


def _walked(value: Any, depth: int) -> Iterator[tuple[int, Any]]:
    """Yield what is in a value with its depth; what is too deep is not gone into."""
    yield depth, value
    if depth > DEEPEST or not isinstance(value, (dict, list)):
        return
    for one in [*value, *value.values()] if isinstance(value, dict) else value:
        yield from _walked(one, depth + 1)
