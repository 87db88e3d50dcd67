"""Which numbers are missing: between the first and the last, whose, of which month, and what closes a gap."""

import time
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from support import acervo
from support.acervo import BRASILIA, MERCADO, NOW, PADARIA, guardar, nota

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Cupom, Especie, Papel
from core.documentos.situacao import Situacao
from core.errors import NotFound, UsageError
from flows.documentos.lacunas import FALTANDO, SEM_RESPOSTA, Lacuna, lacunas

OCTOBER = datetime(2026, 10, 31, 23, 59, tzinfo=BRASILIA)


@pytest.fixture
def company(banco: str) -> int:
    return acervo.empresa()


def stored(company: int, *numbers: int, kept: dict[str, Any] | None = None, **said: Any) -> None:
    for number in numbers:
        guardar(nota(number, **said), empresa=company, papel=Papel.EMITENTE, **(kept or {}))


def gaps(caller: Caller = OPERATOR, **asked: Any) -> list[tuple[int, int]]:
    return [(one.inicio, one.fim) for one in lacunas(caller=caller, **asked)]


def test_ranges_between_the_first_and_the_last_are_told(company: int) -> None:
    stored(company, 7, 3, 4, 12)
    assert list(lacunas()) == [
        Lacuna(PADARIA, "55", 1, "2026-11", 5, 6, 2, FALTANDO, NOW),
        Lacuna(PADARIA, "55", 1, "2026-11", 8, 11, 4, FALTANDO, NOW),
    ]


def test_nothing_is_missing_of_none_or_one(company: int) -> None:
    assert gaps() == []
    stored(company, 900)
    assert gaps() == []


def test_a_document_of_any_state_has_its_number(company: int) -> None:
    stored(company, 1, 6)
    stored(company, 2, kept={"situacao": Situacao.CANCELADA})
    stored(company, 3, kept={"situacao": Situacao.DENEGADA})
    stored(company, 4, kept={"situacao": Situacao.SEM_PROTOCOLO})
    stored(company, 5, kept={"completo": False}, ambiente=None)
    assert gaps() == []


def test_a_number_used_twice_breaks_nothing(company: int) -> None:
    stored(company, 1, 4)
    stored(company, 1, chave=acervo.chave(1, emissao=9))
    stored(company, 4, chave=acervo.chave(4, emissao=9))
    assert gaps() == [(2, 3)]


def test_other_issuers_models_series_and_environments_are_apart(company: int) -> None:
    stored(company, 1, 3)
    stored(company, 2, emit_cnpj=MERCADO)
    stored(company, 2, modelo="65")
    stored(company, 2, serie=2)
    stored(company, 2, ambiente=2, chave=acervo.chave(2, emissao=8))
    guardar(nota(2, chave=acervo.chave(2, emissao=7)), papel=Papel.EMITENTE)
    assert gaps() == [(2, 2)]
    stored(company, 5, serie=2)
    assert [(one.serie, one.inicio, one.fim) for one in lacunas()] == [(1, 2, 2), (2, 3, 4)]


def test_what_the_tax_office_numbers_is_nobody_s_gap(company: int) -> None:
    stored(company, 1, 5, serie=890)
    stored(company, 1, 5, serie=919)
    assert gaps() == []
    stored(company, 1, 5, serie=920)
    assert gaps() == [(2, 4)]


def test_coupons_are_numbered_by_each_box(company: int) -> None:
    said: dict[str, Any] = {"especie": Especie.CFE, "modelo": "59", "emit_cnpj": PADARIA, "ambiente": 1}
    for box, numbers in ((900000001, (1, 4)), (900000002, (2, 3))):
        for number in numbers:
            key = acervo.chave(number, modelo="59", serie=box % 1000)
            guardar(Cupom(chave=key, serie=box, numero=number, **said), empresa=company, papel=Papel.EMITENTE)
    assert [(one.modelo, one.serie, one.inicio, one.fim) for one in lacunas()] == [("59", 900000001, 2, 3)]


