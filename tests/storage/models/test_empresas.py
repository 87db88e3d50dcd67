"""The owner of a row as one value: what an owner has once cannot be there twice, whoever the owner is."""

import pytest
from sqlalchemy.exc import IntegrityError

from core.clock import SYSTEM
from storage.models.empresas import Empresa, dono
from storage.models.usuarios import Usuario
from storage.pages import LARGEST_KEY
from storage.rows import table_of
from storage.session import reading, transaction

CNPJ = "11222333000181"


@pytest.mark.parametrize(
    ("usuario", "empresa", "said"),
    [
        (None, None, "0:0"),
        (7, None, "7:0"),
        (None, 7, "0:7"),
        (1, 23, "1:23"),
        (12, 3, "12:3"),
    ],
)
def test_an_owner_is_a_user_and_a_company_and_no_two_are_alike(
    usuario: int | None, empresa: int | None, said: str
) -> None:
    assert dono(usuario, empresa) == said


def test_the_company_may_be_left_out() -> None:
    assert dono(7) == dono(7, None)


def test_the_largest_numbers_have_room_in_the_column() -> None:
    assert len(dono(LARGEST_KEY, LARGEST_KEY)) <= table_of(Empresa).c.dono.type.length


def kept(usuario: int | None) -> None:
    with transaction() as db:
        db.add(Empresa(usuario_id=usuario, dono=dono(usuario), cnpj=CNPJ, criada_em=SYSTEM.now()))


def test_an_owner_has_a_cnpj_once_the_operator_too_and_another_owner_may_have_it(banco: str) -> None:
    with transaction() as db:
        db.add(Usuario(id=7, username="ana"))
    for usuario in (None, 7):
        kept(usuario)
        with pytest.raises(IntegrityError):
            kept(usuario)
    with reading() as db:
        found = db.query(Empresa).order_by(Empresa.id).all()
        assert [(one.usuario_id, one.nome, one.uf, one.ativa) for one in found] == [
            (None, "", None, True),
            (7, "", None, True),
        ]
