"""One range of unused numbers is kept for each owner: of production before a test, proven before only asked for."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from support.fiscal import EMITENTE, company, nota, stored, user

from core.documentos.conteudo import Inutilizacao
from flows.documentos.entries import Resultado
from flows.documentos.lacunas import FALTANDO, SEM_RESPOSTA, lacunas
from storage.models.registros import InutilizacaoGuardada
from storage.session import reading

REAL = Inutilizacao(
    emit_cnpj=EMITENTE, uf="SP", ano=2026, modelo="55", serie=1, inicio=5, fim=9, ambiente=1, status="102"
)
TRIED, ASKED = replace(REAL, ambiente=2), replace(REAL, status=None)


def kept() -> tuple[int | None, str | None]:
    """Return environment and answer of the only range."""
    with reading() as db:
        row = db.scalars(select(InutilizacaoGuardada)).one()
    return row.ambiente, row.status


@pytest.fixture
def gap(banco: str) -> None:
    """Numbers 5 to 9 are missing."""
    ana = user("ana")
    company(ana, EMITENTE)
    stored(nota(4), nota(10), usuario_id=ana)


@pytest.mark.usefixtures("gap")
@pytest.mark.parametrize("tried", [TRIED, replace(TRIED, status=None)], ids=["proven", "asked"])
@pytest.mark.parametrize(("real", "left"), [(REAL, []), (ASKED, [SEM_RESPOSTA]), (replace(REAL, ambiente=None), [])])
def test_a_range_of_production_takes_the_place_of_a_test(
    tried: Inutilizacao, real: Inutilizacao, left: list[str]
) -> None:
    stored(tried)
    assert [one.situacao for one in lacunas()] == [FALTANDO]
    assert [stored(real)[0].resultado for _ in range(2)] == [Resultado.ATUALIZADO, Resultado.REPETIDO]
    assert kept() == (real.ambiente, real.status)
    assert [one.situacao for one in lacunas()] == left


@pytest.mark.usefixtures("gap")
@pytest.mark.parametrize(("real", "left"), [(REAL, []), (ASKED, [SEM_RESPOSTA])], ids=["proven", "asked"])
def test_a_test_takes_the_place_of_no_range_of_production(real: Inutilizacao, left: list[str]) -> None:
    stored(real)
    assert stored(TRIED)[0].resultado is Resultado.REPETIDO
    assert kept() == (1, real.status)
    assert [one.situacao for one in lacunas()] == left


def test_a_tried_request_is_proven_by_the_answer_to_the_test(banco: str) -> None:
    stored(replace(TRIED, status=None))
    assert stored(TRIED)[0].resultado is Resultado.ATUALIZADO
    assert kept() == (2, "102")