def test_a_gap_is_of_the_month_of_the_document_behind_it(company: int) -> None:
    stored(company, 1, 3, data_emissao=OCTOBER)
    stored(company, 5, 9)
    stored(company, 11, data_emissao=None)
    assert [(one.mes, one.inicio, one.fim) for one in lacunas()] == [
        ("2026-10", 2, 2),
        ("2026-11", 4, 4),
        ("2026-11", 6, 8),
        ("2026-11", 10, 10),
    ]
    assert gaps(mes="2026-10") == [(2, 2)]
    with pytest.raises(UsageError):
        gaps(mes="outubro")


@pytest.mark.parametrize(
    ("closed", "asked", "left"),
    [
        ([], [], [(2, 9, FALTANDO)]),
        ([(2, 9)], [], []),
        ([(1, 20)], [], []),
        ([(2, 4), (4, 5), (8, 9)], [], [(6, 7, FALTANDO)]),
        ([], [(2, 9)], [(2, 9, SEM_RESPOSTA)]),
        ([], [(4, 5)], [(2, 3, FALTANDO), (4, 5, SEM_RESPOSTA), (6, 9, FALTANDO)]),
        ([(2, 5)], [(4, 7)], [(6, 7, SEM_RESPOSTA), (8, 9, FALTANDO)]),
        ([(5, 4)], [], [(2, 9, FALTANDO)]),
    ],
)
def test_only_a_homologated_range_closes_a_gap(
    company: int, closed: list[tuple[int, int]], asked: list[tuple[int, int]], left: list[tuple[int, int, str]]
) -> None:
    stored(company, 1, 10)
    for ranges, homologada in ((closed, True), (asked, False)):
        for begin, end in ranges:
            acervo.inutilizada(begin, end, empresa=company, homologada=homologada)
    assert [(one.inicio, one.fim, one.situacao) for one in lacunas()] == left
    assert all(one.quantidade == one.fim - one.inicio + 1 for one in lacunas())


@pytest.mark.parametrize("other", [{"emit_cnpj": MERCADO}, {"modelo": "65"}, {"serie": 2}, {"ambiente": 2}])
def test_a_range_of_something_else_closes_nothing(company: int, other: dict[str, Any]) -> None:
    stored(company, 1, 3)
    acervo.inutilizada(2, 2, empresa=company, **other)
    assert gaps() == [(2, 2)]


def test_a_range_behind_the_last_document_opens_nothing(company: int) -> None:
    stored(company, 1, 2)
    acervo.inutilizada(8, 9, empresa=company)
    assert gaps() == []


def test_everybody_s_gaps_are_their_own(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    hers, other = acervo.empresa(PADARIA, ana), acervo.empresa(PADARIA, bia)
    for user, company, numbers in ((ana, hers, (1, 3)), (bia, other, (1, 5))):
        for number in numbers:
            guardar(nota(number), de=user, empresa=company, papel=Papel.EMITENTE)
    acervo.inutilizada(2, 2, de=bia, empresa=other)
    assert gaps(Caller(ana)) == [(2, 2)]
    assert gaps(Caller(bia), empresa="12.345.678/0001-95") == [(3, 4)]
    assert gaps() == [(2, 2), (3, 4)]
    with pytest.raises(NotFound):
        gaps(Caller(ana), empresa=MERCADO)


def test_a_gap_is_known_since_both_its_sides_are(company: int) -> None:
    stored(company, 1, kept={"quando": NOW + timedelta(days=2)})
    stored(company, 3, kept={"quando": NOW - timedelta(days=9)})
    stored(company, 5, kept={"quando": NOW})
    assert [one.desde - NOW for one in lacunas()] == [timedelta(days=2), timedelta()]


def test_one_absurd_number_is_one_range(company: int) -> None:
    stored(company, 1, 999_999_999)
    assert [(one.inicio, one.fim, one.quantidade) for one in lacunas()] == [(2, 999_999_998, 999_999_997)]


def test_many_gaps_are_told_as_they_are_read(company: int) -> None:
    acervo.muitas((nota(2 * number + 1) for number in range(3000)), empresa=company, papel=Papel.EMITENTE)

    def told() -> Iterator[Lacuna]:
        return lacunas()

    next(told())
    tracemalloc.start()
    begun = time.process_time()
    try:
        assert sum(one.quantidade for one in told()) == 2999
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024**2
    finally:
        tracemalloc.stop()
    assert time.process_time() - begun < 10
