"""MongoDB as the ledger needs it: one client per process, made after the fork, and faults that say what to do."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pymongo import ASCENDING, MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    InvalidURI,
    OperationFailure,
    PyMongoError,
)

from core.errors import Misconfigured, PlatformError, Transient

Document = dict[str, Any]
DATABASE, ITEMS = "esteira", "sync_itens"
UNIQUE = [("conta", ASCENDING), ("livro", ASCENDING), ("chave", ASCENDING)]
INDEXES = (
    [("conta", ASCENDING), ("fluxo", ASCENDING), ("due_at", ASCENDING)],
    [("conta", ASCENDING), ("ploomes_id", ASCENDING)],
    [("conta", ASCENDING), ("milvus_id", ASCENDING)],
    [("conta", ASCENDING), ("ligado", ASCENDING)],
    [("conta", ASCENDING), ("avisado", ASCENDING)],
    [("conta", ASCENDING), ("situacao", ASCENDING)],
    [("reserva", ASCENDING)],
)
CHOOSE_MS, CALL_MS = 5_000, 20_000
UNAUTHORIZED, LOGIN_FAILED, DUPLICATE = 13, 18, 11_000
TRIES = 3
P = ParamSpec("P")
R = TypeVar("R")
_open: dict[tuple[int, str], "MongoClient[Document]"] = {}
_indexed: set[tuple[int, str]] = set()
_lock = threading.Lock()


class ConnectionLost(Transient):
    """O MongoDB do livro não respondeu."""


def items(url: str, *, prepare: bool = True) -> "Collection[Document]":
    """Return the lines of the ledger, its unique index made and looked at unless nothing is to be written."""
    with _lock, explained():
        key = (os.getpid(), url)
        client = _open.get(key) or MongoClient[Document](
            url, tz_aware=True, serverSelectionTimeoutMS=CHOOSE_MS, socketTimeoutMS=CALL_MS, appname="esteira"
        )
        _open[key] = client
        base = client.get_default_database(DATABASE)
        if prepare and key not in _indexed:
            _index(base[ITEMS])
            _indexed.add(key)
        return base.get_collection(ITEMS, write_concern=WriteConcern("majority"))


def _index(found: "Collection[Document]") -> None:
    """Make the indexes; without the unique one nothing may be sent."""
    found.create_index(UNIQUE, unique=True)
    for index in INDEXES:
        found.create_index(index)
    # by its key: servers name indexes each in their own way
    known = [[name for name, *_ in one["key"]] for one in found.index_information().values() if one.get("unique")]
    if [name for name, _ in UNIQUE] not in known:
        raise Misconfigured("sync.ledger_url: o MongoDB não tem o índice único do livro; sem ele nada é enviado.")


def close() -> None:
    """Close every client of this process."""
    with _lock:
        for key in [key for key in _open if key[0] == os.getpid()]:
            _open.pop(key).close()
            _indexed.discard(key)


def steady(call: Callable[P, R]) -> Callable[P, R]:
    """Repeat a call whose answer was lost; the calls are made so that a repeat changes nothing."""

    @wraps(call)
    def made(*given: P.args, **more: P.kwargs) -> R:
        for _ in range(TRIES - 1):
            with suppress(ConnectionLost), explained():
                return call(*given, **more)
        with explained():
            return call(*given, **more)

    return made


@contextmanager
def explained() -> Iterator[None]:
    """Turn the driver's errors into ours; no address is in their words."""
    try:
        yield
    except PlatformError:
        raise
    except PyMongoError as error:
        fault = _fault(error)
    else:
        return
    raise fault


def _fault(error: PyMongoError) -> PlatformError:
    if isinstance(error, AutoReconnect):
        return ConnectionLost("O MongoDB do livro não respondeu (sync.ledger_url).")
    if isinstance(error, ConfigurationError | InvalidURI):
        return Misconfigured("sync.ledger_url: o endereço do MongoDB não é válido.")
    if isinstance(error, OperationFailure):
        if error.code in (UNAUTHORIZED, LOGIN_FAILED):
            return Misconfigured("sync.ledger_url: o MongoDB recusou o usuário, a senha ou o acesso ao banco.")
        if "retryable writes" in str(error).lower():
            return Misconfigured("sync.ledger_url: este servidor precisa de ?retryWrites=false no endereço.")
    return Transient(f"O MongoDB do livro falhou ({type(error).__name__}).")


def duplicates_only(error: BulkWriteError) -> bool:
    """Tell whether all that failed of a batch was there already."""
    told: Any = error.details or {}
    return all(one.get("code") == DUPLICATE for one in told.get("writeErrors", ())) and not told.get(
        "writeConcernErrors"
    )


def values_of(url: str, collection: str, field: str) -> Iterator[object]:
    """Yield the values of a field of another collection of the same database."""
    found = items(url).database[collection]
    with explained():
        for one in found.find({}, {field: 1}):
            if field in one:
                yield one[field]
