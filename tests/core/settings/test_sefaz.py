"""The section of SEFAZ: what is a mistake there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Misconfigured
from core.settings.load import load_settings
from core.settings.sefaz import SefazSettings

Configure = Callable[..., None]


def test_without_a_word_it_is_the_national_environment_in_production(configure: Configure) -> None:
    found = SefazSettings.current()
    assert (found.ambiente, found.uf, found.ca, found.url_nfe) == (1, None, None, None)
    configure(sefaz__ambiente="2", sefaz__uf="sp", sefaz__ca="/etc/icp.pem", sefaz__url_nfe="https://h:8443/a.asmx")
    found = SefazSettings.current()
    assert (found.ambiente, found.uf, found.ca) == (2, "SP", Path("/etc/icp.pem"))
    assert found.url_nfe == "https://h:8443/a.asmx"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("ambiente", "3", "no máximo 2"),
        ("uf", "XX", "sigla de um estado"),
        ("url_nfe", "http://www1.nfe.fazenda.gov.br/a.asmx", "endereço https"),
        ("url_cte", "https://u:p@h/a.asmx", "endereço https"),  # pragma: allowlist secret
        ("url_evento", "https:///a.asmx", "endereço https"),
        ("url_nfe", "https://h:0/a", "endereço https"),
        ("url_nfe", "https://h/ç", "endereço https"),
        ("acao_evento", "a b", "sefaz.acao_evento"),
        ("total_timeout", "0", "maior que 0"),
        ("max_paginas", "0", "no mínimo 1"),
        ("descanso", "60", "chave desconhecida"),
    ],
)
def test_a_mistake_is_told_at_start(configure: Configure, key: str, value: str, said: str) -> None:
    configure(**{f"sefaz__{key}": value})
    with pytest.raises(Misconfigured, match=said) as caught:
        load_settings()
    assert f"sefaz.{key}" in str(caught.value)
