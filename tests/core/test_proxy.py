"""Which requests leave through the proxy."""

import pytest
from conftest import Configure

from core.proxy import Proxy, proxy_of
from core.settings.proxy import ProxySettings


@pytest.mark.parametrize(
    ("host", "direct", "taken"),
    [
        ("api.exemplo.com", (), True),
        ("api.exemplo.com", ("api.exemplo.com",), False),
        ("API.exemplo.com.", ("api.exemplo.com",), False),
        ("outra.api.exemplo.com", ("api.exemplo.com",), True),
        ("x.interno", (".interno",), False),
        ("xinterno", (".interno",), True),
        ("10.1.2.3", ("10.0.0.0/8",), False),
        ("11.1.2.3", ("10.0.0.0/8",), True),
        ("[fd00::1]", ("fd00::/8",), False),
        ("nome", ("10.0.0.0/8",), True),
        ("10.1.2.3", ("10.1.2.3",), False),
        ("[fd00:0::1]", ("fd00::1",), False),
        ("[fd00::2]", ("fd00::1",), True),
    ],
)
def test_some_hosts_are_called_directly(host: str, direct: tuple[str, ...], taken: bool) -> None:
    assert Proxy("http://p:1", direct=direct).takes(host) is taken


def test_each_use_says_whether_it_leaves_through_it(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://do-ambiente:1")
    assert proxy_of("entregas") is None
    configure(proxy__url="http://proxy.interno:3128", proxy__uses='["sefaz"]', proxy__user="ana")
    configure(proxy__password="s@/")  # pragma: allowlist secret
    assert proxy_of("entregas") is None
    proxy = proxy_of("sefaz")
    assert proxy is not None
    assert proxy.headers == {"Proxy-Authorization": "Basic YW5hOnNALw=="}  # pragma: allowlist secret
    assert "s@/" not in repr(proxy)
    assert "s@/" not in repr(ProxySettings.current())
