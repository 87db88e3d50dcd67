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
