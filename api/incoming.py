"""What was sent, before anybody reads it: size, kind, depth, and texts that no database can hold.

docs/reference/contracts/integracoes.md §4.5: whatever comes, the answer is a 4xx with the field's name.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

from api.errors import GENERAL, WRONG, Malformed
from core.text import storable

# docs/reference/contracts/webhooks_delivery.md: a body of an event has a limit of its own, of the same size.
LARGEST = 1024 * 1024
LONGEST_QUERY = 16 * 1024
DEEPEST = 32
JSON = "application/json"
UNSTORABLE, TOO_DEEP = "O texto tem caracteres inválidos.", "O objeto é fundo demais."
TOO_LONG = "Os parâmetros são longos demais."


async def check(request: Request, *, takes_body: bool) -> None:
    """Look at the parameters and the body of a request.

    Raises:
        Malformed: a field is not to be had as it is.
        HTTPException: 413 for a body that is too large, 415 for one that is no JSON.
    """
    check_query(request.scope["query_string"])
    if takes_body and (sent := await body(request)):
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise HTTPException(415)
        request._json = _parsed(sent)


def check_query(raw: bytes) -> None:
    """Look at the parameters of an address; raise `Malformed` for what is none."""
    if len(raw) > LONGEST_QUERY:
        raise Malformed({GENERAL: [TOO_LONG]})
    wrong = {name for name, value in parse_qsl(raw.decode("latin-1"), errors="surrogateescape") if not storable(value)}
    if wrong:
        raise Malformed({name if storable(name) else GENERAL: [UNSTORABLE] for name in wrong})


async def body(request: Request) -> bytes:
    """Return the body, kept for whoever reads it next; no more of it is read than is taken (413)."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise HTTPException(413)
        parts.append(part)
    request._body = b"".join(parts)
    return request._body


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
