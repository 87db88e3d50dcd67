"""The signature of an event holds as the layout wants it: 298 where its shape is another, 297 where it was computed
over something else.

docs/reference/contracts/sefaz.md §4.4.
"""

import base64
import re
from collections.abc import Callable
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from support.sefaz import EMPRESA, NFE, OUTRA, evento, usual

from sandbox.documentos.comum import chave
from sandbox.sefaz import Cliente
from sandbox.sefaz.assinatura import DSIG, julgar

CHAVE = chave("55", 7)
IDENTIDADE = f"ID210210{CHAVE}01"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


@cache
def signer(cnpj: str = EMPRESA) -> Cliente:
    return usual().cliente(cnpj)


@cache
def signed() -> str:
    return evento(signer(), CHAVE)


def with_certificate(certificate: x509.Certificate) -> str:
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return re.sub(r"(?<=<X509Certificate>)[^<]+", der, signed())


def in_lines(text: str, name: str) -> str:
    return re.sub(rf"(?<=<{name}>)[^<]+", lambda found: "\n".join(re.findall(".{1,64}", found[0])), text)


def test_what_was_signed_holds() -> None:
    assert julgar(signed(), NFE, IDENTIDADE) is None


@pytest.mark.parametrize("name", ["SignatureValue", "X509Certificate"])
def test_base64_may_be_broken_into_lines(name: str) -> None:
    broken = in_lines(signed(), name)
    assert "\n" in broken
    assert julgar(broken, NFE, IDENTIDADE) is None


def test_a_namespace_may_be_said_where_it_is_known_already() -> None:
    said = signed().replace("<infEvento Id", f'<infEvento xmlns="{NFE}" Id')
    said = said.replace("<SignedInfo>", f'<SignedInfo xmlns="{DSIG}">')
    assert said.count("xmlns=") == 4
    assert julgar(said, NFE, IDENTIDADE) is None


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("<tpAmb>2<", "<tpAmb>1<"),
        lambda text: text.replace("<DigestValue>", "<DigestValue>A"),
        lambda text: text.replace("<SignatureValue>", "<SignatureValue>AAAA"),
        lambda text: text.replace("<infEvento ", '<infEvento outro="1" '),
        lambda text: with_certificate(signer(OUTRA).cadeia[0]),
        lambda text: with_certificate(signer().cadeia[1]),
    ],
    ids=["field", "digest", "signature", "attribute", "another's certificate", "a key of another kind"],
)
def test_what_was_changed_afterwards_differs_from_what_was_computed(changed: Callable[[str], str]) -> None:
    assert julgar(changed(signed()), NFE, IDENTIDADE) == "297"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'SignatureMethod Algorithm="{DSIG}rsa-sha1"', 'SignatureMethod Algorithm="urn:rsa-sha256"'),
        (f'DigestMethod Algorithm="{DSIG}sha1"', 'DigestMethod Algorithm="urn:sha256"'),
        (f'Transform Algorithm="{DSIG}enveloped-signature"', 'Transform Algorithm="urn:outra"'),
        (f'Transform Algorithm="{C14N}"', f'Transform Algorithm="{C14N}#WithComments"'),
        (f'CanonicalizationMethod Algorithm="{C14N}"', 'CanonicalizationMethod Algorithm="urn:exclusiva"'),
        ('URI="#ID', 'URI="#XX'),
        ("<SignatureValue>", "<OutroValue>"),
        ("<DigestValue>", "<OutroValue>"),
        ("<SignedInfo>", "<OutraInfo>"),
        ("infEvento>", "infOutro>"),
        ("<X509Certificate>", "<X509Certificate>AA"),
        ("<X509Certificate>", "<X509Certificate>ç"),
        ("<X509Certificate>", "<X509Certificate>QUJD</X509Certificate><X509Certificate>"),
        ("<X509Certificate>", "<X509SubjectName>CN=x</X509SubjectName><X509Certificate>"),
        ("<X509Data>", "<KeyValue>x</KeyValue><X509Data>"),
        ("<cOrgao>91</cOrgao>", "<cOrgao>91</cOrgao"),
    ],
)
def test_a_signature_of_another_shape_is_refused_as_such(old: str, new: str) -> None:
    """Of the signer there is the certificate and nothing else."""
    assert old in signed()
    assert julgar(signed().replace(old, new), NFE, IDENTIDADE) == "298"


@pytest.mark.parametrize("text", ["", "<evento/>", "<infEvento></infEvento>"])
def test_without_a_signature_there_is_none_to_judge(text: str) -> None:
    assert julgar(text, NFE, IDENTIDADE) == "298"


def test_it_has_to_be_over_the_event_that_is_asked_for() -> None:
    assert julgar(signed(), NFE, f"ID210210{CHAVE}02") == "298"
