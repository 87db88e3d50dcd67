"""Backups of a SQLite database: whole, private, proven, made beside those who write."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from collections import namedtuple
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import fire, webhook
from support.ports import wait_until

from core.clock import SYSTEM, FixedClock
from core.errors import Conflict, Misconfigured, PlatformError, Rejected, Transient, UsageError
from core.settings.core import CoreSettings
from storage import crypto, migrate, session
from storage.backup import archive, making, snapshot

PAIRS = "CREATE TABLE a (n INTEGER); CREATE TABLE b (n INTEGER);"


def database_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def unpacked(path: Path, into: Path) -> Path:
    with zipfile.ZipFile(path) as made:
        return Path(made.extract(archive.DATABASE, into))


def test_a_backup_says_what_is_in_it_and_is_for_its_owner_only(sqlite: str, tmp_path: Path) -> None:
    webhook("https://a.example/x")
    fire(3)
    made = making.make(tmp_path / "copias")
    assert made.path.parent == tmp_path / "copias"
    assert (mode(made.path), mode(made.path.parent)) == (0o600, 0o700)
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]
    said = made.manifest
    assert (said.migracao, said.linhas["delivery"], said.linhas["destino"]) == (migrate.HEAD, 3, 1)
    assert said.chaves == (crypto.name_of(crypto.stored_keys()[0]),)
    with zipfile.ZipFile(made.path) as whole:
        assert sorted(whole.namelist()) == ["esteira.db", "manifesto.json"]
        told = json.loads(whole.read("manifesto.json"))
    assert not any(key in json.dumps(told) for key in crypto.stored_keys())
    with closing(sqlite3.connect(unpacked(made.path, tmp_path))) as copied:
        # what is still in the journal beside the file is in it
        assert copied.execute("SELECT count(*) FROM delivery").fetchone() == (3,)


def test_without_a_name_it_is_made_in_the_data_folder(sqlite: str) -> None:
    assert making.make().path.parent == (CoreSettings.current().data_dir / "backups").absolute()


def test_the_keys_are_in_it_only_when_asked_for(sqlite: str, tmp_path: Path) -> None:
    with archive.opened(making.make(tmp_path / "sem").path) as found:
        assert (found.has_keys, found.keys()) == (False, [])
    with archive.opened(making.make(tmp_path / "com", with_keys=True).path) as found:
        assert found.keys() == crypto.stored_keys()


def test_writers_that_never_rest_neither_end_it_nor_are_torn_apart(configure: Configure, tmp_path: Path) -> None:
    """A copy in many steps begins anew after each write of another process, and beside a busy one never ends."""
    path = tmp_path / "banco" / "esteira.db"
    path.parent.mkdir()
    configure(core__database_url=f"sqlite:///{path}")
    session.engine()
    with closing(sqlite3.connect(path)) as filled:
        filled.executescript(PAIRS)
        filled.execute("CREATE TABLE peso AS WITH RECURSIVE x(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x LIMIT 4000)"
                       " SELECT randomblob(2000) AS dado FROM x")  # fmt: skip
        filled.commit()
    over, written = threading.Event(), [0]

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as writer:
            while not over.is_set():
                written[0] += 1
                writer.executescript(f"BEGIN IMMEDIATE; INSERT INTO a VALUES ({written[0]});"
                                     f"INSERT INTO b VALUES ({written[0]}); COMMIT;")  # fmt: skip

    thread = threading.Thread(target=write)
    thread.start()
    try:
        wait_until(lambda: written[0] > 5)
        made = making.make(tmp_path / "copias")
        begun = written[0]
        wait_until(lambda: written[0] > begun + 5)
    finally:
        over.set()
        thread.join()
    assert 5 <= made.manifest.linhas["a"] == made.manifest.linhas["b"] <= begun


def test_a_damaged_database_makes_no_backup(sqlite: str, tmp_path: Path) -> None:
    fire(200)
    session.dispose()
    database = database_of(sqlite)
    with closing(sqlite3.connect(database)) as closing_it:
        closing_it.execute("PRAGMA journal_mode=DELETE")
    raw = bytearray(database.read_bytes())
    raw[-40_960:-20_480] = os.urandom(20_480)
    database.write_bytes(raw)
    with pytest.raises(Rejected, match="danificado"):
        making.make(tmp_path / "copias")
    assert list((tmp_path / "copias").iterdir()) == []


def test_what_is_no_database_is_told(sqlite: str, tmp_path: Path) -> None:
    database_of(sqlite).write_bytes(b"isto nao e um banco" * 1000)
    with pytest.raises(PlatformError, match="não é um banco SQLite"):
        making.make(tmp_path / "copias")
    database_of(sqlite).unlink()
    with pytest.raises(UsageError, match="Não há banco"):
        making.make(tmp_path / "copias")


def test_a_disk_without_room_is_seen_before_anything_is_written(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 5, 1_000_000))
    with pytest.raises(Transient, match=r"Falta espaço em .*copias.* há 1,0 MB livres"):
        making.make(tmp_path / "copias")
    assert list((tmp_path / "copias").iterdir()) == []


FULL = """
import resource, signal
from pathlib import Path
from storage.backup import making
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    making.make(Path("copias"))
except Exception as fault:
    print(type(fault).__name__, fault)
