"""Which single question is next: people's own, then the gaps, then what was asked for in vain before.

docs/reference/contracts/sefaz.md §3.6.
"""

import pytest
from support.numeracao import Numeracao, add, after, numeracao

from flows.sefaz.lacunas import PEDIDA
from flows.sefaz.seguinte import Item, seguinte
from sandbox.documentos.notas import nota
from storage.models.sefaz import BuscaSEFAZ, EstadoBusca, LacunaNSU
from storage.session import reading

NOW = after(60)
CHAVE = nota(1).chave


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def owe(serie_id: int, what: str, tried: float | None = None) -> None:
    """Owe a key, a person's number (7) or a gap's (8), asked for in vain so many minutes after the beginning."""
    at = None if tried is None else after(tried)
    if what == "key":
        add(BuscaSEFAZ(serie_id=serie_id, chave=CHAVE, estado=EstadoBusca.PENDENTE, pedida_em=after(0), tentada_em=at))
        return
    number, why = (7, PEDIDA) if what == "number" else (8, "salto_na_pagina")
    add(
        LacunaNSU(
            serie_id=serie_id, de=number, ate=number, proxima=number, motivo=why, aberta_em=after(0), tentada_em=at
        )
    )


def said(item: Item | None) -> object:
    return None if item is None else getattr(item, "nsu", None) or getattr(item, "chave", None)


def asked_next(mine: Numeracao, *, gaps: bool = True) -> object:
    with reading() as db:
        return said(seguinte(db, mine.serie_id, NOW, gaps=gaps))


@pytest.mark.parametrize(
    ("owed", "first"),
    [
        ({}, None),
        ({"gap": None, "number": None, "key": None}, CHAVE),
        ({"gap": None, "number": None}, 7),
        ({"gap": None}, 8),
        ({"key": 1, "gap": None}, 8),
        ({"key": 1, "number": 2, "gap": None}, 8),
        ({"key": 3, "number": 2, "gap": 4}, 7),
        ({"key": 3, "number": 5, "gap": 2}, 8),
        ({"key": 1, "number": 5, "gap": 2}, CHAVE),
    ],
)
def test_what_was_never_asked_goes_first_and_of_the_rest_what_waits_longest(
    mine: Numeracao, owed: dict[str, float | None], first: object
) -> None:
    for what, tried in owed.items():
        owe(mine.serie_id, what, tried)
    assert asked_next(mine) == first


@pytest.mark.parametrize("tried", [None, 1.0])
def test_where_no_gaps_are_asked_for_only_what_people_want_is_next(mine: Numeracao, tried: float | None) -> None:
    owe(mine.serie_id, "gap", tried)
    assert asked_next(mine, gaps=False) is None
    owe(mine.serie_id, "number", 30)
    assert asked_next(mine, gaps=False) == 7
