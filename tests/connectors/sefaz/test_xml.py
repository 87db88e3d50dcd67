"""XML of others read safely, ours written as the service takes it. docs/reference/contracts/sefaz.md §2.2, §2.3."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from connectors.sefaz import xml
from connectors.sefaz.servico import NaoEntendida
from connectors.sefaz.xml import SOAP11, SOAP12

NS = "http://www.portalfiscal.inf.br/nfe"
FAULT_12 = (
    f'<e:Envelope xmlns:e="{SOAP12}"><e:Body><e:Fault><e:Reason><e:Text>{{}}</e:Text></e:Reason></e:Fault></e:Body>'
    "</e:Envelope>"
)
FAULT_11 = (
    f'<e:Envelope xmlns:e="{SOAP11}"><e:Body><e:Fault><faultstring>{{}}</faultstring></e:Fault></e:Body></e:Envelope>'
)


def element(inner: str) -> xml.Element:
    return xml.lido(f'<r xmlns="{NS}">{inner}</r>'.encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f'<r xmlns="{NS}">ação</r>'.encode(), "ação"),
        (b"\xef\xbb\xbf<r>a\xc3\xa7\xc3\xa3o</r>", "ação"),
        ("<r>ação</r>".encode("latin-1"), "ação"),
        ('<?xml version="1.0" encoding="UTF-8"?><r>ação</r>'.encode("latin-1"), "ação"),
        ('<?xml version="1.0" encoding="utf-16"?><r>ação</r>'.encode(), "ação"),
        ("<r>ação</r>".encode("utf-16"), "ação"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><r>Servi\xc3\xa7o a\xe7\xe3o</r>', "Serviço a��o"),
        (b"<r><!-- nada --><?pi x?>dito</r>", "dito"),
    ],
)
def test_an_answer_is_read_in_whatever_encoding_its_bytes_are(content: bytes, said: str) -> None:
    assert "".join(xml.lido(content).itertext()) == said


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"texto",
        b"<r>",
        b"<r></s>",
        b"\0",
        b"<r>\0</r>",
        b"<!DOCTYPE r><r/>",
        b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>',
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        b"<html><body>Bem-vindo<br></body></html>",
    ],
)
def test_what_is_no_xml_or_has_a_dtd_is_not_read(content: bytes) -> None:
    with pytest.raises(NaoEntendida) as told:
        xml.lido(content)
    assert told.value.args == ("",)


def test_an_element_is_found_in_whatever_envelope_and_only_in_its_namespace() -> None:
    inner = f'<a><b><x xmlns="{NS}">1</x><x xmlns="outro">2</x></b></a>'
    assert xml.achado(xml.lido(inner.encode()), NS, "x").text == "1"
    with pytest.raises(NaoEntendida, match=r"^$"):
        xml.achado(xml.lido(inner.encode()), "terceiro", "x")


@pytest.mark.parametrize("fault", [FAULT_12, FAULT_11], ids=["1.2", "1.1"])
def test_where_it_is_not_there_the_words_of_a_soap_fault_are_told(fault: str) -> None:
    content = fault.format("Serviço paralisado").encode()
    with pytest.raises(NaoEntendida, match=r"^Serviço paralisado$"):
        xml.achado(xml.lido(content), NS, "x")
    assert xml.words_of(content) == "Serviço paralisado"


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"<r/>", FAULT_12.format("").encode(), FAULT_11.format("").encode()]
)
def test_an_answer_without_such_words_says_nothing(content: bytes) -> None:
    assert xml.words_of(content) == ""


@pytest.mark.parametrize(
    ("inner", "said"),
    [("<x> dito\n</x>", "dito"), ("<x/>", ""), ("", ""), ('<x xmlns="outro">dito</x>', ""), ("<y><x>dito</x></y>", "")],
)
def test_what_a_child_says_comes_without_blanks_and_only_of_a_child(inner: str, said: str) -> None:
    assert xml.text(element(inner), NS, "x") == said


@pytest.mark.parametrize("written", ["138", "1381", " 138\n"])
def test_a_status_has_three_digits_or_four(written: str) -> None:
    assert xml.status(element(f"<cStat>{written}</cStat>"), NS) == written.strip()


@pytest.mark.parametrize("written", ["", "13", "13811", "13a", "-38", "١٣٨", "1 38"])
def test_what_is_no_status_is_no_answer(written: str) -> None:
    with pytest.raises(NaoEntendida):
        xml.status(element(f"<cStat>{written}</cStat>"), NS)
    with pytest.raises(NaoEntendida):
        xml.status(element(""), NS)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", 0),
        ("000000000000007", 7),
        (" 7\n", 7),
        ("9" * 15, 10**15 - 1),
        ("9" * 16, None),
        ("", None),
        ("  ", None),
        (None, None),
        ("-1", None),
        ("1.0", None),
        ("1_0", None),
        ("٧", None),
    ],
)
def test_a_number_has_at_most_fifteen_digits_and_absent_is_not_zero(written: str | None, number: int | None) -> None:
    assert xml.number(written) == number


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-26T09:00:00-03:00", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26T09:00:00", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26T09:00:00Z", datetime(2026, 11, 26, 9, tzinfo=UTC)),
        ("2026-11-26", datetime(2026, 11, 26, 3, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2026-02-30T09:00:00", None),
        ("ontem", None),
        ("", None),
    ],
)
def test_an_instant_without_an_offset_is_brasilia_s(written: str, instant: datetime | None) -> None:
    assert xml.instant(written) == instant


def test_a_message_has_no_prefix_and_no_white_space_between_its_tags() -> None:
    root = xml.root_of(NS, "distDFeInt", "1.01")
    xml.filled(root, NS, "tpAmb", "1")
    xml.filled(xml.filled(root, NS, "distNSU"), NS, "ultNSU", "a & b")
    assert (
        etree.tostring(root)
        == (
            f'<distDFeInt xmlns="{NS}" versao="1.01"><tpAmb>1</tpAmb><distNSU><ultNSU>a &amp; b</ultNSU></distNSU>'
            "</distDFeInt>"
        ).encode()
    )


@pytest.mark.parametrize(
    ("wrappers", "inner"),
    [
        (("acao", "dados"), '<acao xmlns="w"><dados><m xmlns="n" versao="1"/></dados></acao>'),
        (("dados",), '<dados xmlns="w"><m xmlns="n" versao="1"/></dados>'),
        ((), '<m xmlns="n" versao="1"/>'),
    ],
)
def test_an_envelope_holds_the_message_in_the_elements_of_its_service(wrappers: tuple[str, ...], inner: str) -> None:
    made = xml.envelope(xml.root_of("n", "m", "1"), "w", *wrappers).decode()
    head, _, rest = made.partition("\n")
    assert head == "<?xml version='1.0' encoding='utf-8'?>"
    assert rest == f'<soap12:Envelope xmlns:soap12="{SOAP12}"><soap12:Body>{inner}</soap12:Body></soap12:Envelope>'


def test_the_action_stands_in_the_content_type() -> None:
    assert xml.headers("http://x/y")["Content-Type"] == 'application/soap+xml; charset=utf-8; action="http://x/y"'
