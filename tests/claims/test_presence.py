"""Containers that share a folder: which of them have ended, and what becomes of what they held."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Configure
from support.ports import wait_until

from claims import holder, presence

ROOT = Path(__file__).parents[2]
# A container is a host name of its own; the process says its token once it holds its lock, and waits.
PROGRAM = """
import os, pathlib, socket, sys
socket.gethostname = lambda: sys.argv[1]
from claims import holder
holder.TABLE = pathlib.Path(sys.argv[2])
print(holder.new_token(), flush=True)
if len(sys.argv) > 3 and os.fork():
    os._exit(0)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, configure: Configure) -> Iterator[Path]:
    made = tmp_path / "presenca"
    made.mkdir()
    configure(container__presence_dir=str(made))
    yield made
    for file in presence._held.values():
        os.close(file)
    presence._held.clear()


@contextmanager
def container(name: str, *more: str, table: Path = holder.TABLE) -> Iterator[str]:
    """Run a process of a container of that name; give the token that it holds something by. Its end is a kill."""
    command = [sys.executable, "-c", PROGRAM, name, str(table), *more]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def test_what_a_removed_container_held_is_known_to_be_nobodys(folder: Path) -> None:
    with container("c1") as token:
        assert token.startswith("c1|")
        assert not holder.is_dead(token)
        assert presence.ended() == []
    assert holder.is_dead(token)
    assert presence.ended() == [f"c1@{holder.machine()}"]
    assert holder.hosts() == {holder.host(), "c1"}


def test_a_container_lives_as_long_as_any_of_its_processes(folder: Path) -> None:
    with container("c1", "fork") as token:
        # its first process has ended by itself; the one it forked has the lock still
        assert not holder.is_dead(token)
    wait_until(lambda: holder.is_dead(token))


def test_two_containers_of_one_name_do_not_take_each_other_for_dead(folder: Path, tmp_path: Path) -> None:
    tables = [tmp_path / "tabela-1", tmp_path / "tabela-2"]
    for number, table in enumerate(tables):
        table.symlink_to(f"pid:[402653250{number}]")
    # this process is of the same name too, and of neither table
    name = holder.host()
    with container(name, table=tables[1]) as other:
        with container(name, table=tables[0]) as token:
            assert [holder.is_dead(one) for one in (token, other)] == [False, False]
        assert [holder.is_dead(one) for one in (token, other)] == [True, False]


def test_without_a_folder_the_clock_alone_tells_of_another_container_of_this_name(tmp_path: Path) -> None:
    table = tmp_path / "tabela"
    table.symlink_to("pid:[4026532500]")
    with container(holder.host(), table=table) as token:
        pass
    assert not holder.is_dead(token)


def test_of_another_kernel_and_of_an_unknown_name_nothing_is_told(folder: Path) -> None:
    (folder / "longe@").write_text("another start of another kernel")
    for name in ("perto@", "perto@0123abcd", "perto"):
        (folder / name).write_bytes(presence.BOOT.read_bytes())
    told = {"perto@": True, "perto@0123abcd": True}
    nothing = ("longe@", "nunca@", "perto", "../presenca/perto@", "@", "")
    for name, ended in {**told, **dict.fromkeys(nothing, False)}.items():
        assert presence.gone(name) is ended, name


def test_this_container_holds_its_own_once_and_clears_away_what_is_long_gone(folder: Path) -> None:
    old, new = folder / "velho", folder / "novo"
    for path in (old, new):
        path.write_bytes(presence.BOOT.read_bytes())
    os.utime(old, (0, 0))
    with container("antigo") as token:
        living = f"antigo@{holder.machine()}"
        os.utime(folder / living, (0, 0))
        holder.new_token()
        assert not holder.is_dead(token)
        assert (folder / living).exists()
    (folder / living).unlink()
    held = dict(presence._held)
    holder.new_token()
    assert presence._held == held
    ours = f"{holder.host()}@{holder.machine()}"
    assert sorted(path.name for path in folder.iterdir()) == sorted([ours, "novo"])
    assert not presence.gone(ours)


def test_what_else_is_in_the_folder_is_waited_for_by_nobody_and_stays(folder: Path, tmp_path: Path) -> None:
    boot = presence.BOOT.read_bytes()
    os.mkfifo(folder / "cano@")
    (folder / "pasta@").mkdir()
    (tmp_path / "longe").write_bytes(boot)
    (folder / "elo@").symlink_to(tmp_path / "longe")
    (folder / "muito@").write_bytes(boot * 100)
    (folder / "esteira.db").write_bytes(b"SQLite format 3")
    (folder / "sem-nome").write_bytes(boot)
    there = sorted(path.name for path in folder.iterdir())
    for name in there:
        os.utime(folder / name, (0, 0))
    assert (presence.ended(), holder.hosts()) == ([], {holder.host()})
    holder.new_token()
    there.remove("sem-nome")
    assert sorted(path.name for path in folder.iterdir() if path.name != holder._here()) == there


def test_a_link_in_the_place_of_its_own_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "chave").write_text("segredo")
    (folder / holder._here()).symlink_to(tmp_path / "chave")
    assert holder.new_token()
    assert (tmp_path / "chave").read_text() == "segredo"


def test_without_a_folder_or_with_one_that_is_away_a_lease_is_waited_for(
    configure: Configure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (presence.gone("c1@"), presence.ended()) == (False, [])
    configure(container__presence_dir=str(tmp_path / "nao-ha"))
    assert holder.new_token()
    assert (presence.gone("c1@"), presence.ended()) == (False, [])
    assert "cannot show that this container lives" in capsys.readouterr().err
