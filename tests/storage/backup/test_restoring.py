"""A backup comes back: whole or not at all, over nobody's open database, with what was owed."""

import hashlib
import io
import json
import random
import shutil
import sqlite3
import stat
import zipfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Configure, forget_process_state
from cryptography.fernet import Fernet
from support.deliveries import SECRET, change_delivery, deliveries, fire, only, webhook

from claims.holder import new_token
from core.clock import SYSTEM
from core.errors import Conflict, NotFound, PlatformError, Rejected
from events.delivery.drain import drain
from sandbox.receiver import ReceiverServer
from storage import crypto, migrate, session
from storage.backup import making, restoring
from storage.models.destinos import Destino
from storage.models.eventos import Estado
from storage.sequence import next_values
from storage.session import reading, transaction


def database_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def beside(path: Path) -> set[str]:
    return {one.name.removeprefix(path.name) for one in path.parent.glob(f"*{path.name}*")} - {""}


@pytest.fixture
def receiver(loopback: None) -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


@pytest.fixture
def made(sqlite: str, tmp_path: Path) -> Path:
    """A backup of a database with something owed; three more events came after it."""
    webhook("https://a.example/x")
    fire(2)
    path = making.make(tmp_path / "copias").path
    fire(3)
    session.dispose()
    return path


def test_the_database_is_as_it_was_and_the_one_of_before_is_kept(sqlite: str, made: Path) -> None:
    database = database_of(sqlite)
    done = restoring.restore(made)
    assert len(deliveries()) == 2
    assert done.aside is not None
    assert (done.sealed, done.keys_written, done.dropped) == (0, 0, ())
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    with closing(sqlite3.connect(done.aside)) as before:
        assert before.execute("SELECT count(*) FROM delivery").fetchone() == (5,)
    session.dispose()
    # the file aside is not written over within one second either
    assert restoring.restore(made).aside not in (None, done.aside)


def test_a_database_that_is_a_link_stays_on_its_disk(sqlite: str, made: Path, tmp_path: Path) -> None:
    database, there = database_of(sqlite), tmp_path / "disco" / "banco.db"
    there.parent.mkdir()
    shutil.move(database, there)
    database.symlink_to(there)
    done = restoring.restore(made)
    assert (database.is_symlink(), there.is_symlink(), len(deliveries())) == (True, False, 2)
    assert done.aside is not None
    assert (done.aside.parent, done.aside.is_symlink()) == (there.parent, False)
    with closing(sqlite3.connect(done.aside)) as before:
        assert before.execute("SELECT count(*) FROM delivery").fetchone() == (5,)


def test_what_a_killed_one_left_takes_no_room_from_the_next(
    sqlite: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = database_of(sqlite)
    left = database.with_name(f".{database.name}.{making.mark(database)}.parcial")
    left.write_bytes(b"x")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 0, 0 if left.exists() else 10**9))
    restoring.restore(made)
    assert not left.exists()


def test_nothing_of_the_old_database_is_played_over_the_new_one(sqlite: str, made: Path, tmp_path: Path) -> None:
    """A journal that a killed process left beside the file would be taken for the restored one's."""
    database = database_of(sqlite)
    with closing(sqlite3.connect(database, isolation_level=None)) as killed:
        killed.execute("INSERT INTO alembic_version VALUES ('0001')")
        kept = {end: database.with_name(database.name + end).read_bytes() for end in ("-wal", "-shm")}
    for end, content in kept.items():
        database.with_name(database.name + end).write_bytes(content)
    database.with_name(database.name + "-journal").write_bytes(b"")
    done = restoring.restore(made)
    assert done.aside is not None
    assert beside(database) == {done.aside.name.removeprefix(database.name)}
    with closing(sqlite3.connect(database)) as now:
        assert now.execute("SELECT version_num FROM alembic_version").fetchall() == [(migrate.HEAD,)]


