"""The signature of an event, judged on its text alone: no parser of ours and none of lxml takes part.

The canonical form is that of `xml.etree`, which is another program than libxml2, by which events are signed.
docs/reference/contracts/sefaz.md §4.4, §4.5.
"""

import base64
import binascii
import hashlib
import re
from xml.etree.ElementTree import ParseError, canonicalize

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

DSIG = "http://www.w3.org/2000/09/xmldsig#"
_ALGORITHMS = (
    'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
    f'SignatureMethod Algorithm="{DSIG}rsa-sha1"',
    f'Transform Algorithm="{DSIG}enveloped-signature"',
    'Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
    f'DigestMethod Algorithm="{DSIG}sha1"',
)
# Of the signer the certificate, and nothing else.
_KEY_INFO = re.compile(r"<KeyInfo><X509Data><X509Certificate>[^<]+</X509Certificate></X509Data></KeyInfo>")


def julgar(evento: str, ns: str, identidade: str) -> str | None:
    """Return the status of a signature that does not hold: 298 for its shape, 297 for what was computed."""
    info, signed = _slice(evento, "infEvento"), _slice(evento, "SignedInfo")
    digest, value, given = (_text(evento, name) for name in ("DigestValue", "SignatureValue", "X509Certificate"))
    if not (info and signed and digest and value and given) or not _KEY_INFO.search(evento):
        return "298"
    if f'URI="#{identidade}"' not in signed or not all(f"<{one}" in signed for one in _ALGORITHMS):
        return "298"
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(given))
        computed = base64.b64encode(hashlib.sha1(_canonical(info, ns), usedforsecurity=False).digest()).decode()
        return None if computed == digest and _holds(certificate, value, _canonical(signed, DSIG)) else "297"
    except (ValueError, ParseError, binascii.Error):
        return "298"


def _holds(certificate: x509.Certificate, value: str, signed: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(base64.b64decode(value), signed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the layout's
    except InvalidSignature:
        return False
    return True


def _canonical(text: str, ns: str) -> bytes:
    """Return an element alone, with the namespace that it has from outside."""
    opening = text[: text.index(">")]
    if "xmlns=" not in opening:
        name = re.match(r"<\w+", text)
        text = f'{name[0]} xmlns="{ns}"{text[name.end() :]}' if name else text
    return canonicalize(text).encode()


def _slice(text: str, name: str) -> str:
    found = re.search(rf"<{name}[ >].*?</{name}>", text, re.DOTALL)
    return found[0] if found else ""


def _text(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]+)</{name}>", text)
    return "".join(found[1].split()) if found else ""
