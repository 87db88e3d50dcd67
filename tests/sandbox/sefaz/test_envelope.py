"""SOAP envelopes: which are taken, what is said of a message, and how answers and faults are wrapped."""

import pytest
from lxml import etree

from sandbox.sefaz.envelope import SOAP11, SOAP12, SoapFault, answer, edited, fault_text, payload, prefixed

WSDL = "urn:wsdl"
PATH = ((WSDL, "pergunta"), (WSDL, "dados"))
MESSAGE = "<m>oi</m>"


def enveloped(
    inner: str = f'<pergunta xmlns="{WSDL}"><dados>{MESSAGE}</dados></pergunta>', soap: str = SOAP12, head: str = ""
) -> bytes:
    return f'<s:Envelope xmlns:s="{soap}">{head}<s:Body>{inner}</s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize("head", ["", f'<s:Header xmlns:s="{SOAP12}"><a/></s:Header>'])
def test_the_message_is_taken_out_of_its_wrappers_and_a_header_is_passed_over(head: str) -> None:
    found = payload(enveloped(head=head), *PATH)
    assert (found.tag, found.text) == (f"{{{WSDL}}}m", "oi")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Unable to read"),
        (b"nada", "Unable to read"),
        (enveloped()[:-3], "Unable to read"),
        (b'<?xml version="1.0" encoding="nenhum"?><a/>', "Unable to read"),
        (enveloped(""), "Expected one element pergunta of urn:wsdl"),
        (enveloped('<pergunta xmlns="urn:outra"><dados/></pergunta>'), "Expected one element pergunta"),
        (enveloped(f'<outra xmlns="{WSDL}"><dados/></outra>'), "Expected one element pergunta"),
        (enveloped(f'<pergunta xmlns="{WSDL}"/><pergunta xmlns="{WSDL}"/>'), "Expected one element pergunta"),
        (enveloped(f'<pergunta xmlns="{WSDL}"/><outra/>'), "Expected one element pergunta"),
        (enveloped(f'<pergunta xmlns="{WSDL}"><dados>oi</dados></pergunta>'), "Expected one message"),
        (enveloped(f'<pergunta xmlns="{WSDL}"><dados><a/><b/></dados></pergunta>'), "Expected one message"),
        (enveloped(head="<outra/>"), "Expected one element Body"),
    ],
)
def test_what_is_no_such_envelope_is_the_sender_s_fault(body: bytes, reason: str) -> None:
    with pytest.raises(SoapFault) as fault:
        payload(body, *PATH)
    assert fault.value.args[0] == "Sender"
    assert fault.value.args[1].startswith(reason)


@pytest.mark.parametrize("body", [enveloped(soap=SOAP11), enveloped(soap="urn:soap"), b"<Envelope/>"])
def test_another_version_of_soap_is_told_as_such(body: bytes) -> None:
    with pytest.raises(SoapFault) as fault:
        payload(body, *PATH)
    assert fault.value.args[0] == "VersionMismatch"


def test_an_entity_is_not_put_in_the_place_of_its_name() -> None:
    body = b'<!DOCTYPE a [<!ENTITY x "expandida">]>' + enveloped().replace(b">oi<", b">&x;<")
    assert b"expandida" not in etree.tostring(payload(body, *PATH), with_tail=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<h><m><a>x</a></m></h>", False),
        ("<h><m><a> x\n</a></m></h>", False),
        ("<h><m/></h>", False),
        ("<h> <m/></h>", True),
        ("<h><m/>\n</h>", True),
        ("<h><m> <a/></m></h>", True),
        ("<h><m><a/>\t</m></h>", True),
        ("<h><m><a><b/> </a></m></h>", True),
    ],
)
def test_white_space_counts_around_a_message_and_between_its_tags_but_not_in_a_text(text: str, found: bool) -> None:
    assert edited(etree.fromstring(text)[0]) is found


def test_a_message_by_itself_has_nothing_around_it() -> None:
    assert not edited(etree.fromstring("<m><a>x</a></m>"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<m xmlns="urn:a"><a/></m>', False),
        ('<m xmlns="urn:a" xmlns:n="urn:n"><!-- n: --><a/></m>', False),
        ('<n:m xmlns:n="urn:n"/>', True),
        ('<m xmlns:n="urn:n"><a><n:b/></a></m>', True),
    ],
)
def test_a_prefix_counts_where_an_element_has_it(text: str, found: bool) -> None:
    assert prefixed(etree.fromstring(text)) is found


@pytest.mark.parametrize("version", [SOAP11, SOAP12])
@pytest.mark.parametrize("wrappers", [("Resposta",), ("Resposta", "Resultado")])
def test_an_answer_stands_in_its_wrappers_in_the_namespace_of_the_service(
    wrappers: tuple[str, ...], version: str
) -> None:
    found = etree.fromstring(answer('<r xmlns="urn:r"/>', wrappers, WSDL, version))
    names = [one.tag for one in found.iter()]
    wanted = [f"{{{WSDL}}}{name}" for name in wrappers]
    assert names == [f"{{{version}}}Envelope", f"{{{version}}}Body", *wanted, "{urn:r}r"]


@pytest.mark.parametrize(
    ("code", "old"), [("Receiver", "Server"), ("Sender", "Client"), ("VersionMismatch", "VersionMismatch")]
)
def test_a_fault_has_the_name_that_its_version_gives_it(code: str, old: str) -> None:
    new = etree.fromstring(fault_text(code, "a < b & c", SOAP12))
    assert new.findtext(f".//{{{SOAP12}}}Code/{{{SOAP12}}}Value") == f"soap:{code}"
    assert new.findtext(f".//{{{SOAP12}}}Reason/{{{SOAP12}}}Text") == "a < b & c"
    other = etree.fromstring(fault_text(code, "a < b & c", SOAP11))
    assert (other.findtext(".//faultcode"), other.findtext(".//faultstring")) == (f"soap:{old}", "a < b & c")
