"""An account of e-mail that is stopped is told while the settings still have it."""

from datetime import UTC, datetime

import pytest
from conftest import Configure

from alerts.email import parada
from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from storage.models.email import ContaParada
from storage.session import reading, transaction

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("sqlite")


def judged() -> list[Judgement]:
    with reading() as db:
        return list(parada.judge(Moment(db, NOW)))


def with_accounts(configure: Configure, *names: str) -> None:
    given = {"host": "smtp.exemplo.com.br", "sender": "avisos@exemplo.com.br"}
    configure(**{f"email__contas__{name}__{key}": value for name in names for key, value in given.items()})


def stopped(conta: str, motivo: str) -> None:
    with transaction() as db:
        db.add(ContaParada(conta=conta, parada_em=NOW, motivo=motivo, assinatura="0" * 64))


def test_without_accounts_nothing_is_judged() -> None:
    stopped("antiga", "535 recusado")
    assert judged() == []


def test_each_account_of_the_settings_is_judged_by_name_and_one_that_is_gone_is_not(configure: Configure) -> None:
    with_accounts(configure, "matriz", "filial")
    stopped("matriz", "535 recusado")
    stopped("antiga", "535 recusado")
    assert [(one.objeto, one.ativo, one.rotulos) for one in judged()] == [
        ("filial", False, {"conta": "filial"}),
        ("matriz", True, {"conta": "matriz"}),
    ]


def test_it_says_why_and_how_to_try_it(configure: Configure) -> None:
    with_accounts(configure, "matriz")
    stopped("matriz", "535 recusado")
    (one,) = judged()
    assert (one.codigo, one.severidade) == ("parada", CRITICAL)
    assert one.mensagem.startswith("A conta de e-mail matriz está parada: 535 recusado. O que é devido espera. ")
    assert "teste a conta matriz com `esteira email testar`" in one.mensagem
    assert one.resolvido == "A conta de e-mail matriz envia de novo."
