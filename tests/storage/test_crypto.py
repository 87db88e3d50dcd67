import errno
import os
import stat
import threading
from pathlib import Path

import pytest
from conftest import Configure
from cryptography.fernet import Fernet
from sqlalchemy import text

from core.clock import SYSTEM
from core.errors import Misconfigured, Transient
from storage import crypto
from storage.crypto import KeyRing
from storage.models.destinos import Destino
from storage.session import engine, reading, transaction

KEYS = [Fernet.generate_key().decode() for _ in range(2)]


def with_keys(configure: Configure, *keys: str) -> None:
    configure(core__keys="[" + ",".join(f'"{key}"' for key in keys) + "]")


def store_secret() -> None:
    now = SYSTEM.now()
    with transaction() as db:
        fields = {"timeout": 15.0, "retry_count": 11, "due_at": now, "data_criacao": now, "data_atualizacao": now}
        # pragma: allowlist nextline secret
        db.add(Destino(tipo="webhook", nome="a", url="https://a.example/", secret_key="segredo-1", **fields))


def test_a_secret_is_not_readable_in_the_database(banco: str) -> None:
    store_secret()
    with reading() as db:
        raw = bytes(db.execute(text("SELECT secret_key FROM destino")).scalar_one())
        assert db.query(Destino).one().secret_key == "segredo-1"  # pragma: allowlist secret
    assert b"segredo-1" not in raw


def test_an_older_key_of_the_ring_still_opens(sqlite: str, configure: Configure) -> None:
    with_keys(configure, KEYS[0])
    store_secret()
    with_keys(configure, KEYS[1], KEYS[0])
    with reading() as db:
        assert db.query(Destino).one().secret_key == "segredo-1"  # pragma: allowlist secret


def test_a_ring_without_the_key_says_so(sqlite: str, configure: Configure) -> None:
    with_keys(configure, KEYS[0])
    store_secret()
    with_keys(configure, KEYS[1])
    with reading() as db, pytest.raises(Misconfigured, match=r"core\.keys"):
        assert db.query(Destino).one().secret_key


def test_a_first_start_makes_a_key_file_for_its_owner_only(sqlite: str, configure: Configure) -> None:
    configure(core__keys="[]")
    engine()
    path = crypto.key_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store_secret()
    configure(core__keys="[]")
    with reading() as db:
        assert db.query(Destino).one().secret_key == "segredo-1"  # pragma: allowlist secret


def test_secrets_without_any_key_refuse_to_start(sqlite: str, configure: Configure) -> None:
    store_secret()
    configure(core__keys="[]")
    with pytest.raises(Misconfigured, match="nenhuma chave"):
        engine()
    assert not crypto.key_path().exists()


def test_a_key_that_is_no_key_is_told(sqlite: str, configure: Configure) -> None:
    with_keys(configure, "curta")
    with pytest.raises(Misconfigured, match=r"core\.keys"):
        crypto.ring()


def test_a_text_that_was_opened_is_not_opened_by_a_ring_that_lost_its_key() -> None:
    first, other = (Fernet.generate_key().decode() for _ in range(2))
    sealed = KeyRing([first]).encrypt("abc")
    ring = KeyRing([other, first])
    assert [ring.decrypt(sealed), ring.decrypt(sealed), ring.decrypt(ring.encrypt("x" * 5000))] == [
        *("abc", "abc"),
        "x" * 5000,
    ]
    with pytest.raises(Misconfigured, match=r"core\.keys"):
        KeyRing([other]).decrypt(sealed)


def test_a_key_file_as_editors_of_windows_save_it_is_read(sqlite: str, configure: Configure) -> None:
    configure(core__keys="[]")
    crypto.key_path().parent.mkdir(exist_ok=True)
    crypto.key_path().write_text(f"{KEYS[0]}\n{KEYS[1]}\n", encoding="utf-8-sig", newline="\r\n")
    assert crypto.stored_keys() == KEYS


def test_two_who_change_the_key_file_at_once_lose_no_key(sqlite: str, configure: Configure) -> None:
    configure(core__keys="[]")
    engine()
    (old,) = crypto.stored_keys()
    second = threading.Thread(target=crypto.change_key_file, args=(lambda present: [KEYS[1], *present],))

    def first(present: list[str]) -> list[str]:
        second.start()
        # it is let in only when this one is done, however long that takes
        second.join(0.1)
        return [KEYS[0], *present]

    crypto.change_key_file(first)
    second.join()
    assert crypto.stored_keys() == [KEYS[1], KEYS[0], old]


def test_a_key_file_that_is_a_link_stays_one(sqlite: str, configure: Configure, tmp_path: Path) -> None:
    configure(core__keys="[]")
    (tmp_path / "cofre").mkdir()
    there = tmp_path / "cofre" / "minhas"
    crypto.key_path().parent.mkdir(exist_ok=True)
    crypto.key_path().symlink_to(there)
    crypto.create_key_file()
    (first,) = there.read_text().split()
    crypto.change_key_file(lambda present: [KEYS[0], *present])
    assert (crypto.key_path().is_symlink(), there.read_text().split()) == (True, [KEYS[0], first])
    assert [path.name for path in there.parent.iterdir()] == ["minhas"]


def test_a_draft_that_a_killed_process_left_stops_nobody(sqlite: str, configure: Configure) -> None:
    configure(core__keys="[]")
    engine()
    crypto.key_path().with_name(f"{crypto.KEY_FILE}.{os.getpid()}").write_text("metade")
    crypto.change_key_file(lambda present: [KEYS[0], *present])
    assert crypto.stored_keys()[0] == KEYS[0]


def test_a_key_is_on_the_disk_with_its_name_before_anybody_seals_with_it(
    sqlite: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(core__keys="[]")
    path, sync, on_disk = crypto.key_path(), os.fsync, list[str]()

    def seen(number: int) -> None:
        if os.path.samestat(os.fstat(number), path.parent.stat()):
            on_disk.append(path.read_text() if path.exists() else "")
        sync(number)

    monkeypatch.setattr(os, "fsync", seen)
    crypto.create_key_file()
    assert on_disk[-1:] == [path.read_text()]
    crypto.change_key_file(lambda present: [KEYS[0], *present])
    assert on_disk[-1:] == [path.read_text()]


def test_a_full_disk_is_told_in_words_and_no_keys_are_left_on_it(
    sqlite: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(core__keys="[]")
    folder = crypto.key_path().parent

    def refuse(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(Transient, match="o disco está cheio"):
            crypto.create_key_file()
        assert not list(folder.glob("chaves*"))
    crypto.create_key_file()
    keys = crypto.stored_keys()
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Transient, match="o disco está cheio"):
        crypto.change_key_file(lambda present: [KEYS[0], *present])
    assert {path.name for path in folder.glob("chaves*")} == {crypto.KEY_FILE, crypto.LOCK_FILE}
    assert crypto.stored_keys() == keys
