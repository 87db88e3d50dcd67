"""A service that fails by itself answers a SOAP fault, in the version that it is told to."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from lxml import etree

from sandbox.sefaz.envelope import SOAP11, SOAP12
from sandbox.sefaz.quedas import soap_fault


async def healthy() -> web.StreamResponse:
    raise AssertionError("the service did its work")


def fallen(*given: str, **how: bool | int) -> web.Response:
    async def ask() -> web.StreamResponse:
        return await soap_fault(*given, **how)(make_mocked_request("POST", "/"), healthy)  # type: ignore[arg-type]

    answer = asyncio.run(ask())
    assert isinstance(answer, web.Response)
    return answer


@pytest.mark.parametrize(
    ("soap11", "media", "version", "code"),
    [
        (False, "application/soap+xml", SOAP12, "soap:Receiver"),
        (True, "text/xml", SOAP11, "soap:Server"),
    ],
)
def test_a_fault_comes_in_the_envelope_and_media_type_of_its_version(
    soap11: bool, media: str, version: str, code: str
) -> None:
    answer = fallen("Caiu & volta", soap11=soap11)
    assert (answer.status, answer.content_type, answer.charset) == (500, media, "utf-8")
    assert isinstance(answer.body, bytes)
    root = etree.fromstring(answer.body)
    assert root.tag == f"{{{version}}}Envelope"
    assert [text for text in root.itertext() if text.startswith(("soap:", "Caiu"))] == [code, "Caiu & volta"]


def test_it_has_words_and_a_status_of_its_own_unless_others_are_given() -> None:
    assert isinstance(body := fallen().body, bytes)
    assert b"Erro interno do servico" in body
    assert fallen(status=503).status == 503
