"""Files that only their owner may read, whoever writes them."""

import stat
from pathlib import Path

from support.accounts import give_away, only_root, roots

from workers.private import private_folder, write_private


def test_a_private_file_is_written_anew_in_one_step(tmp_path: Path) -> None:
    path = private_folder(tmp_path / "dados" / "redis") / "senha"
    for text in ("uma", "outra"):
        write_private(path, text)
        assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == (text, 0o600)
    assert [one.name for one in path.parent.iterdir()] == ["senha"]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@only_root
def test_what_root_writes_in_the_folder_of_an_account_is_that_accounts(tmp_path: Path) -> None:
    (tmp_path / "deles").mkdir()
    give_away(tmp_path / "deles")
    write_private(private_folder(tmp_path / "deles" / "dados" / "redis") / "senha", "uma")
    assert roots((tmp_path / "deles").rglob("*")) == set()
