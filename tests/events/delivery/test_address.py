import asyncio
import socket
from ipaddress import ip_network

import pytest
from aiohttp import InvalidURL
from aiohttp.abc import AbstractResolver, ResolveResult

from core.errors import UsageError
from core.settings.deliveries import DeliverySettings
from events.delivery.address import BlockedAddress, Judge, checked_url, refused_now, server_of, wire_url
from events.delivery.http.exchange import Request
from events.delivery.http.faults import of_exception
from events.delivery.http.outcomes import BLOCKED
from events.delivery.http.sender import JudgingResolver, Sender
from sandbox.receiver import ReceiverServer

DENIED = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.8 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.1.1 192.175.48.1 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16 ::
::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:7f00:1 64:ff9b::7f00:1 64:ff9b::8.8.8.8
64:ff9b:1::1 100::1 2001::1 2001:1::1 2001:1ff::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd12::1
fe80::1 fec0::1 ff02::1 4000::1
""".split()
ALLOWED = """
1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 198.17.0.1 ::ffff:8.8.8.8
""".split()
ALLOWED_V6 = """
2606:4700::1111 2001:200::1 2400::1 2a00:1450::1
""".split()


def blocked(judge: Judge, address: str, port: int = 443, scope: int = 0) -> bool:
    try:
        judge.address(address, port, scope)
    except BlockedAddress:
        return True
    return False


@pytest.mark.parametrize("address", DENIED)
def test_special_addresses_are_denied(address: str) -> None:
    assert blocked(Judge(), address)


@pytest.mark.parametrize("address", ALLOWED + ALLOWED_V6)
def test_public_addresses_may_be_called(address: str) -> None:
    assert not blocked(Judge(), address)


@pytest.mark.parametrize(("port", "refused"), [(80, False), (443, False), (8443, False), (22, True), (6379, True)])
def test_only_the_ports_of_the_settings_may_be_called(port: int, refused: bool) -> None:
    assert blocked(Judge(), "8.8.8.8", port) is refused


def test_an_allowed_network_is_free_of_the_port_rule_and_nothing_else_is() -> None:
    judge = Judge(allow_networks=(ip_network("10.1.0.0/16"),))
    assert not blocked(judge, "10.1.2.3", 9999)
    assert not blocked(judge, "::ffff:10.1.2.3", 9999)
    assert blocked(judge, "10.2.0.1")


def test_nat64_is_judged_by_the_address_inside() -> None:
    judge = Judge(allow_networks=(ip_network("64:ff9b::/96"),))
    assert not blocked(judge, "64:ff9b::808:808")
    assert blocked(judge, "64:ff9b::7f00:1")


@pytest.mark.parametrize(("address", "scope"), [("fe80::1%eth0", 0), ("2606:4700::1111", 3)])
def test_scope_ids_are_refused(address: str, scope: int) -> None:
    assert blocked(Judge(), address, scope=scope)


@pytest.mark.parametrize(
    ("typed", "host", "target"),
    [
        ("https://exemplo.com.br/x?a=1", "exemplo.com.br", "/x?a=1"),
        ("HTTPS://EXEMPLO.com.br./x#frag", "exemplo.com.br", "/x"),
        ("http://127.0.0.1:8000", "127.0.0.1", "/"),
        ("https://são.example/x", "xn--so-sia.example", "/x"),
        ("https://[2606:4700::1]:8443?a=b", "2606:4700::1", "/?a=b"),
        ("https://a.b/%7Eana/%2F/../c%2fd?s=%2B+%20%3d&t=%c3%a7&u='(x)'&v=a/b?c", "a.b", None),
        ("https://a.b//x//;p=1,2/./%zz?%", "a.b", None),
        ("https://a.b/ação e?q=é", "a.b", "/a%C3%A7%C3%A3o%20e?q=%C3%A9"),
    ],
)
def test_what_stands_after_the_server_is_called_as_it_was_typed(typed: str, host: str, target: str | None) -> None:
    url = wire_url(checked_url(typed))
    assert (url.raw_host, url.raw_path_qs) == (host, target or typed.removeprefix("https://a.b"))


def test_a_url_is_stored_as_it_was_typed() -> None:
    assert checked_url(" HTTPS://Exemplo.com./a%7Eb#c \n") == "HTTPS://Exemplo.com./a%7Eb#c"


def test_a_server_is_a_host_and_a_port() -> None:
    assert server_of("https://NTFY.sh./") == "ntfy.sh:443"
    assert server_of("http://ntfy.sh:8080") == "ntfy.sh:8080"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "exemplo.com",
        "ftp://exemplo.com/",
        "https://",
        "https://usuario:senha@exemplo.com/",  # pragma: allowlist secret
        "https://usuario@exemplo.com/",
        "https://[fe80::1%25eth0]/",
        "https://exemplo.com:99999/",
        "javascript:alert(1)",
        "https://[::1",
        "https://exemplo.com\\@outro.com/",
        "https://exemplo.com\\x",
        "https://exemplo.com x/y",
        "https://exemplo.com/\r\nHost: x",
        "https://exemplo.com/" + "x" * 2000,
        "https://:443/",
        "https://exemplo.com:porta/",
        "https://" + "a" * 64 + ".com/",
        "https://a..b/",
    ],
)
def test_a_url_of_bad_form_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(UsageError, match="URL"):
        checked_url(url)


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("http://8.8.8.8/", True),
        ("https://8.8.8.8/", False),
        ("https://127.0.0.1/", True),
        ("https://[::1]/", True),
        ("https://8.8.8.8:22/", True),
        ("https://exemplo.com/", False),
    ],
)
def test_saving_warns_of_what_the_rules_refuse_already(url: str, refused: bool) -> None:
    assert refused_now(url, Judge()) is refused


class Liar(AbstractResolver):
    """Answers each look-up with the next list of addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        rows = [(a, socket.AF_INET6 if ":" in a else socket.AF_INET) for a in found]
        return [ResolveResult(hostname=host, host=a, port=port, family=f, proto=0, flags=0) for a, f in rows]

    async def close(self) -> None:
        """Nothing is open."""


def test_a_name_with_one_denied_address_is_refused_whole() -> None:
    resolver = JudgingResolver(Liar(["8.8.8.8", "10.0.0.1"]), Judge())
    with pytest.raises(BlockedAddress):
        asyncio.run(resolver.resolve("exemplo.com", 443))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "127.1", "0177.0.0.1"]
)
def test_odd_spellings_of_this_machine_are_refused_without_a_request(host: str) -> None:
    async def attempt() -> None:
        sender = Sender(DeliverySettings(allow_http=True))
        try:
            with pytest.raises((BlockedAddress, InvalidURL)) as caught:
                await sender.post(Request(f"http://{host}:80/x", {}, b"{}"), 5)
            assert of_exception(caught.value) is BLOCKED
        finally:
            await sender.close()

    asyncio.run(attempt())


def test_a_resolver_that_changes_its_answer_reaches_nothing_denied() -> None:
    """The first answer is public, as at saving; by the time of the connect it points inside."""

    async def attempt(receiver: ReceiverServer) -> None:
        sender = Sender(DeliverySettings(allow_http=True, allow_ports=(80, receiver.port)))
        session = sender._open()
        session.connector._resolver = Liar(["127.0.0.1"])  # type: ignore[union-attr]
        try:
            with pytest.raises(BlockedAddress):
                await sender.post(Request(f"http://exemplo.com:{receiver.port}/x", {}, b"{}"), 5)
        finally:
            await sender.close()

    with ReceiverServer({"/x": None}) as receiver:
        asyncio.run(attempt(receiver))
        assert not receiver.requests
