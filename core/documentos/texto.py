"""The text of a document, unchanged, for its signature covers it: only the BOM goes, and a wrong declaration."""

import codecs
import re

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHOUT_MARK = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
_DECLARED = re.compile(rb"""\A\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_DECLARATION = re.compile(r"""(\A\s*<\?xml\s[^>]*?encoding\s*=\s*["'])([A-Za-z][A-Za-z0-9._-]*)(["'])""")
FALLBACK = "cp1252"
UTF8_NAMES = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def decode(content: bytes) -> tuple[str, str]:
    """Return the text without its BOM and the encoding it was found in: by BOM, declaration, UTF-8, else Windows-1252.

    Raises:
        ValueError: no encoding fits.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name), name
    for name in (_declared(content) or "utf-8", "utf-8", FALLBACK):
        try:
            return content.decode(name), name
        except UnicodeDecodeError:
            continue
    raise ValueError("nenhuma codificação serve")


def _declared(content: bytes) -> str | None:
    for start, name in _WITHOUT_MARK:
        if content.startswith(start):
            return name
    found = _DECLARED.match(content[:200])
    try:
        return codecs.lookup(found[1].decode()).name if found else None
    except LookupError:
        return None


def texto(content: bytes) -> str:
    """Return the text as it is sent: in JSON it is UTF-8, so a declaration that names another encoding is adapted.

    Raises:
        ValueError: it is no text.
    """
    text = decode(content)[0]
    # not `sub`, which would look for the beginning of the text at each of its characters
    found = _DECLARATION.match(text)
    if found is None or found[2].lower() in UTF8_NAMES:
        return text
    return f"{found[1]}UTF-8{found[3]}{text[found.end() :]}"
