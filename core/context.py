"""The ids of what is under way: they stand in every line of the log, and go on with messages and events.

`origin` is the number of what began it all: an HTTP request, one run of beat, a command. Whatever follows from it, in
whichever process, has the same one.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

# The header of a message, and the attribute of a task's request.
HEADER = "esteira_origem"
_NOTHING: Mapping[str, object] = MappingProxyType({})
_ids: ContextVar[Mapping[str, object]] = ContextVar("esteira_ids", default=_NOTHING)


def new_origin() -> str:
    """Return 32 hexadecimal digits that nobody else has."""
    return os.urandom(16).hex()


def ids() -> Mapping[str, object]:
    """Return the ids that hold here."""
    return _ids.get()


def origin() -> str | None:
    """Return the number of what began all this, if it has one."""
    found = _ids.get().get("origin")
    return found if isinstance(found, str) else None


def cause() -> str | None:
    """Return what a message or an event carries of it: the origin, and where there are traces the span."""
    here = _ids.get()
    begun, span = here.get("origin"), here.get("span_id")
    if not isinstance(begun, str):
        return None
    return f"{begun}-{span}" if span else begun


def begun() -> str:
    """Return the cause that holds here; what nothing caused, as Python at a prompt, is a beginning of its own."""
    return cause() or new_origin()


def of_cause(carried: str | None) -> str:
    """Return the origin that a message or an event carries; a new one if it carries none."""
    return carried[:32] if carried else new_origin()


@contextmanager
def bound(**more: object) -> Iterator[None]:
    """Let these ids hold, beside those that do already; none that is None."""
    token = _ids.set({**_ids.get(), **{name: value for name, value in more.items() if value is not None}})
    try:
        yield
    finally:
        _ids.reset(token)


def begin(**more: object) -> None:
    """Let these ids hold for the rest of this process or thread, with an origin of its own."""
    _ids.set({**_ids.get(), "origin": new_origin(), **more})


def forget() -> None:
    """Let no ids hold in this process or thread any more."""
    _ids.set(_NOTHING)
