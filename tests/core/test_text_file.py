"""A person's file is read in the encoding in which their program wrote it, and never beyond its limit."""

from io import BytesIO
from pathlib import Path

import pytest

from core.errors import UsageError
from core.text_file import read_stream, read_text

TEXT = "ordem 1250; São Paulo\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_a_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x").write_bytes(TEXT.encode(encoding))
    assert read_text(tmp_path / "x", 100) == TEXT


@pytest.mark.parametrize(
    ("raw", "told"), [(b"x" * 11, "passa de"), (b"\xff\xfea", "não é um texto"), (None, "Não consegui ler")]
)
def test_what_cannot_be_read_is_told(tmp_path: Path, raw: bytes | None, told: str) -> None:
    if raw is not None:
        (tmp_path / "x").write_bytes(raw)
    with pytest.raises(UsageError, match=told):
        read_text(tmp_path / "x", 10)


@pytest.mark.parametrize(
    ("raw", "told"), [(b"x" * 11, "O que veio passa de"), (b"\xff\xfea", "O que veio não é um texto")]
)
def test_what_comes_in_otherwise_is_told_by_its_name(raw: bytes, told: str) -> None:
    assert read_stream(BytesIO(TEXT.encode()), 100, "O que veio") == TEXT
    with pytest.raises(UsageError, match=told):
        read_stream(BytesIO(raw), 10, "O que veio")


def test_a_file_without_size_is_read_no_further_than_its_limit() -> None:
    with pytest.raises(UsageError, match="passa de"):
        read_text(Path("/dev/zero"), 10)
