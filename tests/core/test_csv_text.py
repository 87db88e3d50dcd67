"""CSV that a spreadsheet opens rightly, and in which nothing is run."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from core import csv_text

BRASILIA = timezone(timedelta(hours=-3))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "sim"),
        (False, "não"),
        (7, "7"),
        (-7, "-7"),
        (Decimal("-1234.50"), "-1234,50"),
        (Decimal("1E+3"), "1000"),
        (0.5, "0,5"),
        (datetime(2026, 10, 31, 23, 59, 58, tzinfo=BRASILIA), "31/10/2026 23:59:58"),
        (date(2026, 10, 1), "01/10/2026"),
        ("Padaria São João", "Padaria São João"),
        ("duas\r\nlinhas\tcom\x00lixo", "duas  linhas com lixo"),
        ("12.345.678/0001-95", "12.345.678/0001-95"),
    ],
)
def test_a_value_stands_in_its_cell_as_a_person_reads_it(value: Any, cell: str) -> None:
    assert csv_text.cell(value) == cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+55", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\xa0=1", "\u200b=1", "＝1", "＠x", "－x", "＋x"],
)
def test_a_text_that_would_run_is_shown_instead(text: str) -> None:
    shown = csv_text.cell(text)
    assert shown.startswith("'")
    assert shown[1:].strip() == "".join(one if one.isprintable() else " " for one in text).strip()


def test_a_file_begins_with_its_mark_and_keeps_separators_and_quotes() -> None:
    written = "".join(csv_text.lines(["nome", "valor"], [['a;b "c"', Decimal("1.00")], ["ção", datetime.now(UTC)]]))
    assert written.encode().startswith(b"\xef\xbb\xbfnome;valor\r\n")
    read = list(csv.reader(io.StringIO(written.removeprefix(csv_text.MARK)), delimiter=";"))
    assert read[1] == ['a;b "c"', "1,00"]
    assert read[2][0] == "ção"
