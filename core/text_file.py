"""Files of text that a person hands over, in whatever encoding their program wrote them."""

from pathlib import Path
from typing import BinaryIO

from core.errors import UsageError
from core.text import os_fault


def read_bytes(arquivo: Path, limit: int) -> bytes:
    """Return a file's bytes; raise `UsageError` where it cannot be read or has more than `limit` of them."""
    try:
        with arquivo.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"Não consegui ler {arquivo}: {os_fault(error)}.") from None
    return _within(raw, limit, str(arquivo))


def read_text(arquivo: Path, limit: int) -> str:
    """Return a file's text; raise `UsageError` as `read_bytes` does, and where it is no text."""
    return _text(read_bytes(arquivo, limit), str(arquivo))


def read_stream(stream: BinaryIO, limit: int, name: str) -> str:
    """Return the text that a stream holds; raise `UsageError` as `read_text` does, of what it is called."""
    return _text(_within(stream.read(limit + 1), limit, name), name)


def _within(raw: bytes, limit: int, name: str) -> bytes:
    if len(raw) > limit:
        raise UsageError(f"{name} passa de {limit // 1024**2} MiB.")
    return raw


def _text(raw: bytes, name: str) -> str:
    try:
        return decoded(raw)
    except UnicodeDecodeError:
        raise UsageError(f"{name} não é um texto.") from None


def decoded(raw: bytes) -> str:
    """Return bytes as text: UTF-8 and UTF-16 with or without their marks, else what Windows writes."""
    return raw.decode(_encoding(raw))


def _encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in raw:
        # text of two bytes for each character, without its mark: the empty half says which one comes first
        return "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        # as programs of Windows write it; the few bytes that it lacks are no reason to refuse a text
        return "cp1252" if _decodes(raw, "cp1252") else "latin-1"
    return "utf-8-sig"


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