"""


def test_a_disk_that_fills_up_in_the_middle_leaves_nothing(sqlite: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout.startswith("Transient "), done
    assert list((tmp_path / "copias").iterdir()) == []


KILLED = """
import os, signal
from pathlib import Path
from storage.backup import archive, making
archive.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
making.make(Path("copias"))
"""


def test_what_a_killed_one_left_is_no_backup_and_is_gone_after_the_next(sqlite: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], check=False, cwd=tmp_path)
    assert done.returncode == -9
    folder = tmp_path / "copias"
    left = [path.name for path in folder.iterdir()]
    assert left
    assert not any(name.endswith(".zip") for name in left)
    other = folder / ".esteira-20260101T000000Z.zip.0123abcd.parcial"
    other.touch()
    made = making.make(folder)
    # what another database is writing there is not ours
    assert {path.name for path in folder.iterdir()} == {made.path.name, other.name}


def test_what_a_killed_one_left_takes_no_room_from_the_next(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copias"
    subprocess.run([sys.executable, "-c", KILLED], check=False, cwd=tmp_path)
    usage = namedtuple("usage", "total used free")

    def filled(_: Path) -> usage:
        used = sum(path.stat().st_size for path in folder.iterdir())
        return usage(10**9, used, 0 if used else 10**9)

    monkeypatch.setattr(shutil, "disk_usage", filled)
    assert [making.make(folder).path] == list(folder.iterdir())


def test_the_oldest_go_and_what_is_not_of_this_database_stays(
    sqlite: str, configure: Configure, tmp_path: Path, sqlite_model: Path
) -> None:
    folder, clock = tmp_path / "copias", FixedClock(SYSTEM.now())
    folder.mkdir()
    (folder / "esteira-20200101T000000Z.zip").write_text("não é um backup")
    (folder / "leia-me.zip").touch()
    shutil.copy(sqlite_model, tmp_path / "outra.db")
    configure(core__database_url=f"sqlite:///{tmp_path}/outra.db")
    others = making.make(folder, clock=clock).path
    before_migration = making.make(folder, why="-antes-da-0050", clock=clock).path
    configure(core__database_url=sqlite)
    made = []
    for _ in range(4):
        clock.advance(86_400)
        made.append(making.make(folder, keep=2, clock=clock).path)
    kept = {path.name for path in folder.iterdir()}
    assert kept == {
        *("esteira-20200101T000000Z.zip", "leia-me.zip"),
        *(path.name for path in (others, before_migration, *made[-2:])),
    }


def test_two_in_one_second_have_two_names(sqlite: str, tmp_path: Path) -> None:
    clock = FixedClock(SYSTEM.now() - timedelta(days=1))
    first, second = (making.make(tmp_path / "copias", clock=clock).path for _ in range(2))
    assert [first.name, second.name] == [f"esteira-{clock.now():%Y%m%dT%H%M%SZ}{one}.zip" for one in ("", "-2")]


def test_a_name_is_taken_as_it_is_and_never_written_over(sqlite: str, tmp_path: Path) -> None:
    wanted = tmp_path / "hoje.zip"
    assert making.make(wanted).path == wanted
    was = wanted.read_bytes()
    with pytest.raises(Conflict, match="já existe"):
        making.make(wanted)
    with pytest.raises(UsageError, match="pasta"):
        making.make(tmp_path / "outro.zip", keep=3)
    assert wanted.read_bytes() == was


def test_a_folder_that_cannot_be_is_told(sqlite: str, tmp_path: Path) -> None:
    (tmp_path / "arquivo").touch()
    with pytest.raises(UsageError, match="arquivo"):
        making.make(tmp_path / "arquivo" / "copias")


@pytest.mark.parametrize("name", ["copias/hoje.zip", "copias/de/hoje"])
def test_a_disk_that_is_not_mounted_is_told_and_nothing_is_made_in_its_place(
    sqlite: str, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match=r"copias.* não existe: crie-a, ou monte o disco"):
        making.make(tmp_path / name)
    assert not (tmp_path / "copias").exists()


def test_a_second_one_at_once_is_refused(sqlite: str, tmp_path: Path) -> None:
    with making.alone(), pytest.raises(Conflict, match="em andamento"):
        making.make(tmp_path / "copias")


def test_a_lock_that_is_not_ours_to_open_is_a_sentence(sqlite: str, tmp_path: Path) -> None:
    (CoreSettings.current().data_dir / making.LOCK_FILE).mkdir(parents=True)
    with pytest.raises(Misconfigured, match=r"backup\.lock: .* conta que roda a Esteira"):
        making.make(tmp_path / "copias")


def test_a_server_is_none_of_its_business(configure: Configure) -> None:
    configure(core__database_url="postgresql://u@127.0.0.1/x")
    with pytest.raises(UsageError, match="pg_dump"):
        making.make()


def test_a_database_that_somebody_keeps_to_himself_is_not_waited_for_for_ever(
    sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.backup.snapshot.BUSY_SECONDS", 0.2)
    session.dispose()
    with closing(sqlite3.connect(database_of(sqlite), isolation_level=None)) as owner:
        owner.execute("PRAGMA locking_mode=EXCLUSIVE")
        owner.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Transient, match="ocupado"):
            snapshot.copy(database_of(sqlite), tmp_path / "copia.db")
