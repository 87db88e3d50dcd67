"""The text of a document, unchanged, for its signature covers it: only the BOM goes, and a wrong declaration.

The bytes decide what encoding they are in; what the document says of itself only helps:
docs/reference/contracts/questor.md §6.
"""

import codecs
import re
from dataclasses import dataclass

from core.documentos.mistura import mixed

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARK = "\ufeff"
_DECLARED = re.compile(rb"""\A\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9][A-Za-z0-9._:+-]*)["']""")
_DECLARATION = re.compile(r"""(\A\s*<\?xml\s[^>]*?encoding\s*=\s*["'])([A-Za-z0-9][A-Za-z0-9._:+-]*)(["'])""")
FALLBACK, MIXED = "cp1252", "utf-8 e cp1252"
ASCII_NAMES = frozenset({"us-ascii", "ascii"})
UTF8_NAMES = frozenset({"utf-8", "utf8"}) | ASCII_NAMES
# The only labels that are obeyed. Python knows dozens more, among them transformations that are no text at all.
_OBEYED = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "iso-ir-100"), "iso8859-1"),
    **dict.fromkeys(("iso-8859-15", "iso8859-15", "latin9", "latin-9", "l9"), "iso8859-15"),
    **dict.fromkeys(("windows-1252", "cp1252", "cp-1252", "win1252", "x-cp1252"), "cp1252"),
}
# Labels over bytes that are UTF-8 or nothing: of these, and of names that nobody knows, no other text is meant.
_UTF = re.compile(r"utf-?(?:8|16|32)(?:-?[lb]e)?|ucs-?[24]|us-ascii|ascii")


@dataclass(frozen=True)
class Decoded:
    """A text without its BOM, and the encoding it was found in."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """Return the text of a document: by BOM, as UTF-8, by an obeyed label, run by run, else as Windows-1252.

    Raises:
        ValueError: no encoding fits for certain.
    """
    if content[:1] != b"<" or b"\0" in content[:4]:
        for mark, name in _MARKS:
            if content.startswith(mark):
                # a program that puts its mark before a text that has one already leaves two
                return Decoded(content[len(mark) :].decode(name).lstrip(_MARK), name)
        if wide := _wide(content):
            return Decoded(content.decode(wide), wide)
    try:
        return Decoded(content.decode(), "utf-8")
    except UnicodeDecodeError:
        return _narrow(content, _declared(content))


def _wide(content: bytes) -> str | None:
    """Return the UTF-16 that bytes without a mark are in: every other byte of what XML begins with is zero."""
    first, second, third, fourth = content[:4].ljust(4, b"?")
    if (first, second, fourth) == (0x3C, 0, 0) and third:
        return "utf-16-le"
    return "utf-16-be" if (first, second, third) == (0, 0x3C, 0) and fourth else None


def _narrow(content: bytes, label: str | None) -> Decoded:
    """Return the text of bytes that are no UTF-8."""
    obeyed = _OBEYED.get(label or "")
    runs = mixed(content)
    if runs.has_utf8:
        if obeyed or _is_other_text(label):
            raise ValueError("há UTF-8 em um texto que se diz de outra codificação")
        return Decoded(runs.text(), MIXED)
    if _is_other_text(label):
        raise ValueError("a codificação declarada não é lida")
    name = obeyed or FALLBACK
    return Decoded(content.decode(name), name)


def _is_other_text(label: str | None) -> bool:
    """Tell whether a label names an encoding that is known and not read here, as `iso-8859-2`."""
    if label is None or label in _OBEYED or _UTF.fullmatch(label):
        return False
    try:
        codecs.lookup(label)
    except LookupError:
        return False
    return True


def _declared(content: bytes) -> str | None:
    found = _DECLARED.match(content[:200])
    return found[1].decode().lower().replace("_", "-") if found else None


def adapted(text: str) -> str:
    """Return a text as it is sent: in JSON it is UTF-8, so a declaration that names another encoding is adapted."""
    # not `sub`, which would look for the beginning of the text at each of its characters
    found = _DECLARATION.match(text)
    if found is None or found[2].lower() in (UTF8_NAMES if text.isascii() else UTF8_NAMES - ASCII_NAMES):
        return text
    return f"{found[1]}UTF-8{found[3]}{text[found.end() :]}"
