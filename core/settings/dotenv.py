"""Read a file of variables as systemd does (`EnvironmentFile=`, systemd.exec(5)): a service has read the same file.

Nothing is replaced in a value, a `#` within it is part of it, and what stands in quotes may have several lines.
"""

import re
from pathlib import Path

from core.errors import Misconfigured
from core.text import os_fault

_QUOTED = re.compile(r"""[ \t]*(?:'([^']*)'|"((?:\\.|[^"\\])*)")""", re.DOTALL)
_LINE = re.compile(
    r"\s*(?:[#;][^\r\n]*"
    r"|(?P<name>[^=\s]+)[ \t]*="
    r"""(?P<value>(?:[ \t]*(?:'[^']*'|"(?:\\.|[^"\\])*"))*(?:\\(?:\r\n|.)|[^\\\r\n])*)"""
    r"|[^\r\n]*)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(\r\n|.)", re.DOTALL)
NEEDS_ESCAPE = '"\\`$'


def read(path: Path, prefix: str) -> dict[str, str]:
    """Return the variables with a prefix, in either case; none where there is no such file.

    Raises:
        PermissionError: it is not ours to read. Misconfigured: it cannot be read, or is no text.
    """
    if not path.is_file():
        return {}
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except PermissionError:
        raise
    except OSError as error:
        raise Misconfigured(f"Não consegui ler {path}: {os_fault(error)}.") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path} não é um texto em UTF-8.") from None
    return {name: value for name, value in parsed(text).items() if name.upper().startswith(prefix)}


def parsed(text: str) -> dict[str, str]:
    """Return the variables of a text; of two of one name the last stands, and what is no variable is passed over."""
    return {line["name"]: _value(line["value"]) for line in _LINE.finditer(text) if line["name"]}


def _value(written: str) -> str:
    """Return a value without its quotes; they stand for themselves after anything that has none."""
    value, place = "", 0
    while part := _QUOTED.match(written, place):
        value += part[1] if part[1] is not None else _ESCAPE.sub(_in_quotes, part[2])
        place = part.end()
    return value + _ESCAPE.sub(_plain, written[place:].strip(" \t\r"))


def _plain(escape: re.Match[str]) -> str:
    return "" if escape[1] in ("\n", "\r\n") else escape[1]


def _in_quotes(escape: re.Match[str]) -> str:
    return _plain(escape) if escape[1] in (*NEEDS_ESCAPE, "\n", "\r\n") else escape[0]
