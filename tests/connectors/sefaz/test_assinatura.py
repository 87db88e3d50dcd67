"""The signature of an event holds by other means than those it was made with: no lxml, no code of ours.

docs/reference/contracts/sefaz.md §4.4, §4.5.
"""

import base64
import hashlib
import re
from importlib.resources import files
from xml.etree.ElementTree import canonicalize, fromstring

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree
from support.sefaz import DSIG, EMPRESA, INICIO, NFE, Lugar

from connectors.sefaz import Manifestacao, Sefaz, Tipo
from connectors.sefaz.evento import pedido
from connectors.sefaz.retorno import proc_evento
from core.documentos.validacao import Resultado, validar
from core.settings.sefaz import SefazSettings
from sandbox.documentos.comum import chave

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
LOT_SCHEMA = "nfe_evento_mde/schemas/v1_0/envConfRecebto_v1.00.xsd"
WHY = "Não pedimos & recusamos <tudo>, à vista: çãõé ÿ"


def alone(text: str, name: str, ns: str) -> str:
    """Return an element with the namespace that it has from around it, as it stands in the text otherwise."""
    found = re.search(rf"<{name}[ >].*?</{name}>", text, re.DOTALL)
    assert found
    return re.sub(rf"^<{name}", f'<{name} xmlns="{ns}"', found[0])


def verified(text: str) -> x509.Certificate:
    """Verify an event; return the certificate that it carries."""
    root = fromstring(text)
    ns = {"d": DSIG, "n": NFE}
    signature = root.find("d:Signature", ns)
    assert signature is not None
    info = signature.find("d:SignedInfo", ns)
    assert info is not None
    methods = [one.get("Algorithm") for one in info.iter() if one.get("Algorithm")]
    assert methods == [C14N, f"{DSIG}rsa-sha1", f"{DSIG}enveloped-signature", C14N, f"{DSIG}sha1"]
    signed = root.find("n:infEvento", ns)
    reference = info.find("d:Reference", ns)
    assert signed is not None
    assert reference is not None
    assert reference.get("URI") == f"#{signed.get('Id')}"
    digest = hashlib.sha1(canonicalize(alone(text, "infEvento", NFE)).encode()).digest()
    assert info.findtext("d:Reference/d:DigestValue", None, ns) == base64.b64encode(digest).decode()
    certificates = signature.findall("d:KeyInfo/d:X509Data/d:X509Certificate", ns)
    assert len(certificates) == 1
    der = base64.b64decode(certificates[0].text or "", validate=True)
    found = x509.load_der_x509_certificate(der)
    key = found.public_key()
    assert isinstance(key, RSAPublicKey)
    value = base64.b64decode(signature.findtext("d:SignatureValue", "", ns), validate=True)
    key.verify(value, canonicalize(alone(text, "SignedInfo", DSIG)).encode(), padding.PKCS1v15(), hashes.SHA1())
    return found


@pytest.mark.parametrize("tipo", Tipo)
def test_it_holds(aberto: Sefaz, tipo: Tipo) -> None:
    why = WHY if tipo is Tipo.NAO_REALIZADA else None
    text = aberto.assinar(Manifestacao(chave("55", 1), EMPRESA, tipo, INICIO, 1, why)).decode()
    assert EMPRESA in verified(text).subject.rfc4514_string()


def test_it_holds_no_more_once_a_letter_is_changed(aberto: Sefaz) -> None:
    said = Manifestacao(chave("55", 1), EMPRESA, Tipo.NAO_REALIZADA, INICIO, 1, WHY)
    text = aberto.assinar(said).decode()
    with pytest.raises(AssertionError):
        verified(text.replace("Não pedimos", "Nao pedimos"))


def test_letters_stand_as_they_are(aberto: Sefaz) -> None:
    said = Manifestacao(chave("55", 1), EMPRESA, Tipo.NAO_REALIZADA, INICIO, 1, WHY)
    text = aberto.assinar(said).decode()
    assert "çãõé ÿ" in text
    assert "&amp;" in text
    assert "&#" not in text
    assert not text.startswith("<?xml")


@pytest.mark.parametrize("tipo", Tipo)
def test_event_lot_and_proof_keep_to_the_national_schemas(lugar: Lugar, aberto: Sefaz, tipo: Tipo) -> None:
    lugar.server.comecar(EMPRESA)
    why = WHY if tipo is Tipo.NAO_REALIZADA else None
    said = Manifestacao(lugar.server.emitir(EMPRESA).chave, EMPRESA, tipo, INICIO, 1, why)
    signed = aberto.assinar(said)
    lot = re.search(rb"<envEvento.*</envEvento>", pedido(1, [signed], SefazSettings()).body or b"", re.DOTALL)
    assert lot
    schema = etree.XMLSchema(etree.parse(str(files("nfelib") / LOT_SCHEMA)))
    assert schema.validate(etree.fromstring(lot[0])), schema.error_log
    kept = proc_evento(signed, aberto.manifestar(1, [signed]).eventos[0])
    assert [validar(one).resultado for one in (signed, kept)] == [Resultado.VALIDO] * 2
