"""Name and password for a token."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from support.api import Client

from flows.usuarios import entering, managing, sessions, tokens
from flows.usuarios.passwords import definir
from storage.models.usuarios import Usuario
from storage.session import reading


def sign_in(url: str, name: str, password: str) -> Client:
    answer = Client(url).post("/api/auth/login/", {"username": name, "password": password})
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["token"]
    return Client(url, answer.json()["token"])


def test_who_signs_in_gets_a_token(url: str) -> None:
    managing.criar("ana")
    definir("ana", "uma senha boa")
    assert sign_in(url, "ana", "uma senha boa").get("/api/nfe/").status_code == 200
    with reading() as db:
        kept = db.query(Usuario.password_hash).scalar()
    assert kept.startswith("$argon2id$")
    assert "uma senha boa" not in kept


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "errada"), ("bia", "uma senha boa"), ("caio", ""), ("ANA", "x")]
)
def test_a_wrong_name_or_password_says_the_same(url: str, name: str, password: str) -> None:
    managing.criar("ana")
    managing.criar("caio")
    definir("ana", "uma senha boa")
    answer = Client(url).post("/api/auth/login/", {"username": name, "password": password})
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": ["Usuário ou senha inválidos."]})


def test_who_is_off_does_not_come_in(sqlite: str) -> None:
    managing.criar("ana")
    definir("ana", "uma senha boa")
    managing.desativar("ana")
    assert entering.enter("ana", "uma senha boa") is None


def test_who_signs_in_without_end_ends_what_was_first_and_keeps_what_an_operator_gave(banco: str) -> None:
    managing.criar("ana")
    definir("ana", "uma senha boa")
    given = tokens.criar("ana").token
    first = entering.enter("ana", "uma senha boa")
    for _ in range(entering.AT_ONCE):
        last = entering.enter("ana", "uma senha boa")
    assert first is not None
    assert last is not None
    assert tokens.quem(first) is None
    assert tokens.quem(last) is not None
    assert tokens.quem(given) is not None


def test_a_new_password_ends_what_the_old_one_gave_and_keeps_what_was_made_by_name(url: str) -> None:
    for name in ("ana", "bia"):
        managing.criar(name)
        definir(name, "uma senha boa")
    given = Client(url, tokens.criar("ana").token)
    stolen, others = sign_in(url, "ana", "uma senha boa"), sign_in(url, "bia", "uma senha boa")
    definir("ana", "outra senha boa")
    assert [one.get("/api/nfe/").status_code for one in (stolen, given, others)] == [401, 200, 200]
    assert {one.origem: one.situacao for one in tokens.listar("ana")} == {"login": "revogado", "operador": "válido"}
    assert sign_in(url, "ana", "outra senha boa").get("/api/nfe/").status_code == 200


@pytest.mark.parametrize("enter", [entering.enter, sessions.begin])
@pytest.mark.parametrize("change", [lambda: definir("ana", "outra senha boa"), lambda: managing.desativar("ana")])
def test_who_is_changed_while_a_password_is_looked_at_does_not_come_in(
    banco: str, monkeypatch: pytest.MonkeyPatch, enter: Callable[[str, str], object], change: Callable[[], object]
) -> None:
    managing.criar("ana")
    definir("ana", "uma senha boa")
    verify = PasswordHasher.verify

    def looked_at(self: PasswordHasher, kept: str, said: str) -> bool:
        right = verify(self, kept, said)
        change()
        return right

    monkeypatch.setattr(PasswordHasher, "verify", looked_at)
    assert enter("ana", "uma senha boa") is None
