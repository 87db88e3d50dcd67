"""What goes out besides documents, under names that no two texts share."""

from datetime import datetime
from typing import Any

import pytest
from support import acervo
from support.acervo import BRASILIA, MERCADO, PADARIA, evento, guardar, inutilizada, nota

from core.caller import OPERATOR, Caller
from core.errors import NotFound
from flows.documentos import export_resto
from flows.documentos.export_resto import rest
from flows.documentos.filtro import Filtro

KEY = nota(9).chave
LATE = datetime(2026, 11, 30, 23, 59, tzinfo=BRASILIA)


def names(caller: Caller = OPERATOR, **filtro: Any) -> list[str]:
    return [one.nome for one in rest(Filtro(**filtro), caller)]


@pytest.mark.parametrize(
    ("filtro", "goes"),
    [
        ({}, True),
        ({"mes": "2026-11"}, True),
        ({"empresa": PADARIA}, True),
        ({"empresa": PADARIA, "mes": "2026-11"}, True),
        ({"search": "padaria"}, False),
        ({"cnpj": PADARIA}, False),
        ({"data_inicio": "2026-11-01"}, False),
        ({"empresa": PADARIA, "alterado_desde": "2026-11-01"}, False),
        ({"mes": "2026-11", "importado_em": "2026-11-20"}, False),
    ],
)
def test_it_goes_only_where_company_and_month_are_all_that_is_asked_for(
    sqlite: str, filtro: dict[str, str], goes: bool
) -> None:
    company = acervo.empresa(PADARIA)
    evento(KEY, empresa=company, xml=b"<e/>")
    inutilizada(5, 6, empresa=company, recebido_em=LATE, xml=b"<i/>")
    assert (
        names(**filtro)
        == [
            f"{PADARIA}/2026/11/{KEY}-110111-01-evento.xml",
            f"{PADARIA}/2026/11/55-001-5-6-inutilizacao.xml",
        ]
        * goes
    )


def test_what_has_no_text_does_not_go(sqlite: str) -> None:
    evento(KEY)
    inutilizada(5, 6)
    assert names() == []


def test_each_says_what_it_counts_as_and_when_it_was(sqlite: str) -> None:
    evento(KEY, xml=b"<e/>")
    inutilizada(5, 6, recebido_em=LATE, xml=b"<i/>")
    assert [(one.de, one.quando) for one in rest(Filtro(), OPERATOR)] == [("eventos", None), ("inutilizacoes", LATE)]


@pytest.mark.parametrize(("mes", "goes"), [("2026-11", True), ("2026-12", False), ("2026-10", False)])
def test_an_answer_is_of_the_local_month_in_which_it_came(sqlite: str, mes: str, goes: bool) -> None:
    # in UTC it came in December
    inutilizada(5, 6, recebido_em=LATE, xml=b"<i/>")
    assert bool(names(mes=mes)) is goes


def test_a_request_without_answer_is_of_no_month(sqlite: str) -> None:
    inutilizada(5, 6, homologada=False, xml=b"<i/>")
    assert names() == [f"{PADARIA}/sem-data/55-001-5-6-inutilizacao.xml"]
    assert names(mes="2026-11") == []


def test_the_same_of_several_owners_is_numbered(banco: str) -> None:
    users = [acervo.usuario(name) for name in ("ana", "bia", "caio")]
    for user in users:
        evento(KEY, de=user, xml=b"<e/>")
        inutilizada(5, 6, de=user, recebido_em=LATE, xml=b"<i/>")
    place = f"{PADARIA}/2026/11"
    assert names() == [
        *(f"{place}/{KEY}{nth}-110111-01-evento.xml" for nth in ("", "-2", "-3")),
        *(f"{place}/55-001-5-6{nth}-inutilizacao.xml" for nth in ("", "-2", "-3")),
    ]
    # to each of them their own is the first
    assert names(Caller(users[2])) == [
        f"{place}/{KEY}-110111-01-evento.xml",
        f"{place}/55-001-5-6-inutilizacao.xml",
    ]


@pytest.mark.parametrize("other", [{"tipo": "110110"}, {"sequencia": 2}, {"chave_acesso": nota(8).chave}])
def test_another_event_is_none_of_its_copies(sqlite: str, other: dict[str, Any]) -> None:
    evento(KEY, de=acervo.usuario("ana"), xml=b"<e/>")
    said: dict[str, Any] = {"chave_acesso": KEY, **other}
    evento(**said, de=acervo.usuario("bia"), xml=b"<e/>")
    assert not [name for name in names() if "-2-1" in name]
    assert len(set(names())) == 2


def test_an_event_that_somebody_has_a_document_for_waits_no_more_in_his_eyes(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    number = guardar(nota(9), de=ana)
    evento(KEY, de=ana, documento=number, xml=b"<e/>")
    evento(KEY, de=bia, xml=b"<e/>")
    assert (len(names()), len(names(Caller(ana))), len(names(Caller(bia)))) == (0, 0, 1)


def test_it_lies_with_its_company_and_a_company_is_the_callers(sqlite: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    company = acervo.empresa(MERCADO, ana)
    evento(KEY, de=ana, empresa=company, xml=b"<e/>")
    inutilizada(5, 6, de=ana, empresa=company, xml=b"<i/>")
    assert {name.partition("/")[0] for name in names(Caller(ana), empresa=MERCADO)} == {MERCADO}
    assert names(Caller(bia)) == []
    with pytest.raises(NotFound):
        names(Caller(bia), empresa=MERCADO)


def test_pages_leave_nothing_out(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_resto, "PAGE", 2)
    for number in range(5):
        evento(nota(20 + number).chave, xml=b"<e/>")
        inutilizada(10 * number, 10 * number + 5, xml=b"<i/>")
    assert len(set(names())) == 10
