"""The alert of time that runs out: for Ciência, and for a conclusion. docs/reference/contracts/sefaz.md §4.6."""

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
from sandbox.documentos.comum import Pessoa

DAY = timedelta(days=1)
REST = 3780.0


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        yield found


@pytest.fixture
def minha(banco: str, lugar: Lugar, configure: Configure) -> Loja:
    found = loja(lugar, configure)
    found.server.comecar(EMPRESA)
    found.server.emitir(EMPRESA, emitida_em=INICIO - 24 * DAY)
    found.consultar()
    return found


def open_on(minha: Loja, days: float) -> dict[str, str]:
    """Return what is open so many days after the note was authorised."""
    minha.lugar.clock.instant = INICIO + days * DAY
    judge({}, minha.lugar.clock)
    return {one.codigo: one.mensagem for one in views.alerts(fonte="sefaz") if one.codigo in ("ciencia", "conclusao")}


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (6.9, set()),
        (7, {"ciencia"}),
        (9.9, {"ciencia"}),
        (10, set()),
        (59.9, set()),
        (60, {"conclusao"}),
        (89, {"conclusao"}),
        (91, set()),
    ],
)
def test_it_is_told_before_it_is_too_late_and_not_after(minha: Loja, days: float, codes: set[str]) -> None:
    assert set(open_on(minha, days)) == codes


def test_it_says_how_many_until_when_and_what_to_do(minha: Loja) -> None:
    said = open_on(minha, 8)["ciencia"]
    assert "De 1 nota da empresa 11.222.333/0001-81 só chegou o resumo" in said
    assert "o primeiro em 06/12/2026" in said
    assert "esteira sefaz manifestar" in said
    said = open_on(minha, 70)["conclusao"]
    assert "Sobre 1 nota recebida pela empresa 11.222.333/0001-81" in said
    assert "confirmada tacitamente depois de 24/02/2027" in said
    (alert,) = [one for one in views.alerts(fonte="sefaz") if one.codigo == "conclusao"]
    assert (alert.objeto, alert.severidade) == (f"ana/{EMPRESA}", "aviso")


@pytest.mark.parametrize("tipo", ["confirmacao", "desconhecimento", "nao-realizada"])
def test_a_conclusion_closes_it(minha: Loja, tipo: str) -> None:
    assert "conclusao" in open_on(minha, 70)
    pedir(minha, *minha.server.notas, tipo=tipo)
    mandar(minha)
    assert open_on(minha, 70) == {}


def test_ciencia_closes_its_own_and_obliges_to_conclude_also_once_the_document_is_here(minha: Loja) -> None:
    assert "ciencia" in open_on(minha, 8)
    pedir(minha, *minha.server.notas)
    mandar(minha)
    assert open_on(minha, 8) == {}
    minha.passa(REST)
    assert minha.consultar().total_importados == 1
    assert set(open_on(minha, 59)) == set()
    assert set(open_on(minha, 61)) == {"conclusao"}
    pedir(minha, *minha.server.notas, tipo="confirmacao")
    mandar(minha)
    assert open_on(minha, 61) == {}


def test_cancelled_notes_and_ones_own_do_not_count(minha: Loja) -> None:
    (nota,) = minha.server.notas.values()
    minha.server.emitir(EMPRESA, emitente=Pessoa(EMPRESA))
    minha.server.cancelar(nota)
    minha.passa(REST)
    minha.consultar()
    assert open_on(minha, 8) == {}
    assert open_on(minha, 70) == {}


def test_the_days_are_settings(minha: Loja, configure: Configure) -> None:
    configure(alerts__ciencia_days="0", alerts__conclusion_days="0")
    assert open_on(minha, 9.9) == {}
    assert open_on(minha, 89) == {}
    configure(alerts__ciencia_days="5", alerts__conclusion_days="30", sefaz__dias_conclusao="180")
    assert set(open_on(minha, 6)) == {"ciencia"}
    assert open_on(minha, 89) == {}
    assert set(open_on(minha, 151)) == {"conclusao"}
