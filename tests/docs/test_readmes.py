"""The README in Portuguese has people type the same as the one in English."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, PORTUGUESE = ((ROOT / name).read_text() for name in ("README.md", "README.pt-BR.md"))
TYPED = re.compile(r"(?ms)^```(sh|toml|python)\n(.*?)^```")


def without_comments(code: str) -> list[str]:
    """Return the lines of a block as a machine reads them."""
    lines = (re.sub(r"(?:^|\s{2,})#.*$", "", line).rstrip() for line in code.splitlines())
    return [line for line in lines if line]


def blocks(text: str) -> list[tuple[str, list[str]]]:
    return [(found[1], without_comments(found[2])) for found in TYPED.finditer(text)]


def test_both_have_the_same_commands_settings_and_code() -> None:
    assert len(blocks(ENGLISH)) > 10
    assert blocks(PORTUGUESE) == blocks(ENGLISH)


def test_each_leads_to_the_other() -> None:
    assert "(README.pt-BR.md)" in ENGLISH
    assert "(README.md)" in PORTUGUESE


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("make run     # starts\n", ["make run"]),
        ("# a comment\nx = 1\n\n", ["x = 1"]),
        ("echo 'a#b' --aviso '#1'\n", ["echo 'a#b' --aviso '#1'"]),
    ],
)
def test_only_comments_are_left_out(code: str, left: list[str]) -> None:
    assert without_comments(code) == left
