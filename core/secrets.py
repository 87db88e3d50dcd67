"""Secrets of one account, and how every form of them is kept out of texts."""

import base64
import html
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from core.text import MASK

# A shorter text stands in words and numbers by chance once it is encoded.
SHORTEST = 6


class Secrets:
    """`hide` puts `***` in the place of each secret: as it is, in an address, in JSON, HTML, hexadecimal or base64."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = tuple(filter(None, secrets))

    def __repr__(self) -> str:
        return f"Secrets({MASK})"

    def hide(self, text: str) -> str:
        """Return the text without the secrets."""
        for secret in self._secrets:
            # no form is shorter than the secret itself
            if len(secret) <= len(text):
                text = _pattern(secret).sub(MASK, text)
        return text


@lru_cache(maxsize=1024)
def _pattern(secret: str) -> re.Pattern[str]:
    longest_first = sorted(set(_forms(secret)), key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    if len(secret) < SHORTEST:
        return
    raw = secret.encode("utf-8", "surrogatepass")
    once = quote(raw, safe="")
    yield from (once, quote_plus(raw), quote(raw), quote(once, safe=""))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret).replace("/", "\\/")[1:-1], html.escape(secret))
    yield from (repr(secret)[1:-1], raw.hex(), raw.decode("latin-1"))
    yield from _in_base64(raw)


def _in_base64(raw: bytes) -> Iterator[str]:
    """Yield what base64 makes of it wherever it stands in a text: `usuario:chave`, three places for one byte."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        # the first digits depend on what stands before, the last one on what comes after
        own = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        if len(own) >= SHORTEST:
            yield from (own, own.replace("+", "-").replace("/", "_"))
