"""A file that may ask for any work is opened in a process that ends in time, or is ended."""

from pathlib import Path

import pytest
from support.pfx import SENHA, bags, in_one_part, whole
from support.sefaz import EMPRESA

from core import pkcs12_apart
from core.pkcs12_apart import opens_in_time
from sandbox.sefaz import Autoridade


@pytest.mark.parametrize("senha", [SENHA, "errada"])
def test_an_honest_file_takes_no_time_whether_or_not_it_opens(tmp_path: Path, senha: str) -> None:
    assert opens_in_time(Autoridade(tmp_path).cliente(EMPRESA).pfx, senha)


def test_what_is_no_such_file_takes_no_time() -> None:
    assert opens_in_time(b"nada", SENHA)


def test_who_answers_too_late_by_the_clock_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs12_apart, "PATIENCE_SECONDS", 0.001)
    assert not opens_in_time(b"nada", SENHA)


@pytest.mark.slow
def test_who_works_longer_than_any_honest_file_asks_for_is_ended() -> None:
    assert not opens_in_time(whole(in_one_part(bags(2**31 - 1))), SENHA)
