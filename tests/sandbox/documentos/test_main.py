"""`python -m sandbox.documentos`, as it is typed."""

from pathlib import Path

import pytest

from sandbox.documentos.__main__ import amostras, main


def test_a_folder_is_made_with_the_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path / "a" / "b")])
    assert {one.name for one in (tmp_path / "a" / "b").iterdir()} == set(amostras())
    assert len(capsys.readouterr().out.splitlines()) == len(amostras())


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["--nada"], 2), ([], 2), (["a", "b"], 2)])
def test_an_option_is_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert (ended.value.code, list(tmp_path.iterdir())) == (code, [])
    assert "PASTA" in "".join(capsys.readouterr()).upper()
