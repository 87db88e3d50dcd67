"""Text helpers shared by every package: secret filter, byte-exact cuts, human durations."""

import errno
import os
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

MASK = "***"
# What is longer is looked at so far only, so that a text costs little whatever somebody put into it.
LONGEST = 16_384
CUT = " […]"
_SWAPPED = str.maketrans(",.", ".,")

# No pattern may look at a word from each of its letters, or come back to a letter once for each that follows: a text
# of one hostile word would take hours.
_NAMES = (
    r"(?:\w*password|senha\w*|(?>\w*secret)\w*+|segredo|\w*token|activation_code|authorization|set-cookie|cookie"
    r"|(?:x-)?api[_-]?key|user[_-]?key|private_key|chave_privada|(?:x-)?signature)"
)
_SECRETS = (
    re.compile(r"(?s)(?P<keep>-----BEGIN )[A-Z ]{1,40}-----.*?(?:-----END [A-Z ]{1,40}-----|\Z)"),
    re.compile(
        r"(?P<keep>(?<![A-Za-z0-9_-])(?>[A-Za-z0-9_-]*?\b(?=eyJ)))"
        r"[A-Za-z0-9_-]{11,}+\.[A-Za-z0-9_-]{4,}+\.[A-Za-z0-9_-]*"
    ),
    re.compile(r"(?P<keep>)\bgAAAAA[A-Za-z0-9_-]{20,}={0,2}"),
    re.compile(r"(?P<keep>)(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{300,}={0,2}"),
    re.compile(r"(?i)(?P<keep>[?&](?:key|chave|code|sig|auth|pass|pwd)=)[^\s\"'&#]+"),
    re.compile(r"(?P<keep>)whs(?:ec|k)_[A-Za-z0-9+/=_-]{4,}"),
    re.compile(r"(?P<keep>)\btk_[A-Za-z0-9]{8,}"),
    re.compile(r"(?P<keep>://)[^/\s:@]*:[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?P<keep>\b(?:bearer|basic|token) )(?=[^\s]*\d)[A-Za-z0-9+/=._-]{8,}"),
    re.compile(rf"(?i)(?P<keep>\b{_NAMES}[\"']?\s*[=:]\s*[\"']?)(?!bearer|basic|token)[^\s\"',;&]+"),
)


def redact(text: str) -> str:
    """Replace everything that looks like a secret by `***`."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<keep>{MASK}", text)
    return text


def redact_long(text: str) -> str:
    """Do the same with a text that anybody may have made long: it is cut."""
    return redact(text) if len(text) <= LONGEST else redact(text[:LONGEST])[:-1] + CUT


def storable(text: str) -> bool:
    """Tell whether a database takes a text: no NUL, and no half of a character, which a terminal may hand on."""
    if text.isascii():
        return "\x00" not in text
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def made_storable(text: str) -> str:
    """Return a text that a database takes, with a sign in the place of each character that it does not."""
    return text if storable(text) else text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def fitting(text: str, limit: int) -> str:
    """Cut a text to what a column of so many characters takes; what no database takes is replaced."""
    return made_storable(text)[:limit]


def cut_bytes(text: str, limit: int, mark: str = "…") -> str:
    """Cut a text to at most `limit` UTF-8 bytes at a character boundary, with a mark where it was cut."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit:
        return raw.decode("utf-8")
    room = limit - len(mark.encode())
    return raw[:room].decode("utf-8", "ignore") + mark


def plural(amount: int, singular: str, many: str) -> str:
    """Return `1 dia`, `2 dias`."""
    return f"{amount} {singular if abs(amount) == 1 else many}"


def counted(amount: int, state: str) -> str:
    """Return `1 pendente`, `3 pendentes`: how many are in a state; of those that do something now it stays."""
    head, space, rest = state.partition(" ")
    same = abs(amount) == 1 or head == "em" or head.endswith("ndo")
    return f"{amount} {state}" if same else f"{amount} {head}s{space}{rest}"


def by_state(totals: Mapping[str, int]) -> str:
    """Return how many there are in each state: `3 pendentes, 1 enviado`; empty if there are none at all."""
    return ", ".join(counted(amount, state) for state, amount in totals.items())


def brazilian(value: Decimal, places: int = 2) -> str:
    """Return a number as people write it: 1.234,56."""
    return f"{value:,.{places}f}".translate(_SWAPPED)


def exact(value: Decimal, least: int = 2) -> str:
    """Return a number as people write it, with all the places that say something, at least so many: 0,004."""
    exponent = value.normalize().as_tuple().exponent
    return brazilian(value, max(least, -exponent if isinstance(exponent, int) else 0))


def human_duration(seconds: float) -> str:
    """Return a duration in Portuguese with its two largest units: `2 dias e 3 horas`."""
    units = ((86400, "dia", "dias"), (3600, "hora", "horas"), (60, "minuto", "minutos"), (1, "segundo", "segundos"))
    left, parts = int(abs(seconds)), []
    for size, singular, many in units:
        amount, left = divmod(left, size)
        if amount:
            parts.append(plural(amount, singular, many))
    return " e ".join(parts[:2]) or "0 segundos"


@lru_cache(maxsize=1024)
def bare_word(text: str) -> str:
    """Return words in upper case, without accents, underscores and double spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.replace("_", " ").upper().split())


_FAULTS = {
    errno.ENOENT: "não existe",
    errno.EACCES: "sem permissão",
    errno.EPERM: "sem permissão",
    errno.EISDIR: "é uma pasta",
    errno.ENOTDIR: "não é uma pasta",
    errno.EEXIST: "já existe",
    errno.ENOSPC: "o disco está cheio",
    errno.EDQUOT: "a cota do disco acabou",
    errno.EFBIG: "o arquivo passa do que o sistema deixa",
    errno.EROFS: "o disco é só de leitura",
    errno.ENAMETOOLONG: "o nome é longo demais",
    errno.ELOOP: "as ligações dão voltas",
    errno.EADDRINUSE: "já está em uso",
    errno.EADDRNOTAVAIL: "o endereço não é desta máquina",
    errno.ECONNREFUSED: "recusou a conexão",
    errno.ETIMEDOUT: "não respondeu a tempo",
}


def os_fault(error: OSError | int) -> str:
    """Return what the system says went wrong, in Portuguese where we know the words."""
    number = error if isinstance(error, int) else error.errno
    if number in _FAULTS:
        return _FAULTS[number]
    return os.strerror(number) if number else str(error)
