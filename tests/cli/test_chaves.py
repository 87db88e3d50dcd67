"""`esteira chaves`, as it is typed."""

import json
import stat

import pytest
from conftest import KEY, Configure
from cryptography.fernet import Fernet
from sqlalchemy import event, text
from support.deliveries import webhook
from support.typed import Run

from storage import crypto
from storage.session import engine


@pytest.fixture
def in_file(run: Run, configure: Configure) -> str:
    """A database whose keys are in the key file; the name of the one key."""
    configure(core__keys="[]")
    webhook("https://a.example/x")
    (key,) = crypto.stored_keys()
    return crypto.name_of(key)


def test_a_key_file_is_changed_from_the_first_step_to_the_last(run: Run, in_file: str) -> None:
    assert run(f"chaves remover {in_file}")[0] == 2
    code, out, err = run("chaves criar")
    assert (code, out) == (0, "")
    new, old = map(crypto.name_of, crypto.stored_keys())
    assert old == in_file
    assert new in err
    assert stat.S_IMODE(crypto.key_path().stat().st_mode) == 0o600
    code, _, err = run(f"chaves remover {old}")
    assert (code, f"A chave {old} ainda é necessária: 1 segredo." in err) == (2, True)
    code, out, err = run("chaves rotacionar")
    assert (code, f"A chave {old} pode sair (`esteira chaves remover {old}`)" in err) == (0, True)
    code, out, _ = run("chaves listar --json")
    assert json.loads(out) == [
        {"chave": new, "ordem": 1, "segredos": 2, "cifra": True},
        {"chave": old, "ordem": 2, "segredos": 0, "cifra": False},
    ]
    assert run(f"chaves remover {old}")[0] == 0
    assert [crypto.name_of(key) for key in crypto.stored_keys()] == [new]
    assert not any(key in run("chaves listar")[1] for key in crypto.stored_keys())


def test_the_last_key_stays_until_the_marks_are_kept_elsewhere(run: Run, in_file: str) -> None:
    with engine().begin() as connection:
        connection.execute(text("UPDATE destino SET secret_key = NULL"))
    run("chaves criar")
    code, _, err = run(f"chaves remover {in_file}")
    assert (code, "as marcas" in err) == (2, True)
    run("chaves rotacionar")
    assert run(f"chaves remover {in_file}")[0] == 0


def test_the_key_that_seals_stays_for_somebody_may_be_sealing_with_it(run: Run, in_file: str) -> None:
    run("chaves criar")
    new = crypto.name_of(crypto.stored_keys()[0])
    code, _, err = run(f"chaves remover {new}")
    assert (code, f"É a chave {new} que cifra" in err) == (2, True)
    assert crypto.name_of(crypto.stored_keys()[0]) == new


def test_a_key_that_is_made_while_another_is_removed_stays(run: Run, in_file: str) -> None:
    """What was sealed with it in between would be lost with it."""
    run("chaves criar")
    run("chaves rotacionar")
    was, third = crypto.stored_keys(), Fernet.generate_key().decode()

    def make_one(*_: object) -> None:
        crypto.change_key_file(lambda present: [third, *present])

    # the remover looks through the whole database before it writes
    event.listen(engine(), "before_cursor_execute", make_one, once=True)
    assert run(f"chaves remover {in_file}")[0] == 0
    assert crypto.stored_keys() == [third, was[0]]


def test_keys_of_the_settings_are_changed_there(run: Run, configure: Configure) -> None:
    webhook("https://a.example/x")
    code, out, err = run("chaves criar")
    new = out.strip()
    assert (code, len(Fernet(new)._signing_key), "core.keys" in err) == (0, 16, True)
    configure(core__keys=f'["{new}", "{KEY}"]')
    code, out, err = run("chaves rotacionar")
    assert (code, f"A chave {crypto.name_of(KEY)} pode sair de core.keys" in err) == (0, True)
    assert run(f"chaves remover {crypto.name_of(KEY)}")[0] == 2
    assert KEY not in out + err


def test_a_new_key_that_comes_behind_the_others_first_changes_no_mark(run: Run, configure: Configure) -> None:
    """So that each machine can open what another seals; forgotten people and the links of mails are known by marks."""
    marked, link = crypto.ring().fingerprint("abc"), crypto.ring().lasting.encrypt("abc")
    new = run("chaves criar")[1].strip()
    for keys in ([KEY, new], [new, KEY]):
        configure(core__keys=json.dumps(keys))
        assert crypto.ring().fingerprint("abc") == marked
        assert crypto.ring().lasting.decrypt(link) == "abc"


def test_what_no_key_opens_is_a_fault(run: Run, configure: Configure) -> None:
    webhook("https://a.example/x")
    configure(core__keys=f'["{Fernet.generate_key().decode()}"]')
    with engine().begin() as connection:
        connection.execute(text("DELETE FROM segredo"))
    code, _, err = run("chaves rotacionar")
    assert (code, "nenhuma chave abre 1 segredo de destino.secret_key" in err) == (5, True)
