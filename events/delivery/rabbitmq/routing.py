"""The routing key of a message: a text with fields of the event in braces, such as `fiscal.{evento}.{dados.uf}`."""

import re
from typing import Any

from core.errors import UsageError
from core.text import cut_bytes

EVENT = "{evento}"
LIMIT, PART_LIMIT = 255, 60
# What stands for a field that there is not, and for each character that would have a meaning in a key.
NOTHING = "_"
_FIELD = re.compile(r"\{([^{}]*)\}")
_KNOWN = re.compile(r"evento|dados(\.[\w-]{1,60}){1,8}")
_PLAIN = re.compile(r"[\w.:@/+-]*")
_OTHER = re.compile(r"[^\w-]")


def checked_key(said: str) -> str:
    """Return a key as it was said; raise `UsageError` with what is wrong."""
    if len(said.encode("utf-8", "replace")) > LIMIT or not _PLAIN.fullmatch(_FIELD.sub("", said)):
        raise UsageError(
            f"A routing_key tem letras, números, pontos e campos entre chaves, até {LIMIT} bytes.", campo="opcao"
        )
    if wrong := [name for name in _FIELD.findall(said) if not _KNOWN.fullmatch(name)]:
        raise UsageError(
            f"A routing_key não conhece {{{wrong[0][:60]}}}: há {{evento}}, e {{dados.campo}} para um campo do evento.",
            campo="opcao",
        )
    return said


def key_for(said: str, evento: str, dados: Any) -> str:
    """Return the key of one event: what its fields say is one word each, whatever stands in them."""

    def word(found: re.Match[str]) -> str:
        value = evento if found[1] == "evento" else _value(dados, found[1].split(".")[1:])
        return _OTHER.sub(NOTHING, value)[:PART_LIMIT] or NOTHING

    return cut_bytes(_FIELD.sub(word, said), LIMIT)


def _value(found: Any, path: list[str]) -> str:
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return str(found) if isinstance(found, str | int) else ""
