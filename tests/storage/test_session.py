"""The two ways to use the database, the engine of a process, and addresses that are none."""

import os
import stat
import threading
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import text
from support.ports import soon

from core.clock import SYSTEM
from core.errors import Misconfigured, Transient
from storage import session
from storage.models.limites import Marca
from storage.session import reading, transaction


def mark(nome: str) -> None:
    with transaction() as db:
        db.add(Marca(nome=nome, instante=SYSTEM.now()))


def marks() -> list[str]:
    with reading() as db:
        return [row.nome for row in db.query(Marca).order_by(Marca.nome)]


def test_what_was_written_is_there_and_what_failed_is_not(banco: str) -> None:
    mark("a")
    with pytest.raises(RuntimeError), transaction() as db:
        db.add(Marca(nome="b", instante=SYSTEM.now()))
        db.flush()
        raise RuntimeError
    assert marks() == ["a"]


def test_rows_may_be_looked_at_after_the_transaction(banco: str) -> None:
    mark("a")
    with reading() as db:
        row = db.get_one(Marca, "a")
    assert row.nome == "a"


def test_who_reads_does_not_wait_for_who_writes(sqlite: str) -> None:
    mark("a")
    with transaction() as db:
        db.add(Marca(nome="b", instante=SYSTEM.now()))
        db.flush()
        found: list[list[str]] = []
        reader = threading.Thread(target=lambda: found.append(marks()))
        reader.start()
        reader.join(60)
    assert found == [["a"]]


def test_who_writes_waits_for_who_wrote_before(sqlite: str) -> None:
    later = threading.Thread(target=mark, args=("b",))
    with transaction() as db:
        db.add(Marca(nome="a", instante=SYSTEM.now()))
        db.flush()
        later.start()
        later.join(0.1)
        assert later.is_alive()
    later.join(60)
    assert marks() == ["a", "b"]
    with transaction() as db:
        assert db.scalar(text("PRAGMA busy_timeout")) == session.BUSY_SECONDS * 1000


def test_a_lock_that_stays_is_transient_and_the_next_writer_is_well(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.05)
    with transaction() as db:
        db.add(Marca(nome="a", instante=SYSTEM.now()))
        db.flush()
        with pytest.raises(Transient):
            mark("b")
    mark("c")
    assert marks() == ["a", "c"]


def test_who_has_little_patience_waits_no_longer_for_a_lock_and_the_next_as_long_as_ever(sqlite: str) -> None:
    with transaction() as db, soon():
        db.add(Marca(nome="a", instante=SYSTEM.now()))
        db.flush()
        with pytest.raises(Transient), transaction(patience=0.05) as other:
            other.execute(text("SELECT 1"))
    with transaction(patience=0.05) as db:
        db.add(Marca(nome="b", instante=SYSTEM.now()))
        assert db.scalar(text("PRAGMA busy_timeout")) == session.BUSY_SECONDS * 1000
    assert marks() == ["a", "b"]


def test_a_process_has_one_engine_and_a_fork_another(banco: str) -> None:
    assert session.engine() is session.engine()
    mark("a")
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        try:
            mine = session._engine
            seen = marks()
            os.write(write, b"ok" if mine is not None and session._engine is not mine and seen == ["a"] else b"no")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    assert os.read(read, 10) == b"ok"
    os.close(read)


def test_after_dispose_the_next_use_makes_another(banco: str) -> None:
    first = session.engine()
    session.dispose()
    assert session.engine() is not first


@pytest.mark.parametrize(
    "url", ["", "nada", "mysql://servidor/banco", "sqlite+nada:///x", "postgresql+nada://s/b", "://"]
)
def test_an_address_that_is_none_is_told_by_its_key(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"core\.database_url"):
        session.connect_engine(url)


def test_nobody_else_may_read_a_database_that_was_made(sqlite: str) -> None:
    with transaction() as db:
        db.add(Marca(nome="a", instante=SYSTEM.now()))
        db.flush()
        files = list(Path(str(session.engine().url.database)).parent.glob("*.db*"))
    assert len(files) > 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_text("")
    with pytest.raises(Misconfigured, match=r"não é uma pasta|já existe"):
        session.connect_engine(f"sqlite:///{tmp_path}/arquivo/esteira.db")


def test_a_database_of_another_version_is_refused(configure: Configure, tmp_path: Path) -> None:
    configure(core__database_url=f"sqlite:///{tmp_path}/antigo.db")
    engine = session.connect_engine(f"sqlite:///{tmp_path}/antigo.db")
    with engine.begin() as own:
        own.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        own.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    engine.dispose()
    with pytest.raises(Misconfigured, match="versão anterior"):
        session.engine()
