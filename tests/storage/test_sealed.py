"""Rows with secrets, as they are stored: which columns those are, and which rows no key opens."""

import pytest
from conftest import KEY, Configure
from cryptography.fernet import Fernet
from sqlalchemy import select, text
from support.deliveries import SECRET, change, webhook

from storage import crypto
from storage.models.certificados import CertificadoDigital
from storage.models.destinos import Destino
from storage.models.usuarios import Usuario
from storage.rows import table_of
from storage.sealed import as_stored, is_sealed, unopened
from storage.session import reading, transaction

LOST = crypto.KeyRing([Fernet.generate_key().decode()])


@pytest.mark.parametrize(
    ("model", "sealed"),
    [
        (Destino, {"secret_key", "secret_anterior", "headers_customizados", "opcoes"}),
        # a file of bytes as well as a text
        (CertificadoDigital, {"arquivo_pfx", "senha_pfx", "aberto"}),
        (Usuario, set()),
    ],
)
def test_a_column_is_sealed_by_its_type(model: type[Destino], sealed: set[str]) -> None:
    assert {column.name for column in table_of(model).c if is_sealed(column)} == sealed


def test_what_is_sealed_is_read_as_it_is_stored_and_the_rest_as_it_is(banco: str) -> None:
    number = webhook("https://a.example/x", nome="ERP")
    columns = table_of(Destino).c
    assert as_stored(columns.nome) is columns.nome
    with reading() as db:
        row = db.execute(select(as_stored(columns.secret_key), as_stored(columns.nome))).one()
        assert db.get_one(Destino, number).secret_key == SECRET
    assert row.nome == "ERP"
    assert SECRET.encode() not in bytes(row.secret_key)
    assert crypto.ring().unseal(bytes(row.secret_key)).decode() == SECRET


def broken() -> set[int]:
    with reading() as db:
        return unopened(db, Destino)


def store(number: int, column: str, value: bytes) -> None:
    with transaction() as db:
        db.execute(text(f"UPDATE destino SET {column} = :value WHERE id = :number"), {"value": value, "number": number})


def test_a_row_is_told_by_its_number_once_any_of_its_secrets_is_lost(banco: str) -> None:
    _, bare, first, second, both, ruined = (
        webhook(f"https://{name}.example/x", nome=name) for name in ("a", "b", "c", "d", "e", "f")
    )
    change(bare, secret_key=None)
    change(second, headers_customizados="{}", opcoes=None)
    assert broken() == set()
    for number, column in ((first, "secret_key"), (second, "opcoes"), (both, "secret_key"), (both, "opcoes")):
        store(number, column, LOST.encrypt("perdido"))
    store(ruined, "headers_customizados", b"gAAAAA nada disto")
    assert broken() == {first, second, both, ruined}


def test_a_key_that_is_only_kept_to_open_still_does(sqlite: str, configure: Configure) -> None:
    number = webhook("https://a.example/x")
    newer = Fernet.generate_key().decode()
    configure(core__keys=f'["{newer}", "{KEY}"]')
    assert broken() == set()
    configure(core__keys=f'["{newer}"]')
    assert broken() == {number}
