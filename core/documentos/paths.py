"""Names of files and archive members as people read them, so that each can be found again.

A UTF-8 name is shown as it is. Any other is percent-encoded, and that is stored beside it.
"""

import re

MARK = b"!/"
_ESCAPED = re.compile(rb"%([0-9A-F]{2})")
_MEMBER = re.compile(r"(?is)(.+?\.zip)!/(.+)")
_LIKE_A_MEMBER = re.compile(rb"(?i)(\.zip)!/")
# A name with a NUL is one that no database takes.
_UNDECODABLE = re.compile("[\0\udc80-\udcff]")


def shown(path: bytes, member: bytes | None = None) -> tuple[str, bool]:
    """Return a path, and whether it had to be percent-encoded.

    That is so where bytes are no UTF-8, and for a folder named like the inside of an archive.
    """
    inside = b"" if member is None else MARK + member
    plain = (path + inside).decode("utf-8", "surrogateescape")
    if not _LIKE_A_MEMBER.search(path) and not _UNDECODABLE.search(plain):
        return plain, False
    quoted = _LIKE_A_MEMBER.sub(rb"\1%21/", path.replace(b"%", b"%25")) + inside.replace(b"%", b"%25")
    text = quoted.decode("utf-8", "surrogateescape")
    return _UNDECODABLE.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", text), True


def of_part(caminho: str, parte: int) -> str:
    """Return the name of one of several documents in a file; no other file's path ends like it."""
    return f"{caminho}#{parte}" if parte else caminho


def found(caminho: str, *, codificado: bool) -> tuple[bytes, bytes | None]:
    """Return the path that `shown` was given, and the member of the archive there."""
    inside = _MEMBER.fullmatch(caminho)
    outer, inner = inside.groups() if inside else (caminho, None)
    return _bytes(outer, codificado), None if inner is None else _bytes(inner, codificado)


def _bytes(text: str, codificado: bool) -> bytes:
    raw = text.encode()
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), raw) if codificado else raw
