"""Who may read the metrics without a token: networks that are named, and nobody whom a proxy brings."""

from typing import Any

import pytest
from conftest import Configure

from api.monitors import may_read

NEAR = '["127.0.0.0/8", "::1/128", "10.1.0.0/16"]'


def scope(client: str | None, *headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "client": None if client is None else (client, 1),
        "headers": [(name.encode(), b"127.0.0.1") for name in headers],
    }


@pytest.mark.parametrize(
    ("client", "headers", "trusted", "may"),
    [
        ("127.0.0.1", (), "[]", True),
        ("::1", (), "[]", True),
        ("::ffff:127.0.0.1", (), "[]", True),
        ("10.1.2.3", (), "[]", True),
        ("10.2.2.3", (), "[]", False),
        ("::ffff:8.8.8.8", (), "[]", False),
        ("8.8.8.8", (), "[]", False),
        ("2001:db8::1", (), "[]", False),
        (None, (), "[]", False),
        ("testclient", (), "[]", False),
        ("127.0.0.1", ("x-forwarded-for",), "[]", False),
        ("127.0.0.1", ("forwarded",), "[]", False),
        ("10.1.2.3", ("x-real-ip",), "[]", False),
        # the server put in who asked the proxy
        ("10.1.2.3", ("x-forwarded-for",), '["127.0.0.1/32"]', True),
        ("8.8.8.8", ("x-forwarded-for",), '["127.0.0.1/32"]', False),
    ],
)
def test_only_a_monitor_of_a_network_that_is_named_may(
    configure: Configure, client: str | None, headers: tuple[str, ...], trusted: str, may: bool
) -> None:
    configure(api__metrics_networks=NEAR, api__trusted_proxies=trusted)
    assert may_read(scope(client, *headers)) is may


def test_by_default_it_is_this_machine_alone() -> None:
    assert may_read(scope("127.0.0.1"))
    assert not may_read(scope("10.1.2.3"))