@pytest.mark.parametrize("end", [Path.unlink, lambda database: database.write_bytes(b"ruina" * 5000)])
def test_what_stands_beside_a_missing_or_ruined_database_is_not_played_over_the_new_one(
    sqlite: str, made: Path, end: Callable[[Path], object]
) -> None:
    database = database_of(sqlite)
    with closing(sqlite3.connect(database, isolation_level=None)) as killed:
        killed.execute("INSERT INTO alembic_version VALUES ('0001')")
        kept = database.with_name(f"{database.name}-wal").read_bytes()
    end(database)
    database.with_name(f"{database.name}-wal").write_bytes(kept)
    done = restoring.restore(made)
    with closing(sqlite3.connect(database)) as now:
        assert now.execute("SELECT version_num FROM alembic_version").fetchall() == [(migrate.HEAD,)]
    if done.aside is not None:
        assert done.aside.with_name(f"{done.aside.name}-wal").read_bytes() == kept, "it may still be of use there"


def test_a_missing_or_ruined_database_is_no_obstacle(sqlite: str, made: Path) -> None:
    database = database_of(sqlite)
    database.write_bytes(b"ruina" * 5000)
    done = restoring.restore(made)
    assert done.aside is not None
    assert done.aside.read_bytes() == b"ruina" * 5000
    session.dispose()
    database.unlink()
    database.with_name(database.name + "-wal").write_bytes(b"resto")
    assert restoring.restore(made).aside is None
    assert len(deliveries()) == 2


def test_a_database_in_use_stays_as_it_is(sqlite: str, made: Path) -> None:
    with closing(sqlite3.connect(database_of(sqlite))) as worker:
        worker.execute("SELECT count(*) FROM delivery").fetchone()
        with pytest.raises(Conflict, match="em uso"):
            restoring.restore(made)
        assert worker.execute("SELECT count(*) FROM delivery").fetchone() == (5,)
    assert len(deliveries()) == 5
    assert not list(database_of(sqlite).parent.glob(".*parcial*"))


STRANGE = (
    "CREATE VIEW vista AS SELECT * FROM destino",
    'CREATE VIEW "a ""b""" AS SELECT 1 AS um',
    "CREATE TRIGGER vigia INSTEAD OF INSERT ON vista BEGIN SELECT 1; END",
    "CREATE TRIGGER espiao AFTER UPDATE ON destino BEGIN UPDATE destino SET url = 'https://ladrao.example'; END",
)


def test_what_would_run_by_itself_does_not_come_back(sqlite: str, tmp_path: Path) -> None:
    """A backup may be a stranger's, or have been in a stranger's hands; no version of Esteira makes any of these."""
    webhook("https://a.example/x", nome="loja")
    with closing(sqlite3.connect(database_of(sqlite), isolation_level=None)) as strange:
        for statement in STRANGE:
            strange.execute(statement)
    path = making.make(tmp_path / "copias").path
    session.dispose()
    done = restoring.restore(path)
    assert set(done.dropped) == {"gatilho espiao", "gatilho vigia", "visão vista", 'visão a "b"'}
    with closing(sqlite3.connect(database_of(sqlite), isolation_level=None)) as back:
        assert not back.execute("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')").fetchall()
        back.execute("UPDATE destino SET nome = 'outra'")
        assert back.execute("SELECT url FROM destino").fetchall() == [("https://a.example/x",)]
    assert not list(database_of(sqlite).parent.glob(".*parcial*"))


def give_a_name_that_is_no_text(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as crafted:
        crafted.execute("PRAGMA writable_schema=ON")
        crafted.execute("UPDATE sqlite_schema SET name = CAST(x'ff' AS TEXT) WHERE name = 'segredo'")


def test_a_name_that_is_no_text_is_a_damage_like_others(sqlite: str, made: Path, tmp_path: Path) -> None:
    database, crafted = database_of(sqlite), tmp_path / "outro.db"

    def craft(contents: dict[str, bytes]) -> None:
        crafted.write_bytes(contents["esteira.db"])
        give_a_name_that_is_no_text(crafted)
        raw = contents["esteira.db"] = crafted.read_bytes()
        manifest(sha256=hashlib.sha256(raw).hexdigest(), tamanho=len(raw))(contents)

    was, path = database.read_bytes(), tmp_path / "feito.zip"
    path.write_bytes(rewritten(made, craft))
    with pytest.raises(Rejected, match="danificado"):
        restoring.restore(path)
    assert database.read_bytes() == was
    # a damaged one that is here is refused as a source, and is no obstacle to what takes its place
    give_a_name_that_is_no_text(database)
    with pytest.raises(PlatformError):
        making.make(tmp_path / "copias")
    assert restoring.restore(made).aside is not None
    assert len(deliveries()) == 2


def test_a_newer_database_asks_for_a_newer_program(sqlite: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database_of(sqlite))) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    path = making.make(tmp_path / "copias").path
    with pytest.raises(Rejected, match=r"9999.*atualize o programa"):
        restoring.restore(path)


