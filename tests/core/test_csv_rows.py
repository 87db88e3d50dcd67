"""Tables as people save them: whatever program wrote them, each row with the line that a person finds it by."""

from pathlib import Path

import pytest

from core import csv_rows
from core.csv_rows import read_rows, read_table
from core.errors import UsageError


def rows(text: str) -> list[tuple[int, list[str]]]:
    return list(read_rows(text))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_table_is_read_in_the_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("nome;cidade\nJosé;São João\n".encode(encoding))
    assert rows(read_table(file)) == [(1, ["nome", "cidade"]), (2, ["José", "São João"])]


@pytest.mark.parametrize("begin", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_told_to_be_one(tmp_path: Path, begin: bytes) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(begin + b"\0" * 100)
    with pytest.raises(UsageError, match="é uma planilha, não um CSV: salve-a como CSV UTF-8"):
        read_table(file)


def test_what_is_no_text_at_all_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    # half of a character, in what its zeros say is UTF-16
    file.write_bytes(b"a\0\x00\xd8")
    with pytest.raises(UsageError, match="não é um texto em CSV"):
        read_table(file)


def test_a_table_has_at_most_so_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "FILE_LIMIT", 10)
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b\n1;2222")
    assert read_table(file) == "a;b\n1;2222"
    file.write_bytes(b"a;b\n1;22222")
    with pytest.raises(UsageError, match="passa de"):
        read_table(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Não consegui ler"):
        read_table(tmp_path / "nada.csv")


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a;b;c", ["a", "b", "c"]),
        ("a,b,c", ["a", "b", "c"]),
        ("a\tb\tc", ["a", "b", "c"]),
        ("a;b,c;d", ["a", "b,c", "d"]),
        ("a,b;c,d", ["a", "b;c", "d"]),
        # where nothing tells them apart it is what spreadsheets here write
        ("a;b,c", ["a", "b,c"]),
        ("só uma", ["só uma"]),
        ('"a;b";c', ["a;b", "c"]),
        ('"a ""b""";c', ['a "b"', "c"]),
        ("sep=|\na|b;c", ["a", "b;c"]),
        ('"sep=,";;\r\na,b;c', ["a", "b;c"]),
        ("SEP=\t\na\tb;c;d", ["a", "b;c;d"]),
    ],
)
def test_the_separator_is_found_in_the_first_line_or_said_by_it(text: str, cells: list[str]) -> None:
    assert [found for _, found in rows(text)] == [cells]


def test_the_first_line_that_holds_something_decides() -> None:
    assert rows("\r\n\na,b;c,d,e\n") == [(3, ["a", "b;c", "d", "e"])]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n\n", []),
        (";;\n ; \n", []),
        ("a;b\n\n;;\n \nc;d", [(1, ["a", "b"]), (5, ["c", "d"])]),
        ("sep=;\na;b\nc;d\n", [(2, ["a", "b"]), (3, ["c", "d"])]),
        # a cell over several lines ends on its last
        ('a;"1\n2\n3"\nb;4', [(3, ["a", "1\n2\n3"]), (4, ["b", "4"])]),
        ("a;b\r\nc;d\r\n", [(1, ["a", "b"]), (2, ["c", "d"])]),
        ("a;b;\nc\n", [(1, ["a", "b", ""]), (2, ["c"])]),
    ],
)
def test_each_row_that_holds_something_has_its_line(text: str, found: list[tuple[int, list[str]]]) -> None:
    assert rows(text) == found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"a;b\n{'x' * 200_000};c", 2),
        (f"sep=;\na;b\n{'x' * 200_000};c", 3),
        ("a;b\nc\rd;e\n", 2),
    ],
    ids=["long", "long behind a first line", "end of another system"],
)
def test_where_it_is_no_table_is_told_by_its_line(text: str, line: int) -> None:
    with pytest.raises(UsageError, match=f"Linha {line} não está em CSV"):
        rows(text)


def test_what_came_before_a_mistake_was_read() -> None:
    reading = read_rows("a;b\nc\rd;e\n")
    assert next(reading) == (1, ["a", "b"])
    with pytest.raises(UsageError):
        next(reading)
