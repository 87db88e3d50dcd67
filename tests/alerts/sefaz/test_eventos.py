"""What was said of notes and did not reach SEFAZ, was refused, or brought nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Configure
from support.consultas import Loja, loja
from support.manifestar import mandar, pedir
from support.sefaz import EMPRESA, INICIO, Lugar, sefaz

from flows.alertas import views
from flows.alertas.judging import judge
from flows.certificados import keeping
from flows.sefaz.manifestacoes import ciencia

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CODES = ("eventos_parados", "eventos_recusados", "xml_atrasado")
REST = 3780.0


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        yield found


@pytest.fixture
def minha(banco: str, lugar: Lugar, configure: Configure) -> Loja:
    found = loja(lugar, configure)
    found.receber(2)
    found.consultar()
    return found


def open_after(minha: Loja, since: timedelta) -> dict[str, str]:
    """Return what is open so long after the beginning."""
    minha.lugar.clock.instant = INICIO + since
    judge({}, minha.lugar.clock)
    return {one.codigo: one.mensagem for one in views.alerts(fonte="sefaz") if one.codigo in CODES}


def test_what_does_not_leave_for_hours_is_told_and_why(minha: Loja) -> None:
    pedir(minha, *minha.server.notas)
    keeping.desativar(EMPRESA, "ana")
    mandar(minha)
    assert open_after(minha, 5 * HOUR) == {}
    said = open_after(minha, 6 * HOUR)["eventos_parados"]
    assert "2 manifestações da empresa 11.222.333/0001-81 não chegam à SEFAZ, a primeira há 6 horas." in said
    assert "Nenhum certificado em uso serve a empresa" in said
    keeping.ativar(EMPRESA, "ana")
    mandar(minha)
    assert open_after(minha, 6 * HOUR) == {}


def test_what_is_refused_is_told_for_some_days(minha: Loja) -> None:
    key = min(minha.server.notas)
    minha.server.notas[key].situacao = "3"
    pedir(minha, key, tipo="desconhecimento")
    mandar(minha)
    said = open_after(minha, HOUR)["eventos_recusados"]
    assert "A SEFAZ recusou 1 manifestação da empresa 11.222.333/0001-81. 651: " in said
    assert open_after(minha, 3 * DAY) == {}


def test_a_ciencia_by_itself_that_came_too_late_for_a_cancelled_note_is_nobodys_concern(minha: Loja) -> None:
    minha.server.notas[min(minha.server.notas)].situacao = "3"
    ciencia.ligar(EMPRESA, "ana", minha.lugar.clock)
    ciencia.dever(minha.lugar.clock)
    assert mandar(minha).recusadas == 1
    assert open_after(minha, HOUR) == {}


def test_a_document_that_does_not_come_is_told_and_closed_when_it_is_here(minha: Loja) -> None:
    minha.server.demora = timedelta(days=4)
    pedir(minha, min(minha.server.notas))
    mandar(minha)
    assert open_after(minha, 2.9 * DAY) == {}
    said = open_after(minha, 3 * DAY)["xml_atrasado"]
    assert "De 1 nota da empresa 11.222.333/0001-81 o XML foi pedido há mais de 3 dias e não chegou." in said
    minha.lugar.clock.instant = INICIO + 4 * DAY
    minha.passa(REST)
    assert minha.consultar().total_importados == 1
    assert open_after(minha, 5 * DAY) == {}
