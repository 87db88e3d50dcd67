"""A company comes from another system, which says where its numbering stands."""

import pytest
from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from claims.holder import new_token
from core.errors import Conflict, UsageError
from flows.sefaz.inicio import Inicio, iniciar
from flows.sefaz.regras import Situacao
from flows.sefaz.rows import CONTRIBUINTES
from storage.models.sefaz import SerieNSU
from storage.session import transaction


def begin(minha: Loja, nsu: int, *, voltar: bool = False) -> Inicio:
    return iniciar(minha.dono, "nfe", nsu, minha.lugar.clock, voltar=voltar)


def test_the_first_question_is_after_the_number_that_was_said(minha: Loja) -> None:
    minha.receber(5)
    minha.server.serie(EMPRESA).ult_nsu = 3
    assert begin(minha, 3) == Inicio("11.222.333/0001-81", "nfe", 0, 3)
    assert minha.consultar().total_importados == 2
    assert (minha.nsus, minha.lacunas) == ([4, 5], [])


def test_what_the_other_system_took_since_is_a_gap(minha: Loja) -> None:
    minha.receber(5)
    minha.server.serie(EMPRESA).ult_nsu = 5
    begin(minha, 3)
    assert minha.consultar().situacao is Situacao.BLOQUEADA
    assert minha.lacunas == [(4, 5, "consumo_indevido")]


def test_it_goes_back_only_where_that_is_said(minha: Loja) -> None:
    begin(minha, 100)
    with pytest.raises(Conflict, match="já está em 100"):
        begin(minha, 99)
    assert begin(minha, 100).ult_nsu == 100
    assert begin(minha, 99, voltar=True) == Inicio("11.222.333/0001-81", "nfe", 100, 99)
    assert minha.serie.ult_nsu == 99


def test_never_while_somebody_asks(minha: Loja) -> None:
    begin(minha, 1)
    with transaction() as db:
        assert CONTRIBUINTES.on(db, early=True).claim(1, minha.lugar.clock.now(), 60, new_token())
    with pytest.raises(Conflict, match="em consulta"):
        begin(minha, 2)
    minha.passa(61)
    assert begin(minha, 2).ult_nsu == 2
    assert minha.consultar().situacao is not Situacao.OCUPADA


@pytest.mark.parametrize("nsu", [-1, 10**15])
def test_a_number_that_is_none_is_refused(minha: Loja, nsu: int) -> None:
    with pytest.raises(UsageError, match="15 algarismos"):
        begin(minha, nsu)
    assert rows(SerieNSU) == []
