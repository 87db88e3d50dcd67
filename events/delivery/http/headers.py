"""Headers that a destination's owner adds to its requests (docs/reference/contracts/integracoes.md §3.5)."""

import json
import re
from collections.abc import Mapping

from core.errors import UsageError

MOST = 20
VALUE_LIMIT = 4000
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
# What the wire, the connection and the signature need for themselves.
_RESERVED = frozenset(
    ["host", "user-agent", "accept-encoding", "connection", "keep-alive", "proxy-connection", "transfer-encoding"]
) | frozenset(["te", "trailer", "upgrade", "expect"])
_RESERVED_PREFIXES = ("content-", "webhook-", "x-webhook-")


def reserved(name: str) -> bool:
    """Tell whether a header may not be replaced by the owner."""
    lower = name.lower()
    return lower in _RESERVED or lower.startswith(_RESERVED_PREFIXES)


def checked(given: Mapping[str, str]) -> str | None:
    """Return headers as they are stored, in JSON; raise `UsageError` with what is wrong, never with a value."""
    if len(given) > MOST:
        raise UsageError(f"Um destino tem no máximo {MOST} cabeçalhos próprios.", campo="cabecalho")
    if len({name.lower() for name in given}) < len(given):
        raise UsageError("Um cabeçalho foi dado duas vezes.", campo="cabecalho")
    for name, value in given.items():
        _check(name, value)
    return json.dumps(dict(given), ensure_ascii=False) if given else None


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError("O nome de um cabeçalho tem só letras, números e sinais como o hífen.", campo="cabecalho")
    if reserved(name):
        raise UsageError(f"O cabeçalho {name} é reservado e não pode ser trocado.", campo="cabecalho")
    if not value.strip() or not value.isprintable() or len(value) > VALUE_LIMIT:
        raise UsageError(
            f"O valor do cabeçalho {name} está vazio, é longo demais ou tem caracteres inválidos.", campo="cabecalho"
        )


def stored(text: str | None) -> dict[str, str]:
    """Return the owner's headers, without any that is reserved."""
    if not text:
        return {}
    return {name: value for name, value in json.loads(text).items() if not reserved(name)}