def test_one_of_an_earlier_version_comes_back_as_it_was(sqlite: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database_of(sqlite))) as older:
        older.execute("UPDATE alembic_version SET version_num = '0049'")
        older.execute("DROP TABLE segredo")
        older.commit()
    done = restoring.restore(making.make(tmp_path / "copias").path)
    assert done.manifest.migracao == "0049"
    with closing(sqlite3.connect(database_of(sqlite))) as back:
        assert back.execute("SELECT version_num FROM alembic_version").fetchone() == ("0049",)


def test_one_of_the_first_version_whose_events_had_no_numbers_comes_back_too(sqlite: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database_of(sqlite))) as older:
        older.execute("UPDATE alembic_version SET version_num = '0001'")
        older.execute("DROP TABLE sequencia")
        older.commit()
    assert restoring.restore(making.make(tmp_path / "copias").path).manifest.migracao == "0001"


def rewritten(path: Path, change: Callable[[dict[str, bytes]], object], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive with other contents, whose checksums are right."""
    with zipfile.ZipFile(path) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    change(contents)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", way) as new:
        for name, content in contents.items():
            new.writestr(name, content)
    return written.getvalue()


def manifest(**values: object) -> Callable[[dict[str, bytes]], object]:
    def change(contents: dict[str, bytes]) -> None:
        said = json.loads(contents["manifesto.json"]) | values
        contents["manifesto.json"] = json.dumps(said).encode()

    return change


def other_database(contents: dict[str, bytes]) -> None:
    raw = bytearray(contents["esteira.db"])
    raw[-100] ^= 1
    contents["esteira.db"] = bytes(raw)


WRONG: dict[str, Callable[[dict[str, bytes]], object]] = {
    "other database": other_database,
    "no manifest": lambda contents: contents.pop("manifesto.json"),
    "one more file": lambda contents: contents.update({"../../fora.txt": b"x"}),
    "no database": lambda contents: contents.pop("esteira.db"),
    "shorter database": lambda contents: contents.update({"esteira.db": contents["esteira.db"][:-1]}),
    "no JSON": lambda contents: contents.update({"manifesto.json": b"{"}),
    "deep JSON": lambda contents: contents.update({"manifesto.json": b"[" * 100_000}),
    "other rows": manifest(linhas={"delivery": 7}),
    "other version": manifest(migracao="0001"),
    "no version": manifest(migracao="abc"),
    "other sum": manifest(sha256="0" * 64),
    "other size": manifest(tamanho=1),
    "huge size": manifest(tamanho=10**30),
    "newer format": manifest(formato=99),
}
KEYS_THAT_ARE_NONE = {
    "keys that are none": lambda contents: contents.update({"chaves": b"nao-e-uma-chave\n"}),
    "keys that are no text": lambda contents: contents.update({"chaves": b"\xff\xfe"}),
}
WRONG |= KEYS_THAT_ARE_NONE
NO_ZIP = b"isto nao e um backup"
# What only a look into the database itself, or into the keys, shows.
SHOWN_BY_THE_DATABASE = {"other rows", "other version"}


def refuses(take: Callable[[Path], object], path: Path) -> bool:
    """Tell whether a file is refused as a backup; any other fault is a mistake of ours."""
    try:
        take(path)
    except Rejected:
        return True
    return False


def test_what_is_truncated_altered_or_no_backup_changes_nothing(sqlite: str, made: Path, tmp_path: Path) -> None:
    whole, database = made.read_bytes(), database_of(sqlite)
    was, draw = database.read_bytes(), random.Random(1)
    wrong = {name: rewritten(made, change) for name, change in WRONG.items()}
    # a few bytes of these become gigabytes in one step
    wrong |= {f"way {way}": rewritten(made, lambda _: None, way) for way in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)}
    wrong |= {f"cut at {end}": whole[:end] for end in (0, 1, 30, len(whole) // 2, len(whole) - 1, len(whole) - 30)}
    wrong |= {"text": NO_ZIP, "database": was}
    for number in range(60):
        flipped = bytearray(whole)
        flipped[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        wrong[f"flipped {number}"] = bytes(flipped)
    path = tmp_path / "errado.zip"
    taken = []
    for name, content in wrong.items():
        path.write_bytes(content)
        if not refuses(restoring.look, path):
            taken.append(name)
        if name in SHOWN_BY_THE_DATABASE or name not in taken:
            assert refuses(restoring.restore, path), name
        assert database.read_bytes() == was, name
    assert {name for name in taken if not name.startswith("flipped")} == SHOWN_BY_THE_DATABASE
    # a bit of a date, or of a name of the machine it was made on
    assert len(taken) < 30
    assert not list(tmp_path.rglob("fora.txt"))


@pytest.mark.parametrize(
    ("content", "said"), [(NO_ZIP, "não é um ZIP inteiro"), (b"", "não é um ZIP inteiro")], ids=["text", "nothing"]
)
def test_a_file_that_is_no_backup_is_told_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "LEIAME.md"
    path.write_bytes(content)
    with pytest.raises(Rejected) as refused:
        restoring.look(path)
    assert str(refused.value).endswith(f"ou não é um backup da Esteira: {said}.")


def test_what_is_not_there_is_told(sqlite: str, tmp_path: Path) -> None:
    for path in (tmp_path / "nada.zip", tmp_path):
        with pytest.raises(NotFound, match=str(path)):
            restoring.restore(path)


def test_what_was_held_and_what_was_sent_since_goes_out_with_the_same_ids(
    sqlite: str, receiver: ReceiverServer, tmp_path: Path
) -> None:
    destino = webhook(f"{receiver.url}/x")
    sent = fire()
    # a worker that was sending it in the moment of the backup, and is no more
    change_delivery(only().id, estado=Estado.ENVIANDO, lease_token=new_token(), due_at=SYSTEM.now())
    owed = fire()
    path = making.make(tmp_path / "copias").path
    drain(destino)
    first = [request.webhook_id for request in receiver.requests]
    session.dispose()
    restoring.restore(path)
    forget_process_state()
    assert [one.estado for one in deliveries()] != [Estado.ENTREGUE] * 2
    drain(destino)
    assert [one.estado for one in deliveries()] == [Estado.ENTREGUE] * 2
    assert set(first) <= {request.webhook_id for request in receiver.requests} == {*sent, *owed}


def test_what_happens_after_it_is_newer_to_whoever_saw_what_happened_before(sqlite: str, tmp_path: Path) -> None:
    assert count("loja-1") == 1
    path = making.make(tmp_path / "copias").path
    seen = {name: [count(name) for _ in range(3)][-1] for name in ("loja-1", "loja-2")}
    session.dispose()
    restoring.restore(path)
    assert all(count(name) > last for name, last in seen.items())


def count(entidade: str) -> int:
    with transaction() as db:
        return next_values(db, {entidade: 1})[entidade]


def test_on_another_machine_the_keys_of_the_backup_go_behind_its_own(
    sqlite: str, configure: Configure, tmp_path: Path
) -> None:
    configure(core__keys="[]")
    webhook("https://a.example/x")
    there = crypto.stored_keys()
    without = making.make(tmp_path / "sem").path
    within = making.make(tmp_path / "com", with_keys=True).path
    session.dispose()
    here = Fernet.generate_key().decode()
    crypto.key_path().write_text(f"{here}\n")
    forget_process_state()
    assert restoring.restore(without).sealed == 1
    assert crypto.stored_keys() == [here]
    done = restoring.restore(within)
    assert (done.sealed, done.keys_written) == (0, 1)
    assert crypto.stored_keys() == [here, *there]
    assert stat.S_IMODE(crypto.key_path().stat().st_mode) == 0o600
    forget_process_state()
    with reading() as db:
        assert db.query(Destino).one().secret_key == SECRET
