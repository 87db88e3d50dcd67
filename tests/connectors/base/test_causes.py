"""What the libraries raise, read from real exceptions of both, and a table that names only classes there are."""

import asyncio
import contextlib
import importlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from support.descriptors import no_descriptors
from support.https import certificate, https_receiver

from connectors.base.causes import CAUSES, Cause, cause_of
from core.http import open_session
from sandbox import faults
from sandbox.anything import AnythingServer
from sandbox.server import refused_address

NAMES = sorted({name for _, names in CAUSES for name in names})


@pytest.fixture
def server() -> Iterator[AnythingServer]:
    with AnythingServer({}) as running:
        yield running


Around = Callable[[], contextlib.AbstractContextManager[None]]


def by_aiohttp(url: str, around: Around = contextlib.nullcontext) -> BaseException:
    async def once() -> None:
        async with open_session() as session, asyncio.timeout(0.5):
            with around():
                async with session.post(url, data=b"x") as response:
                    await response.read()

    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
        asyncio.run(once())
    return caught.value


def by_requests(url: str, around: Around = contextlib.nullcontext) -> BaseException:
    session = requests.Session()
    session.trust_env = False
    with session, around(), pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
        session.post(url, data=b"x", timeout=0.5)
    return caught.value


WAYS = pytest.mark.parametrize("raised", [by_aiohttp, by_requests])


@pytest.mark.parametrize("name", NAMES)
def test_every_class_of_the_table_is_there(name: str) -> None:
    module, _, kind = name.rpartition(".")
    found = getattr(importlib.import_module(module), kind)
    assert issubclass(found, Exception)


@WAYS
def test_nobody_listens(raised: object) -> None:
    assert callable(raised)
    with refused_address() as nowhere:
        assert cause_of(raised(nowhere)) is Cause.NO_CONNECTION


@WAYS
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_left_to_connect_with(raised: object, host: str) -> None:
    assert callable(raised)
    assert cause_of(raised(f"http://{host}:9", no_descriptors)) is Cause.NO_MEANS


@WAYS
def test_an_address_that_is_none(raised: object) -> None:
    assert callable(raised)
    assert cause_of(raised("http://")) is Cause.BAD_ADDRESS


@WAYS
def test_a_name_that_is_not_known(raised: object) -> None:
    assert callable(raised)
    assert cause_of(raised("http://nome-que-nao-existe.invalid")) in (Cause.NO_NAME, Cause.TIMEOUT)


@WAYS
def test_a_certificate_nobody_vouches_for(raised: object, tmp_path: Path) -> None:
    assert callable(raised)
    with https_receiver(tmp_path) as other:
        assert cause_of(raised(f"https://localhost:{other.port}")) is Cause.BAD_CERTIFICATE


@contextmanager
def wanting_a_certificate(folder: Path) -> Iterator[str]:
    """Serve one handshake that wants the client's certificate, and hold the line until its refusal was read."""
    made, over = certificate(folder, "localhost"), threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    context.load_verify_locations(made)
    context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            plain = listener.accept()[0]
            with context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False) as link:
                with contextlib.suppress(ssl.SSLError):
                    link.do_handshake()
                over.wait(60)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"https://localhost:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def test_a_certificate_of_ours_that_is_wanted(tmp_path: Path) -> None:
    with wanting_a_certificate(tmp_path) as url, requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.exceptions.RequestException) as caught:
            session.post(url, data=b"x", timeout=60, verify=str(tmp_path / "certificado.pem"))
    assert cause_of(caught.value) is Cause.CERTIFICATE_REFUSED


@WAYS
def test_a_server_without_tls(raised: object, server: AnythingServer) -> None:
    assert callable(raised)
    assert cause_of(raised(server.url.replace("http:", "https:"))) is Cause.NO_TLS


@WAYS
@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (faults.silent(), Cause.TIMEOUT),
        (faults.reset(), Cause.CUT),
        (faults.close_early(b""), Cause.CUT),
        (faults.close_early(), Cause.CUT),
        (faults.garbage(), Cause.BAD_HTTP),
    ],
    ids=["silent", "reset", "closed", "closed in the body", "no HTTP"],
)
def test_an_answer_that_does_not_come(
    raised: object, server: AnythingServer, fault: faults.Fault, cause: Cause
) -> None:
    assert callable(raised)
    server.faults.always(fault)
    assert cause_of(raised(server.url)) is cause


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), RuntimeError("x"), AssertionError()])
def test_a_fault_of_our_own_is_none_of_the_network(error: Exception) -> None:
    assert cause_of(error) is None


def test_what_stands_behind_an_error_counts() -> None:
    outer = requests.exceptions.ConnectionError(requests.exceptions.RetryError(ssl.SSLCertVerificationError("x")))
    assert cause_of(outer) is Cause.BAD_CERTIFICATE
    assert cause_of(requests.exceptions.RequestException()) is Cause.CUT
