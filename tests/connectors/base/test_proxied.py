"""Both sessions leave through a proxy, with TLS from end to end, and say so when it is the proxy that fails."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import connector
from support.https import HttpsReceiver, https_receiver
from support.ports import free_port
from support.proxy import ConnectProxy, connect_proxy

from connectors.base.asynchronous import AsyncSession
from connectors.base.blocking import BlockingSession
from connectors.base.faults import Blocked, Fault, Unreachable
from connectors.base.policy import Policy
from connectors.base.reading import Reply
from connectors.base.teller import Teller
from core.errors import Transient
from core.proxy import Proxy

POLICY = Policy(overall=20, connect=2)


@dataclass
class Scene:
    """A receiver under TLS, a proxy before it, and one call on a session of either kind."""

    receiver: HttpsReceiver
    proxy: ConnectProxy
    call: Callable[[Proxy | None, str], Reply]
    made: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.receiver.port}/x"

    def ask(self, login: tuple[str, str] | None = None, url: str | None = None) -> Reply:
        return self.call(Proxy(self.proxy.url, login), url or self.url)


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsReceiver]:
    with https_receiver(tmp_path_factory.mktemp("tls")) as running, pytest.MonkeyPatch.context() as trusting:
        # there is no other way to let this process trust it
        trusting.setattr(connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=running.authority))
        yield running


@pytest.fixture(params=["aiohttp", "requests"])
def scene(receiver: HttpsReceiver, request: pytest.FixtureRequest) -> Iterator[Scene]:
    ask = _aiohttp if request.param == "aiohttp" else _requests(receiver.authority)
    with connect_proxy(login="ana:s@/ é") as proxy:
        proxy.names["localhost"] = ("127.0.0.1", receiver.port)
        yield Scene(receiver, proxy, ask)


LOGIN = ("ana", "s@/ é")


def _requests(authority: Path) -> Callable[[Proxy | None, str], Reply]:
    def ask(proxy: Proxy | None, url: str) -> Reply:
        with BlockingSession(POLICY, Teller("Sistema"), ca_file=str(authority), proxy=proxy) as session:
            return session.call("POST", url, headers={}, body=b"{}")

    return ask


def _aiohttp(proxy: Proxy | None, url: str) -> Reply:
    async def ask() -> Reply:
        async with AsyncSession(POLICY, Teller("Sistema"), proxy=proxy) as session:
            return await session.call("POST", url, headers={}, body=b"{}")

    return asyncio.run(ask())


def failed(act: Callable[[], Reply]) -> Fault:
    with pytest.raises(Fault) as told:
        act()
    assert not told.value.may_be_stored
    assert "s@/" not in str(told.value)
    return told.value


def test_the_proxy_leads_and_sees_nothing(scene: Scene) -> None:
    before = len(scene.receiver.bodies)
    assert scene.ask(LOGIN).status == 204
    assert scene.proxy.targets == [f"localhost:{scene.receiver.port}"]
    assert len(scene.receiver.bodies) == before + 1


def test_a_certificate_is_judged_beyond_the_proxy(scene: Scene) -> None:
    scene.proxy.names["outro.exemplo"] = ("127.0.0.1", scene.receiver.port)
    fault = failed(lambda: scene.ask(LOGIN, f"https://outro.exemplo:{scene.receiver.port}/x"))
    assert "certificado TLS" in str(fault)
    assert scene.proxy.targets == [f"outro.exemplo:{scene.receiver.port}"]


def test_who_the_proxy_does_not_know_is_told(scene: Scene) -> None:
    for login in (None, ("ana", "errada")):
        fault = failed(lambda login=login: scene.ask(login))  # type: ignore[misc]
        assert isinstance(fault, Blocked)
        assert "o proxy de saída recusou o usuário ou a senha (HTTP 407)" in str(fault)


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_proxy_that_does_not_lead_there_is_told(scene: Scene, status: int) -> None:
    scene.proxy.refusal = status
    fault = failed(lambda: scene.ask(LOGIN))
    assert isinstance(fault, Transient)
    assert "o proxy de saída não leva a este servidor" in str(fault)


@pytest.mark.parametrize("host", ["127.0.0.1", "proxy.invalid"])
def test_a_proxy_that_is_down_is_told(scene: Scene, host: str) -> None:
    port = free_port()
    fault = failed(lambda: scene.call(Proxy(f"http://{host}:{port}"), scene.url))
    assert isinstance(fault, Unreachable)
    assert "o proxy de saída não aceita conexão" in str(fault)


def test_what_goes_directly_does_not_ask_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, scene.proxy.url)
    assert scene.call(None, scene.url).status == 204
    assert scene.call(Proxy(scene.proxy.url, LOGIN, ("localhost",)), scene.url).status == 204
    assert scene.proxy.targets == []
