"""Gaps and keys as people see them: whose, which are open, what is still to be asked for."""

import pytest
from support.numeracao import Numeracao, add, after, numeracao
from support.sefaz import FILIAL

from flows.sefaz.views import lacunas as views
from flows.sefaz.views.lacunas import BuscaView, LacunaView
from flows.usuarios.finding import caller_of
from storage.models.sefaz import BuscaSEFAZ, Desfecho, EstadoBusca, LacunaNSU


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def gap(of: Numeracao, **columns: object) -> int:
    given = {"de": 10, "ate": 19, "proxima": 10, "motivo": "salto_na_pagina", "aberta_em": after(0)} | columns
    return add(LacunaNSU(serie_id=of.serie_id, **given))[0]


def key(of: Numeracao, chave: str, **columns: object) -> int:
    given = {"estado": EstadoBusca.PENDENTE, "pedida_em": after(0)} | columns
    return add(BuscaSEFAZ(serie_id=of.serie_id, chave=chave, **given))[0]


@pytest.mark.parametrize(
    ("columns", "left", "state"),
    [
        ({}, 10, "aberta"),
        ({"proxima": 19}, 1, "aberta"),
        ({"proxima": 20, "fechada_em": after(5), "desfecho": Desfecho.RESPONDIDA}, 0, "respondida"),
        ({"proxima": 12, "fechada_em": after(5), "desfecho": Desfecho.VENCIDA}, 0, "vencida"),
    ],
    ids=["whole", "its last number", "answered", "given up in the middle"],
)
def test_what_is_left_of_a_gap_are_the_numbers_still_to_be_asked_for(
    mine: Numeracao, columns: dict[str, object], left: int, state: str
) -> None:
    gap(mine, **columns)
    (found,) = views.lacunas(todas=True)
    assert (found.faltam, found.situacao) == (left, state)


def test_a_gap_says_whose_it_is_and_what_came_of_it(mine: Numeracao) -> None:
    number = gap(mine, proxima=13, encontrados=2, vazios=1, tentada_em=after(3), resposta="137: nada")
    assert list(views.lacunas()) == [
        LacunaView(
            id=number,
            empresa="11.222.333/0001-81",
            servico="nfe",
            de=10,
            ate=19,
            faltam=7,
            situacao="aberta",
            motivo="salto_na_pagina",
            encontrados=2,
            vazios=1,
            aberta_em=after(0),
            tentada_em=after(3),
            fechada_em=None,
            resposta="137: nada",
        )
    ]


def test_closed_gaps_are_shown_only_when_asked_for(mine: Numeracao) -> None:
    closed = gap(mine, proxima=20, fechada_em=after(5), desfecho=Desfecho.RESPONDIDA)
    opened = gap(mine, de=30, ate=30, proxima=30)
    assert [one.id for one in views.lacunas()] == [opened]
    assert [one.id for one in views.lacunas(todas=True)] == [closed, opened]


def test_a_key_says_what_became_of_it(mine: Numeracao) -> None:
    number = key(mine, "1" * 44, estado=EstadoBusca.INDISPONIVEL, respondida_em=after(4), resposta="653: cancelada")
    assert list(views.buscas()) == [
        BuscaView(number, "11.222.333/0001-81", "1" * 44, "indisponivel", after(0), after(4), "653: cancelada")
    ]


def test_one_key_may_be_asked_for(mine: Numeracao) -> None:
    other = numeracao(FILIAL)
    first, _, again = key(mine, "1" * 44), key(mine, "2" * 44), key(other, "1" * 44)
    assert [one.id for one in views.buscas(chave="1" * 44)] == [first, again]
    assert list(views.buscas(chave="3" * 44)) == []
    assert list(views.buscas(chave="")) == []


def test_each_sees_their_own_the_oldest_first_in_pages(mine: Numeracao) -> None:
    other = numeracao(FILIAL, "bia")
    gaps = [gap(mine), gap(other), gap(mine, de=30, ate=31, proxima=30)]
    keys = [key(mine, "1" * 44), key(other, "1" * 44), key(mine, "2" * 44)]
    ana = caller_of("ana")
    assert [one.id for one in views.lacunas(caller=ana)] == [gaps[0], gaps[2]]
    assert [one.id for one in views.buscas(caller=ana)] == [keys[0], keys[2]]
    page, rest = views.lacunas(limite=2), views.lacunas(depois=gaps[1])
    assert ([one.id for one in page], page.depois, [one.id for one in rest]) == (gaps[:2], gaps[1], gaps[2:])
    assert [one.id for one in views.buscas(limite=1, depois=keys[0])] == keys[1:2]
