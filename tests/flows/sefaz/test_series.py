"""Whose a numbering is: one user's at a time, and the next one's when that company is in use no more."""

from collections.abc import Callable

import pytest
from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from core.errors import Conflict
from flows.certificados.keeping import Arquivo, guardar
from flows.empresas import managing as empresas
from flows.sefaz.consultas import Consulta, consultar
from flows.sefaz.views import consultas
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from storage.models.documentos import Documento
from storage.models.sefaz import SerieNSU


@pytest.fixture
def bia(minha: Loja) -> Callable[[], Consulta]:
    """Another user registers the same company with the same certificate; consult it for her."""
    usuarios.criar("bia")
    empresas.criar(EMPRESA, uf="SP", caller=caller_of("bia"), clock=minha.lugar.clock)
    guardar(Arquivo(minha.lugar.pfx, minha.lugar.senha, EMPRESA, "bia", "De Bia"), minha.lugar.clock)
    clock = minha.lugar.clock
    return lambda: consultar(EMPRESA, "nfe", "bia", clock, clock.advance)


@pytest.mark.parametrize(
    "leave",
    [lambda: empresas.desativar(EMPRESA, caller_of("ana")), lambda: usuarios.desativar("ana")],
    ids=["company off", "user off"],
)
def test_a_numbering_goes_on_for_the_next_user_and_tells_nothing_of_the_one_before(
    minha: Loja, bia: Callable[[], Consulta], leave: Callable[[], object]
) -> None:
    minha.receber(2)
    minha.consultar()
    minha.passa(3780)
    with pytest.raises(Conflict, match="outro usuário"):
        bia()
    leave()
    minha.receber(1)
    assert bia().total_importados == 1
    (serie,) = rows(SerieNSU)
    assert serie.ult_nsu == 3
    assert [one.total_encontrados for one in consultas.consultas(caller=caller_of("bia"))] == [1]
    assert [(one.usuario, one.total_encontrados) for one in consultas.consultas()] == [("bia", 1), ("ana", 2)]
    assert len({one.usuario_id for one in rows(Documento)}) == 2
