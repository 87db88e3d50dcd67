"""The alert of missing numbers: judged by the last look, opened when old, closed when they are there."""

from datetime import timedelta
from typing import Any

import pytest
from conftest import Configure
from sqlalchemy import update
from support import acervo
from support.acervo import MERCADO, NOW, PADARIA, guardar, nota

from core.caller import Caller
from core.clock import FixedClock
from core.documentos.conteudo import Papel
from flows.alertas import acknowledging, views
from flows.alertas.judging import judge
from flows.alertas.reminding import remind
from flows.documentos.numeracao import conferir
from storage.models.alertas import Alerta
from storage.models.documentos import Numeracao
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.session import reading, transaction


@pytest.fixture
def company(banco: str) -> int:
    return acervo.empresa()


def stored(company: int, *numbers: int, de: int | None = None, **said: object) -> None:
    for number in numbers:
        guardar(nota(number, **said), de=de, empresa=company, papel=Papel.EMITENTE)


def open_alerts(clock: FixedClock) -> list[views.AlertView]:
    """Look at the numbers, judge, and return what is open of this source."""
    conferir(clock)
    judge({}, clock)
    return list(views.alerts(fonte="documentos"))


def test_it_opens_when_gaps_are_old_and_closes_when_they_are_filled(company: int) -> None:
    clock = FixedClock(NOW)
    stored(company, 1, 4)
    assert open_alerts(clock) == []
    clock.advance(7 * 86_400 - 1)
    assert open_alerts(clock) == []
    clock.advance(1)
    (alert,) = open_alerts(clock)
    assert (alert.objeto, alert.codigo, alert.severidade) == (PADARIA, "lacunas", "aviso")
    assert "2 números faltam nos documentos que a empresa 12.345.678/0001-95 emitiu (NF-e série 1)" in alert.mensagem
    stored(company, 2)
    assert "1 número falta" in open_alerts(clock)[0].mensagem
    acervo.inutilizada(3, 3, empresa=company)
    assert open_alerts(clock) == []
    assert [one.resolvido_em for one in views.alerts(fonte="documentos", todos=True)] == [clock.now()]


def test_it_is_reminded_of_until_somebody_knows(company: int) -> None:
    clock = FixedClock(NOW + timedelta(days=30))
    stored(company, 1, 4)
    assert len(open_alerts(clock)) == 1
    clock.advance(25 * 3600)
    assert remind(clock) == 1
    acknowledging.acknowledge(PADARIA, "documentos", clock=clock)
    clock.advance(25 * 3600)
    assert remind(clock) == 0


def test_a_request_without_answer_is_told(company: int) -> None:
    stored(company, 1, 4)
    acervo.inutilizada(2, 2, empresa=company, homologada=False)
    (alert,) = open_alerts(FixedClock(NOW + timedelta(days=30)))
    assert "De 1 o pedido de inutilização está sem resposta." in alert.mensagem


def test_the_days_are_a_setting(company: int, configure: Configure) -> None:
    stored(company, 1, 4)
    configure(alerts__gap_days="40")
    assert open_alerts(FixedClock(NOW + timedelta(days=30))) == []
    configure(alerts__gap_days="0")
    assert len(open_alerts(FixedClock(NOW))) == 1


def test_companies_of_several_users_are_apart(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    hers, other, whole = acervo.empresa(PADARIA, ana), acervo.empresa(PADARIA, bia), acervo.empresa(MERCADO, bia)
    stored(hers, 1, 4, de=ana)
    for serie in range(5):
        stored(other, 1, 4, de=bia, serie=serie)
    stored(whole, 1, 2, de=bia, emit_cnpj=MERCADO)
    found = {one.objeto: one.mensagem for one in open_alerts(FixedClock(NOW + timedelta(days=30)))}
    assert set(found) == {f"ana/{PADARIA}", f"bia/{PADARIA}"}
    assert "NF-e série 0, NF-e série 1, NF-e série 2, mais 2 séries" in found[f"bia/{PADARIA}"]
    assert views.alerts(caller=Caller(ana)).itens == ()


@pytest.mark.parametrize("turned_off", [{Empresa.ativa: False}, {Usuario.ativo: False}], ids=["company", "user"])
def test_a_company_out_of_use_is_looked_at_no_more(banco: str, turned_off: dict[Any, bool]) -> None:
    clock, ana = FixedClock(NOW + timedelta(days=30)), acervo.usuario("ana")
    stored(acervo.empresa(de=ana), 1, 4, de=ana)
    assert len(open_alerts(clock)) == 1
    with transaction() as db:
        for column, value in turned_off.items():
            db.execute(update(column.class_).values({column: value}))
    clock.advance(3600)
    assert open_alerts(clock) == []
    with reading() as db:
        assert db.query(Numeracao).count() == 0
        assert db.query(Alerta).filter(Alerta.resolvido_em.is_(None)).count() == 0
