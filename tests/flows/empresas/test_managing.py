"""Companies are registered once for each user, by a CNPJ in any spelling."""

from datetime import UTC, datetime

import pytest

from core.caller import OPERATOR, Caller
from core.clock import FixedClock
from core.errors import Conflict, NotFound, UsageError
from flows.empresas import managing, views
from flows.empresas.finding import named
from flows.usuarios.managing import criar as criar_usuario
from storage.models.empresas import Empresa, dono
from storage.session import reading

CNPJ, LETTERS = "11.222.333/0001-81", "12.ABC.345/01DE-35"


@pytest.fixture
def ana(banco: str) -> Caller:
    return Caller(criar_usuario("ana").id)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("11222333000181", CNPJ),
        (" 11.222.333/0001-81 ", CNPJ),
        ("12abc34501de35", LETTERS),  # pragma: allowlist secret
        ("12.ABC.345/01DE-35", LETTERS),
    ],
)
def test_a_cnpj_is_taken_in_any_spelling(ana: Caller, said: str, shown: str) -> None:
    made = managing.criar(said, nome=" Loja  do Zé ", caller=ana)
    assert (made.cnpj, made.nome, made.usuario, made.ativa) == (shown, "Loja do Zé", "ana", True)
    with reading() as db:
        row = named(db, shown.lower(), ana)
        assert (row.usuario_id, row.dono) == (ana.usuario_id, dono(ana.usuario_id))
    with pytest.raises(Conflict, match="já está cadastrada"):
        managing.criar(shown, caller=ana)


@pytest.mark.parametrize(
    "said",
    ["", "11222333000180", "111.444.777-35", "00000000000000", "1122233300018", "A" * 500, "11222333000181\x00x"],
)
def test_what_is_no_cnpj_is_refused(sqlite: str, said: str) -> None:
    with pytest.raises(UsageError, match="não é um CNPJ"):
        managing.criar(said)


@pytest.mark.parametrize("nome", ["x" * 201, "a\x00b", "\udcff"])
def test_a_name_that_cannot_be_kept_is_refused(sqlite: str, nome: str) -> None:
    with pytest.raises(UsageError, match="nome da empresa"):
        managing.criar(CNPJ, nome=nome)
    assert views.listar().itens == ()


def test_two_users_may_have_one_company(ana: Caller) -> None:
    bia = Caller(criar_usuario("bia").id)
    managing.criar(CNPJ, caller=ana)
    managing.criar(CNPJ, caller=bia)
    with reading() as db, pytest.raises(Conflict, match="Mais de um usuário") as refused:
        named(db, CNPJ)
    assert refused.value.campo == "usuario"
    with reading() as db:
        assert named(db, CNPJ, bia).usuario_id == bia.usuario_id
    assert [one.usuario for one in views.listar()] == ["ana", "bia"]


def test_of_a_company_that_users_have_too_the_operator_means_its_own(ana: Caller) -> None:
    managing.criar(CNPJ, caller=ana)
    managing.criar(CNPJ)
    managing.criar(CNPJ, caller=Caller(criar_usuario("bia").id))
    assert managing.desativar(CNPJ).usuario is None
    assert [(one.usuario, one.ativa) for one in views.listar()] == [("ana", True), (None, False), ("bia", True)]


def test_a_stranger_s_company_is_as_one_that_is_not_there(ana: Caller) -> None:
    stranger = Caller(criar_usuario("bia").id)
    managing.criar(CNPJ, caller=ana)
    assert views.listar(caller=stranger).itens == ()
    with pytest.raises(NotFound, match="não está cadastrada"):
        managing.desativar(CNPJ, stranger)
    assert [one.ativa for one in views.listar(caller=ana)] == [True]


def test_a_company_is_turned_off_and_on(ana: Caller) -> None:
    made = managing.criar(CNPJ, caller=ana)
    assert not managing.desativar("11222333000181", ana).ativa
    assert managing.ativar(CNPJ, OPERATOR) == made


def test_without_a_user_it_is_the_operator_s(banco: str) -> None:
    made = managing.criar(CNPJ)
    assert made.usuario is None
    with reading() as db:
        assert db.get_one(Empresa, made.id).dono == dono(None)
    with pytest.raises(Conflict):
        managing.criar(CNPJ)


def test_the_moment_is_kept(sqlite: str) -> None:
    clock = FixedClock(datetime(2026, 11, 26, 8, tzinfo=UTC))
    assert managing.criar(CNPJ, clock=clock).criada_em == clock.now()


def test_one_that_is_there_gets_the_name_that_is_said(ana: Caller) -> None:
    made = managing.criar(CNPJ, nome="Loja", replacing=True, caller=ana)
    managing.criar(CNPJ, nome="Do operador")
    again = managing.criar(CNPJ, nome="Loja nova", replacing=True, caller=ana)
    assert (again.id, again.nome) == (made.id, "Loja nova")
    assert [one.nome for one in views.listar()] == ["Loja nova", "Do operador"]


def test_what_is_not_said_of_one_that_is_there_stays(ana: Caller) -> None:
    managing.criar(CNPJ, nome="Loja", uf="SP", caller=ana)
    moved = managing.criar(CNPJ, uf="RJ", replacing=True, caller=ana)
    assert (moved.nome, moved.uf) == ("Loja", "RJ")
    bare = managing.criar(CNPJ, nome="", replacing=True, caller=ana)
    assert (bare.nome, bare.uf) == ("", "RJ")
