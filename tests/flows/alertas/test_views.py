"""What people see of alerts: the open ones, all of them, those of one source, in pages."""

import pytest

from alerts import state
from alerts.judgement import Judgement
from core.clock import SYSTEM
from flows.alertas.views import alerts
from storage.session import transaction


@pytest.fixture(autouse=True)
def some(banco: str) -> None:
    """Two open alerts of a box, one of a lot, and one that is resolved."""

    def judged(objeto: str, codigo: str, ativo: bool = True) -> Judgement:
        return Judgement(objeto, codigo, "aviso", ativo, f"{codigo} está errado.")

    now = SYSTEM.now()
    with transaction() as db:
        state.apply(db, "sat", [judged("loja-1", codigo) for codigo in ("relogio", "pendentes", "rede")], now)
        state.apply(db, "questor", [judged("lote", "parado")], now)
        state.apply(db, "sat", [judged("loja-1", "rede", ativo=False)], now)


def codes(**asked: object) -> list[str]:
    return [one.codigo for one in alerts(**asked)]  # type: ignore[arg-type]


def test_the_open_ones_are_told_the_newest_first() -> None:
    assert codes() == ["parado", "pendentes", "relogio"]


def test_the_resolved_ones_too_when_asked_for() -> None:
    assert codes(todos=True) == ["parado", "rede", "pendentes", "relogio"]


def test_one_source_can_be_asked_for() -> None:
    assert codes(fonte="sat") == ["pendentes", "relogio"]
    assert codes(fonte="fluxos") == []


def test_a_page_says_where_it_goes_on() -> None:
    first = alerts(limite=2)
    assert [one.codigo for one in first] == ["parado", "pendentes"]
    assert codes(limite=2, depois=first.depois) == ["relogio"]
