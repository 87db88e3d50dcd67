"""What was kept of a document is opened again as what it is. docs/reference/contracts/sefaz.md §2.6."""

import base64

import pytest

from connectors.sefaz import servico
from sandbox.sefaz import bomba, comprimido

RES = b'<resNFe xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.01"><chNFe>1</chNFe></resNFe>'
MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("schema", "kept", "falha"),
    [
        ("resNFe_v1.01.xsd", RES, None),
        ("resNFe_v1.01.xsd", b"\xef\xbb\xbf" + RES, None),
        ("resNFe_v1.01.xsd", comprimido(RES), None),
        ("resNFe_v1.01.xsd", base64.b64encode(comprimido(RES)), None),
        ("resNova_v1.01.xsd", RES, "não é conhecido"),
        ("procNFe_v4.00.xsd", RES, "a raiz é 'resNFe'"),
        ("resNFe_v1.01.xsd", b"<resNFe", "não é XML"),
        ("resNFe_v1.01.xsd", comprimido(RES)[:-9], "cortado"),
        ("resNFe_v1.01.xsd", bomba(11 * MIB), "passa do limite"),
        ("resNFe_v1.01.xsd", b"isto nao", "não é base64"),
        ("resNFe_v1.01.xsd", b"", "cortado"),
    ],
)
def test_what_was_kept_is_opened_again(schema: str, kept: bytes, falha: str | None) -> None:
    found = servico("nfe").reabrir(7, schema, kept)
    assert (found.nsu, found.schema) == (7, schema)
    if falha is None:
        assert (found.tipo, found.falha, found.bruto) == ("resNFe", None, None)
        assert (found.xml or b"").removeprefix(b"\xef\xbb\xbf") == RES
    else:
        assert falha in str(found.falha)
        assert kept in (found.bruto, found.xml)


DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
NOTE = (
    f'{DECLARED}<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe"><NFe><infNFe><xNome>Padaria São João</xNome>'
    "</infNFe></NFe><protNFe><xMotivo>Autorizado o uso da NF-e, situação normal</xMotivo></protNFe></nfeProc>"
)
HALF = NOTE.index("<protNFe>")
ODD = {
    "Windows-1252": NOTE.encode("cp1252"),
    "a protocol in Latin-1 glued into UTF-8": NOTE[:HALF].encode() + NOTE[HALF:].encode("latin-1"),
    "UTF-16 that says UTF-8": NOTE.encode("utf-16"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["text", "gzip"])
@pytest.mark.parametrize("name", ODD)
def test_a_text_that_is_no_clean_utf_8_is_opened_and_stays_as_it_came(name: str, packed: bool) -> None:
    found = servico("nfe").reabrir(7, "procNFe_v4.00.xsd", comprimido(ODD[name]) if packed else ODD[name])
    assert (found.tipo, found.xml, found.falha) == ("procNFe", ODD[name], None)


@pytest.mark.parametrize(
    ("text", "falha"),
    [
        (NOTE.replace("UTF-8", "iso-8859-2").encode("latin-1"), "não se sabe em que codificação"),
        (NOTE.replace(DECLARED, f"{DECLARED}<!DOCTYPE nfeProc>").encode(), "DOCTYPE"),
    ],
)
def test_what_is_xml_and_not_taken_is_not_said_to_be_none(text: bytes, falha: str) -> None:
    found = servico("nfe").reabrir(7, "procNFe_v4.00.xsd", comprimido(text))
    assert falha in str(found.falha)
    assert (found.tipo, found.bruto) == (None, comprimido(text))
