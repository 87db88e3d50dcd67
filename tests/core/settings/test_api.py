"""Where people open the page, by where the API listens and how it is reached."""

import pytest
from conftest import Configure

from core.settings.api import ApiSettings


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000/painel/"),
        ({"api__host": "0.0.0.0", "api__port": "81"}, "http://127.0.0.1:81/painel/"),
        ({"api__host": "::1"}, "http://[::1]:8000/painel/"),
        ({"api__host": "10.0.0.7"}, "http://10.0.0.7:8000/painel/"),
        ({"api__base_url": "https://esteira.exemplo.com.br/"}, "https://esteira.exemplo.com.br/painel/"),
    ],
)
def test_the_address_of_the_painel(configure: Configure, given: dict[str, str], address: str) -> None:
    configure(**given)
    assert ApiSettings.current().painel == address
