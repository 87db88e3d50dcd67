"""A file of variables says here what it says to systemd, which gives it to the service."""

from pathlib import Path

import pytest

from core.errors import Misconfigured
from core.settings import dotenv


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=1", "1"),
        ("A = 1 2 \t\n", "1 2"),
        ("A=", ""),
        ("  A=1\r\n", "1"),
        ("B=0\nA=1", "1"),
        ('A=["10.0.0.0/8", "::1/128"]', '["10.0.0.0/8", "::1/128"]'),
        ("A='[\"x\"]'", '["x"]'),
        ('A="a \\"b\\" \\$c \\n d"', 'a "b" $c \\n d'),
        ("A=senha#com$tudo", "senha#com$tudo"),
        ("A=1 # não é comentário", "1 # não é comentário"),
        ("A=um\\\n dois", "um dois"),
        ("A=C:\\\\esteira", "C:\\esteira"),
        ("A='um\ndois'\nB=1", "um\ndois"),
        ("A='um'\"dois\" três", "umdoistrês"),
        ("A=um'dois'", "um'dois'"),
        ("A=1\nA=2", "2"),
        ("# A=0\n; A=0\n\nA=1", "1"),
        ("sem nada\nA=1", "1"),
    ],
)
def test_a_value_is_what_systemd_takes_it_for(text: str, value: str) -> None:
    assert dotenv.parsed(text)["A"] == value


@pytest.mark.parametrize("text", ["", "# A=1", "export A=1", "A", "=1", "A'=1\n"])
def test_what_is_no_variable_is_passed_over(text: str) -> None:
    assert "A" not in dotenv.parsed(text)


def test_only_names_with_the_prefix_are_taken_in_either_case(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes("\ufeffESTEIRA_A=é\nOUTRA=2\nesteira_b=3\n".encode())
    assert dotenv.read(path, "ESTEIRA_") == {"ESTEIRA_A": "é", "esteira_b": "3"}


def test_where_there_is_no_file_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "pasta").mkdir()
    assert [dotenv.read(tmp_path / name, "ESTEIRA_") for name in ("nada", "pasta")] == [{}, {}]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"ESTEIRA_A=\xff\xfe")
    with pytest.raises(Misconfigured, match=r"\.env não é um texto"):
        dotenv.read(path, "ESTEIRA_")
