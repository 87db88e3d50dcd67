"""Queue tables in their card, by the last look of a worker: no access is worse than rows in error."""

import pytest
from conftest import Configure

from api.painel.panel import Sinal
from api.painel.panels import oracle
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from flows.fila.views import FilaView
from storage.models.fila import FilaConta
from storage.session import transaction

NOW = SYSTEM.now()


@pytest.mark.parametrize(
    ("seen", "erros", "falha", "shown"),
    [
        (False, None, None, ("ainda não vista", Sinal.NEUTRO)),
        (False, None, "recusou a senha", ("sem acesso", Sinal.FALHA)),
        (True, 0, None, ("em dia", Sinal.BEM)),
        (True, 1, None, ("com linhas em erro", Sinal.ATENCAO)),
        (True, 1, "recusou a senha", ("sem acesso", Sinal.FALHA)),
    ],
)
def test_a_queue_is_shown_by_what_is_worst(
    seen: bool, erros: int | None, falha: str | None, shown: tuple[str, Sinal]
) -> None:
    one = FilaView("padrao", "OS_FILA", 0, 0, erros, None, 0.0, NOW if seen else None, falha)
    assert oracle.sinal(one) == shown


def looked(**values: object) -> None:
    with transaction() as db:
        db.add(FilaConta(conta="padrao", **{"visto_em": NOW, "pendentes": 0, "erros": 0, **values}))


@pytest.mark.parametrize(
    ("values", "sinal", "resumo"),
    [
        ({"visto_em": None}, Sinal.NEUTRO, "0 linhas esperam"),
        ({}, Sinal.BEM, "0 linhas esperam"),
        ({"pendentes": 1}, Sinal.BEM, "1 linha espera"),
        ({"pendentes": 12, "erros": 2}, Sinal.ATENCAO, "12 linhas esperam"),
        ({"pendentes": 3, "falha": "caiu"}, Sinal.FALHA, "3 linhas esperam"),
    ],
)
def test_the_card_says_how_much_waits(
    sqlite: str, configure: Configure, values: dict[str, object], sinal: Sinal, resumo: str
) -> None:
    configure(fila__url="sqlite:///fila.db")
    looked(**values)
    shown = oracle.ler(OPERATOR, SYSTEM)
    assert (shown.sinal, shown.resumo) == (sinal, resumo)
    assert oracle.ler(Caller(7), SYSTEM).resumo == "nenhuma fila"


def test_without_an_account_there_is_none(sqlite: str) -> None:
    shown = oracle.ler(OPERATOR, SYSTEM)
    assert (shown.sinal, shown.resumo) == (Sinal.NEUTRO, "nenhuma fila")
