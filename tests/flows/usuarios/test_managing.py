"""Users are made, turned off and on; who acts for one meets only what is theirs."""

import pytest

from core.caller import OPERATOR
from core.errors import Conflict, NotFound, UsageError
from flows.usuarios import managing, views
from flows.usuarios.finding import caller_of


def test_a_user_is_made_once(banco: str) -> None:
    made = managing.criar(" ana.silva@loja ", email="ana@loja.com.br", nome=" Ana  Silva ", staff=True)
    assert (made.usuario, made.nome, made.email, made.staff, made.ativo) == (
        "ana.silva@loja",
        "Ana Silva",
        "ana@loja.com.br",
        True,
        True,
    )
    with pytest.raises(Conflict, match=r"Já há um usuário 'ana.silva@loja'"):
        managing.criar("ana.silva@loja")
    assert views.listar().itens == (made,)


@pytest.mark.parametrize("username", ["", " ", "a b", "a" * 151, "a\x00b", "a\nb", "a/b", "\udcff"])
def test_a_name_that_is_none_is_refused(sqlite: str, username: str) -> None:
    with pytest.raises(UsageError, match="nome de um usuário"):
        managing.criar(username)
    assert views.listar().itens == ()


@pytest.mark.parametrize("email", ["ana", "a@b c", "@b", "a@", "a@b\x00", "a" * 250 + "@b.com"])
def test_an_address_that_is_none_is_refused(sqlite: str, email: str) -> None:
    with pytest.raises(UsageError, match="e-mail") as refused:
        managing.criar("ana", email=email)
    assert refused.value.campo == "email"


def test_a_person_s_name_has_a_limit(sqlite: str) -> None:
    assert managing.criar("ana", nome="é" * 150).nome == "é" * 150
    with pytest.raises(UsageError, match="150"):
        managing.criar("bia", nome="é" * 151)


def test_nothing_is_done_in_the_name_of_one_who_is_off(banco: str) -> None:
    made = managing.criar("ana")
    assert caller_of("ana").usuario_id == made.id
    assert not managing.desativar("ana").ativo
    with pytest.raises(Conflict, match="desativado"):
        caller_of("ana")
    assert managing.ativar("ana") == made
    assert caller_of(" ana ").usuario_id == made.id


@pytest.mark.parametrize("nome", ["bia", "ANA", "", "a\x00b", "\udcff", "x" * 1000])
def test_one_who_is_not_there_is_told(banco: str, nome: str) -> None:
    managing.criar("ana")
    with pytest.raises(NotFound, match="não existe"):
        caller_of(nome)


def test_without_a_name_it_is_the_operator() -> None:
    assert caller_of(None) is OPERATOR


def test_the_list_has_pages(banco: str) -> None:
    for name in ("ana", "bia", "caio"):
        managing.criar(name)
    first = views.listar(limite=2)
    assert [user.usuario for user in first] == ["ana", "bia"]
    rest = views.listar(limite=2, depois=int(first.depois or 0))
    assert ([user.usuario for user in rest], rest.depois) == (["caio"], None)


def test_one_who_is_there_becomes_what_is_said(banco: str) -> None:
    made = managing.criar("ana", email="a@b.br", replacing=True)
    managing.desativar("ana")
    again = managing.criar("ana", nome="Ana", staff=True, replacing=True)
    assert (again.id, again.email, again.nome, again.staff, again.ativo) == (made.id, "", "Ana", True, False)
