"""The section `[proxy]`: its address, and what leaves directly."""

import pytest
from conftest import Configure
from pydantic import ValidationError

from core.errors import Misconfigured
from core.settings.load import get_settings
from core.settings.proxy import ProxySettings


def test_without_a_word_nothing_leaves_through_one() -> None:
    found = ProxySettings()
    assert (found.url, found.user, found.password, found.direct) == (None, None, None, ())
    assert found.uses == ("entregas", "sefaz", "questor", "ploomes", "milvus")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://proxy.interno:3128", "http://proxy.interno:3128"),
        ("http://proxy.interno:3128/", "http://proxy.interno:3128"),
        ("http://10.0.0.1:1", "http://10.0.0.1:1"),
        ("http://[fd00::1]:65535", "http://[fd00::1]:65535"),
    ],
)
def test_its_address_is_a_host_and_a_port(url: str, kept: str) -> None:
    assert ProxySettings(url=url).url == kept


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://proxy:3128", "deve ser http://servidor:porta"),
        ("http://proxy", "deve dizer a porta"),
        ("http://proxy:0", "deve ter só esquema, host e porta"),
        ("http://proxy:65536", "deve ter só esquema, host e porta"),
        ("http://proxy:3128/x", "deve ter só esquema, host e porta"),
        ("http://ana:s@proxy:3128", "deve ter só esquema, host e porta"),  # pragma: allowlist secret
        ("socks5://proxy:1080", "deve ter só esquema, host e porta"),
        ("proxy:3128", "deve ter só esquema, host e porta"),
        ("", "deve ter só esquema, host e porta"),
    ],
)
def test_another_address_is_told(url: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ProxySettings(url=url)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("api.exemplo.com", "api.exemplo.com"),
        (" API.Exemplo.com ", "api.exemplo.com"),
        (".interno", ".interno"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3"),
        ("::1", "::1"),
        ("[FD00:0::1]", "fd00::1"),
        ("FD00::/8", "fd00::/8"),
    ],
)
def test_what_leaves_directly_is_a_host_a_domain_or_a_network(given: str, kept: str) -> None:
    assert ProxySettings(direct=(given,)).direct == (kept,)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("10.0.0.1/8", "deve ser uma rede, como 10.0.0.0/8"),
        ("interno/24", "deve ser uma rede, como 10.0.0.0/8"),
        ("http://x", "deve ser uma rede, como 10.0.0.0/8"),
        *(
            (one, "deve ser um servidor, um domínio")
            for one in ("", " ", ".", "..", "*", "*.interno", "a b", "x:1", "::1::")
        ),
        *((one, "deve ser um servidor, um domínio") for one in ("ana@x", "x?y", "x#y", "açaí.interno")),
    ],
)
def test_anything_else_is_told(given: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ProxySettings(direct=(given,))


@pytest.mark.parametrize("said", [{"uses": '["sat"]'}, {"direct": '["*"]'}, {"url": "http://proxy"}])
def test_a_mistake_is_told_at_start(said: dict[str, str], configure: Configure) -> None:
    configure(**{f"proxy__{name}": value for name, value in said.items()})
    with pytest.raises(Misconfigured, match=rf"proxy\.{next(iter(said))}"):
        get_settings()
