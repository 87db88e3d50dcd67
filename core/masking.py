"""What no log may hold: secrets, and what belongs to a person. Companies are named: whoever reads a log needs them.

Of a person that is CPF, e-mail and telephone; a CNPJ and the key of a document are a company's. `core.text.redact`
masks secrets alone, and serves what people are told.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from core.fiscal import cpf_valido
from core.text import MASK, redact_long

DEEPEST = 6

_CPF = re.compile(r"(?<![\d.])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\d-])")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}(?=@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,63}\b)")
# With its area: 11 98765-4321, (11) 3456-7890, +5511987654321.
_PHONE = re.compile(r"(?<![\w.,:/-])(?:\+?55[ -]?)?(?:\([1-9]\d\) ?|[1-9]\d[ -]?)9?\d{4}[- ]\d{4}(?![\w-])")
_PLAIN_PHONE = re.compile(r"(?<!\w)\+55[1-9]\d9?\d{8}(?!\w)")
_NAMED = re.compile(
    r"(?:^|_)(?:senha|password|secret|segredo|token|authorization|cookie|api_?key|user_?key|chave_privada|private_?key"
    r"|activation_code|pfx|certificado_a1|credential|cpf|e?_?mail|telefone|celular|fone)(?:$|_)",
    re.IGNORECASE,
)
# A header says X-Api-Key, a service of others accessToken.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# What a name like these says of something is no secret: how many, which number, since when, whether.
_ABOUT = re.compile(r"_(?:id|count|total|em|ate|days|dias|file|arquivo)$")


def mask(text: str) -> str:
    """Return a text without secrets and without what belongs to a person; a long one is cut."""
    text = redact_long(text)
    if "@" in text:
        text = _MAIL.sub(MASK, text)
    if any(c.isdigit() for c in text):
        text = _PHONE.sub(MASK, _PLAIN_PHONE.sub(MASK, _CPF.sub(_cpf, text)))
    return text


def masked(value: Any, depth: int = 0) -> Any:
    """Return a value of any shape likewise; what has a secret's name goes whole."""
    if isinstance(value, str):
        return mask(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        # JSON knows no others
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return MASK if cpf_valido(str(value)) else value
    if depth >= DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {mask(str(key)): masked_under(str(key), one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(one, depth + 1) for one in value]
    return mask(str(value))


def masked_under(name: str, value: Any, depth: int = 0) -> Any:
    """Return what stands under a name, as a log may hold it."""
    return MASK if value is not None and is_secret(name) else masked(value, depth)


def is_secret(name: str) -> bool:
    """Tell whether whatever has this name is a secret, or a person's."""
    plain = _HUMP.sub("_", name).replace("-", "_")
    return _NAMED.search(plain) is not None and _ABOUT.search(plain) is None


def _cpf(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    return MASK if "." in found[0] or cpf_valido(digits) else found[0]
