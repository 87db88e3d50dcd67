"""Accounts of e-mail as people and figures see them: which is stopped and why, and never a password."""

import pytest
from conftest import Configure

from core.clock import SYSTEM, FixedClock
from events.delivery.email import account
from flows.email.upkeep import accounts
from flows.email.views import ContaView, contas
from storage.session import reading

NOW = SYSTEM.now()
PASSWORD = "senha-que-ninguem-ve"  # pragma: allowlist secret


@pytest.fixture
def two(sqlite: str, configure: Configure) -> None:
    """Two accounts, the first by name is stopped."""
    values = {
        "padrao": {"host": "mail.exemplo.com.br", "security": "tls", "sender": "a@exemplo.com.br", "user": "a"},
        "filial": {"host": "smtp.exemplo.com.br", "security": "none", "port": "2525", "sender": "b@exemplo.com.br"},
    }
    values["padrao"]["password"] = PASSWORD
    configure(**{f"email__contas__{nome}__{key}": one for nome, said in values.items() for key, one in said.items()})
    conta = account.settings_of("filial")
    assert conta is not None
    account.stop("filial", conta, "recusou o remetente", FixedClock(NOW), trials=True)


def test_each_account_is_shown_in_the_order_of_names_with_what_stops_it(two: None) -> None:
    filial, padrao = contas()
    assert filial == ContaView(
        "filial", "smtp.exemplo.com.br:2525", "none", "b@exemplo.com.br", NOW, "recusou o remetente"
    )
    assert (padrao.nome, padrao.parada_em, padrao.motivo) == ("padrao", None, None)
    assert padrao.servidor.startswith("mail.exemplo.com.br:")
    assert PASSWORD not in repr(contas())


def figures() -> dict[str, float]:
    with reading() as db:
        (told,) = accounts(db, NOW)
    assert told.name == "esteira_email_conta_parada"
    return {sample.labels["conta"]: sample.value for sample in told.samples}


def test_each_account_has_a_figure_also_one_that_is_well(two: None) -> None:
    assert figures() == {"filial": 1.0, "padrao": 0.0}


def test_a_stopped_account_that_the_settings_know_no_more_is_neither_shown_nor_counted(
    two: None, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("HOST", "SECURITY", "PORT", "SENDER"):
        monkeypatch.delenv(f"ESTEIRA_EMAIL__CONTAS__FILIAL__{key}")
    configure()
    assert [one.nome for one in contas()] == ["padrao"]
    assert figures() == {"padrao": 0.0}


def test_an_installation_without_mail_has_none(sqlite: str) -> None:
    assert (contas(), figures()) == ([], {})
