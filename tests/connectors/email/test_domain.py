"""What is missing in DNS is told in a sentence, and nothing is where DNS does not answer."""

import pytest
from support.dns import names

from connectors.email import domain
from connectors.email.domain import hints
from core.settings.email import ContaEmail

CONTA = ContaEmail(host="smtp.exemplo.com.br", sender="avisos@mail.exemplo.com.br")
KEY = "v=DKIM1; k=rsa; p=MIIBIjANBg"
GOOD = {
    "mail.exemplo.com.br": ["google-site-verification=x", "v=spf1 include:_spf.exemplo.com.br -all"],
    "selector1._domainkey.mail.exemplo.com.br": [KEY],
    "_dmarc.exemplo.com.br": ["v=DMARC1; p=quarantine"],
}


def test_a_domain_that_is_vouched_for_has_no_hint() -> None:
    with names(GOOD) as resolver:
        assert hints(CONTA, resolver) == []


@pytest.mark.parametrize(
    ("name", "texts", "said"),
    [
        ("mail.exemplo.com.br", ["outra coisa"], "não tem SPF"),
        ("mail.exemplo.com.br", ["v=spf1 -all", "v=spf1 a -all"], "tem 2 registros SPF"),
        ("mail.exemplo.com.br", ["v=spf1 +all"], "deixa qualquer um enviar"),
        ("mail.exemplo.com.br", ["v=spf1 all"], "deixa qualquer um enviar"),
        ("selector1._domainkey.mail.exemplo.com.br", ["v=DKIM1; p="], "não achei chave DKIM"),
        ("_dmarc.exemplo.com.br", ["nada"], "não tem DMARC"),
    ],
)
def test_what_is_missing_or_says_nothing_is_told(name: str, texts: list[str], said: str) -> None:
    with names(GOOD | {name: texts}) as resolver:
        (hint,) = hints(CONTA, resolver)
    assert said in hint


def test_a_selector_that_is_said_is_the_one_that_counts() -> None:
    conta = CONTA.model_copy(update={"dkim_selector": "proprio"})
    with names(GOOD) as resolver:
        assert hints(conta, resolver) == ["proprio._domainkey.mail.exemplo.com.br não tem chave DKIM"]
    with names({**GOOD, "proprio._domainkey.mail.exemplo.com.br": [KEY]}) as resolver:
        assert hints(conta, resolver) == []


@pytest.mark.parametrize("name", ["esteira.example", "loja.test", "a.invalid", "mail.localhost"])
def test_a_name_that_no_dns_knows_misses_nothing(name: str) -> None:
    conta = CONTA.model_copy(update={"sender": f"avisos@{name}"})
    with names({}) as resolver:
        assert hints(conta, resolver) == []


def test_where_dns_does_not_answer_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "PATIENCE_SECONDS", 0.2)
    with names({}, silent=True) as resolver:
        assert hints(CONTA, resolver) == []
