"""What is derived from declarations stands in the files as `make docs` writes it."""

from pathlib import Path

import pytest

from docs.generate.blocks import replaced, table
from docs.generate.files import generated

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", generated())
def test_a_generated_text_is_the_one_that_stands_there(path: str) -> None:
    assert (ROOT / path).read_text() == generated()[path], f"{path} não é o que as declarações dizem: rode `make docs`"


def test_only_what_stands_between_the_marks_is_written() -> None:
    text = "before\n  # <x> said by whom\nold\n  # </x>\nafter\n"
    assert replaced(text, "x", "new\nlines\n", "hash") == "before\n  # <x> said by whom\nnew\nlines\n  # </x>\nafter\n"


@pytest.mark.parametrize("text", ["", "<!-- x -->\n", "<!-- x -->\n<!-- /x -->\n<!-- x -->\n<!-- /x -->\n"])
def test_marks_that_are_missing_or_doubled_are_told(text: str) -> None:
    with pytest.raises(ValueError, match="'x'"):
        replaced(text, "x", "new")


def test_a_bar_in_a_cell_stays_one_cell() -> None:
    assert table(["a"], [["x|y"]]).splitlines()[-1] == "| x\\|y |"
