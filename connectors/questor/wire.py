"""Bodies as the contract has them, and answers read tolerantly into records.

docs/reference/contracts/questor.md §2, §3.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectors.base.reading import Hide, decode_json, one_line
from core.fiscal import normalizar_chave, parece_chave

EVENT = "event"
ITEM_OVERHEAD = len('{"Xml":,"Format":true},')
DEEPEST = 4
BOM = "\ufeff"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_EVENTO = re.compile(r"ID([0-9]{6})([0-9]{6}[0-9A-Z]{12}[0-9]{26})([0-9]{2,3})")


@dataclass(frozen=True)
class Documento:
    """What is sent: its identity (chave, or `chave:tpEvento:nSeqEvento`) and its text, unchanged."""

    identidade: str
    texto: str

    @property
    def chave(self) -> str:
        return self.identidade.partition(":")[0]

    @cached_property
    def corpo(self) -> bytes:
        """The text as it stands in a body; raises `UnicodeEncodeError` for a lone surrogate."""
        # the server's parser fails on a BOM before the root
        return json.dumps(self.texto.removeprefix(BOM), ensure_ascii=False).encode()

    @property
    def size(self) -> int:
        """How many bytes it takes in a body, for making batches."""
        return len(self.corpo) + ITEM_OVERHEAD


@dataclass(frozen=True)
class Record:
    """One document of a detailed answer; `success` is None where it cannot be understood."""

    key: str
    success: bool | None
    message: str


@dataclass(frozen=True)
class Short:
    """A short answer: messages of refusals, codes of what was imported."""

    erros: tuple[str, ...]
    importadas: tuple[str, ...]


Answer = list[Record] | Short


def body(method: str, documentos: Sequence[Documento]) -> bytes:
    """Return the body of an import: a bare array, wrapped for the methods of events.

    Raises:
        UnicodeEncodeError: a text that is no Unicode (a lone surrogate).
    """
    items = b",".join(b'{"Xml":%b,"Format":true}' % one.corpo for one in documentos)
    return b'{"data":[%b]}' % items if EVENT in method else b"[%b]" % items


def decode(raw: bytes) -> Any:
    """Return the JSON of an answer, also when it is JSON inside a JSON text.

    Raises:
        ValueError: it is none.
    """
    content = decode_json(raw)
    return decode_json(content.encode("utf-8", "replace")) if isinstance(content, str) else content


def answer(content: Any, hide: Hide = str) -> Answer | None:
    """Read an answer to an import; None when it is unintelligible. `hide` is put to every message."""
    listed = next((found for found in _lists(content) if _are_records(found)), None)
    if listed is not None:
        return [_record(one, hide) for one in listed]
    if isinstance(content, dict) and "success" in _lower(content):
        return [_record(content, hide)]
    return _short(content, hide)


def listing(content: Any) -> list[str] | None:
    """Read an answer to a query: the keys of one page; None when it is no list of records with keys."""
    lists = list(_lists(content))
    filled = [found for found in lists if found]
    for found in filled:
        if all(isinstance(one, dict) and isinstance(_lower(one).get("key"), str) for one in found):
            return [bare_key(str(_lower(one)["key"])) for one in found]
    return [] if lists and not filled else None


def _lists(content: Any, depth: int = 0) -> Iterator[list[Any]]:
    """Yield the lists of an answer, the outer ones first."""
    if isinstance(content, list):
        yield content
    elif isinstance(content, dict) and depth < DEEPEST:
        for value in content.values():
            yield from _lists(value, depth + 1)


def _are_records(found: list[Any]) -> bool:
    return bool(found) and all(isinstance(one, dict) and "success" in _lower(one) for one in found)


def _lower(record: dict[str, Any]) -> dict[str, Any]:
    names = {name.casefold(): value for name, value in record.items()}
    return {"success": names["sucess"]} | names if "sucess" in names else names


def _record(given: dict[str, Any], hide: Hide) -> Record:
    fields = _lower(given)
    return Record(bare_key(fields.get("key")), _boolean(fields["success"]), one_line(fields.get("message"), hide))


def _boolean(value: Any) -> bool | None:
    return _BOOLEANS.get(str(value).strip().casefold())


def bare_key(value: Any) -> str:
    """Return the identity a `Key` names: a bare chave, also behind `NFe`, or that of an event's `Id`; else as it is."""
    text = str(value).strip() if isinstance(value, str) else ""
    if event := _EVENTO.fullmatch(text):
        return f"{event[2]}:{event[1]}:{int(event[3])}"
    bare = normalizar_chave(text)
    return bare if parece_chave(bare) else text


def _short(content: Any, hide: Hide) -> Short | None:
    if not isinstance(content, dict):
        return None
    erros = next((v for name, v in content.items() if name.casefold() == "erros"), None)
    done = next((v for name, v in content.items() if name.casefold().endswith("importadas")), None)
    if not isinstance(erros, list) or not isinstance(done, list):
        return None
    return Short(tuple(one_line(one, hide) for one in erros), tuple(bare_key(str(one)) for one in done))
