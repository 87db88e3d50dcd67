"""What runs by itself, in its card: what stands still comes first, and a line that never ran is no trouble."""

from datetime import timedelta

import pytest

from api.painel.panel import Sinal
from api.painel.panels import fluxos
from core.caller import OPERATOR
from core.clock import SYSTEM, FixedClock
from flows.agenda import views
from storage.models.agenda import EstadoDia
from storage.models.limites import RAN, Marca
from storage.session import transaction

NOW = SYSTEM.now()


@pytest.mark.parametrize(
    ("situacao", "sinal"),
    [
        (views.EM_DIA, Sinal.BEM),
        (views.EM_ANDAMENTO, Sinal.BEM),
        (views.DEVIDA, Sinal.BEM),
        (EstadoDia.FEITA.value, Sinal.BEM),
        (EstadoDia.PERDIDA.value, Sinal.ATENCAO),
        (views.PARADA, Sinal.FALHA),
        (views.FALHANDO, Sinal.FALHA),
        (views.NUNCA, Sinal.NEUTRO),
        (views.DESLIGADA, Sinal.NEUTRO),
    ],
)
def test_each_way_to_stand_has_its_sign(situacao: str, sinal: Sinal) -> None:
    assert fluxos.sinal(situacao) is sinal


def ran(**ago: timedelta) -> None:
    with transaction() as db:
        db.add_all(Marca(nome=RAN + name.replace("__", "."), instante=NOW - one) for name, one in ago.items())


def test_before_the_first_run_that_is_said_and_nothing_is_wrong(sqlite: str) -> None:
    seen = fluxos.ler(OPERATOR, FixedClock(NOW))
    assert (seen.sinal, seen.resumo) == (Sinal.NEUTRO, "nenhum rodou ainda")


def test_one_that_ran_speaks_for_all_that_did_not_yet(sqlite: str) -> None:
    ran(entregas__varrer=timedelta())
    seen = fluxos.ler(OPERATOR, FixedClock(NOW))
    assert (seen.sinal, seen.resumo) == (Sinal.BEM, "todos em dia")
    assert seen.dados["linhas"][0][1].nome == "entregas.varrer"


@pytest.mark.parametrize(
    ("names", "resumo"), [(("sat__varrer",), "1 parado"), (("sat__varrer", "questor__avancar"), "2 parados")]
)
def test_what_stands_still_is_counted_and_stands_first(sqlite: str, names: tuple[str, ...], resumo: str) -> None:
    ran(entregas__varrer=timedelta(), **dict.fromkeys(names, timedelta(days=3)))
    seen = fluxos.ler(OPERATOR, FixedClock(NOW))
    assert (seen.sinal, seen.resumo) == (Sinal.FALHA, resumo)
    first = [one.nome for sinal, one in seen.dados["linhas"] if sinal is Sinal.FALHA]
    assert first == sorted(name.replace("__", ".") for name in names)
    assert [one.nome for _, one in seen.dados["linhas"]][: len(first)] == first
