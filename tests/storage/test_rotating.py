"""Keys are changed while everybody works: nothing is lost, nothing is told to be removable that is still needed."""

import signal
import subprocess
import sys

import pytest
from conftest import KEY, Configure, forget_process_state
from cryptography.fernet import Fernet
from sqlalchemy import text, update
from support.deliveries import SECRET, webhook
from support.ports import wait_until

from core.clock import SYSTEM
from storage import crypto, rotating, segredos, session
from storage.crypto import KeyRing, name_of
from storage.models.destinos import Destino
from storage.session import engine, reading, transaction
from storage.types import Encrypted, EncryptedBytes

NEW = Fernet.generate_key().decode()
OTHER = Fernet.generate_key().decode()


def with_keys(configure: Configure, *keys: str) -> None:
    configure(core__keys="[" + ",".join(f'"{key}"' for key in keys) + "]")


def hooks(amount: int) -> None:
    now = SYSTEM.now()
    fields = {"timeout": 15.0, "retry_count": 11, "due_at": now, "data_criacao": now, "data_atualizacao": now}
    with transaction() as db:
        db.add_all(
            Destino(tipo="webhook", nome=f"d{n}", url="https://a.example/", secret_key=f"{SECRET}{n}", **fields)
            for n in range(amount)
        )


def test_everything_is_sealed_with_the_first_key_and_the_old_one_is_needed_no_more(
    banco: str, configure: Configure
) -> None:
    hooks(250)
    marked = crypto.ring().fingerprint("abc")
    with_keys(configure, NEW, KEY)
    assert rotating.held().by_key == {name_of(KEY): 250}
    done = rotating.rotate()
    assert (done.changed, done.held.by_key, done.held.unreadable) == (250, {name_of(NEW): 251}, {})
    assert rotating.rotate().changed == 0
    with_keys(configure, NEW)
    with reading() as db:
        assert {one.secret_key for one in db.query(Destino)} == {f"{SECRET}{n}" for n in range(250)}
    # a person who was forgotten, a box's settings, what was sent: all are known by a mark
    assert crypto.ring().fingerprint("abc") == marked


def test_marks_stay_over_a_second_change_of_keys(sqlite: str, configure: Configure) -> None:
    marked, link = crypto.ring().fingerprint("abc"), crypto.ring().lasting.encrypt("abc")
    for keys in ([NEW, KEY], [OTHER, NEW]):
        with_keys(configure, *keys)
        rotating.rotate()
    with_keys(configure, OTHER)
    assert crypto.ring().fingerprint("abc") == marked
    assert crypto.ring().lasting.decrypt(link) == "abc"
    assert rotating.held().by_key == {name_of(OTHER): 1}


def test_marks_that_were_kept_before_are_not_those_of_a_key_that_comes_behind(banco: str, configure: Configure) -> None:
    marked = crypto.ring().fingerprint("abc")
    rotating.keep_marks()
    for keys in ([KEY, NEW], [NEW, KEY], [NEW]):
        with_keys(configure, *keys)
        rotating.rotate()
        assert crypto.ring().fingerprint("abc") == marked


def test_every_encrypted_column_is_known() -> None:
    found = {f"{table.name}.{column.name}" for table, column in rotating.places()}
    assert {
        "destino.secret_key",
        "destino.headers_customizados",
        "certificado_digital.arquivo_pfx",
        "segredo.valor",
    } <= found
    assert all(isinstance(column.type, Encrypted | EncryptedBytes) for _, column in rotating.places())


KILLED = """
import sys
from storage import rotating
rotating.BATCH = 1
print("pronto", flush=True)
rotating.rotate()
"""


def test_one_that_was_killed_in_the_middle_is_gone_on_with(banco: str, configure: Configure) -> None:
    hooks(120)
    with_keys(configure, NEW, KEY)
    with subprocess.Popen([sys.executable, "-c", KILLED]) as rotation:
        wait_until(lambda: rotating.held().by_key[name_of(NEW)] > 3)
        rotation.send_signal(signal.SIGKILL)
    left = rotating.held()
    assert 0 < left.by_key[name_of(KEY)] < 120
    assert left.by_key.total() == 121
    assert rotating.rotate().changed == left.by_key[name_of(KEY)]
    assert rotating.held().by_key == {name_of(NEW): 121}


def test_what_somebody_writes_meanwhile_stays_as_he_wrote_it(
    banco: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker of before writes with the old key behind the pass; the next pass finds it."""
    hooks(3)
    with_keys(configure, NEW, KEY)
    theirs = [KeyRing([KEY]).encrypt("novo segredo")]
    reading_batch = rotating._after

    def after(*arguments: object) -> list[tuple[int, bytes]]:
        found = reading_batch(*arguments)  # type: ignore[arg-type]
        if found and theirs:
            with engine().begin() as connection:
                connection.execute(text("UPDATE destino SET secret_key = :v WHERE id = 2"), {"v": theirs.pop()})
        return found

    monkeypatch.setattr(rotating, "_after", after)
    done = rotating.rotate()
    assert (done.changed, done.held.by_key) == (3, {name_of(NEW): 4})
    with reading() as db:
        assert db.get_one(Destino, 2).secret_key == "novo segredo"  # pragma: allowlist secret


def test_what_no_key_opens_stays_and_is_told_by_its_place(banco: str, configure: Configure) -> None:
    hooks(3)
    lost = KeyRing([OTHER]).encrypt("perdido")
    with engine().begin() as connection:
        connection.execute(text("UPDATE destino SET secret_key = :v WHERE id = 2"), {"v": lost})
    with_keys(configure, NEW, KEY)
    done = rotating.rotate()
    assert (done.changed, done.held.unreadable) == (2, {"destino.secret_key": 1})
    with engine().connect() as connection:
        stays = connection.execute(text("SELECT secret_key FROM destino WHERE id = 2")).scalar_one()
    assert bytes(stays) == lost


def test_a_process_that_runs_sees_a_key_file_that_was_written_anew(sqlite: str, configure: Configure) -> None:
    configure(core__keys="[]")
    webhook("https://a.example/x")
    (first,) = crypto.ring().keys
    crypto.change_key_file(lambda _: [NEW, first])
    assert crypto.ring().keys == (NEW, first)
    rotating.rotate()
    crypto.change_key_file(lambda _: [NEW])
    with reading() as db:
        assert db.query(Destino).one().secret_key == SECRET
    assert crypto.ring().keys == (NEW,)


def test_a_mark_may_be_asked_for_while_one_writes(banco: str) -> None:
    with transaction() as db:
        db.execute(update(Destino).values(nome="x"))
        assert crypto.ring().fingerprint("abc")
    session.dispose()
    forget_process_state()
    with engine().begin() as connection:
        segredos.keep(connection, crypto.ring(), segredos.MARKS, "um")
        segredos.keep(connection, crypto.ring(), segredos.MARKS, "dois")
    assert segredos.kept(crypto.ring(), segredos.MARKS) == "um"
