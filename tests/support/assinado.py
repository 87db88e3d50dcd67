"""Documents signed as the law has it, by means of their own: cryptography signs, the standard library canonicalises."""

import base64
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from xml.etree.ElementTree import canonicalize

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.documentos.comum import EMITENTE

DSIG = "http://www.w3.org/2000/09/xmldsig#"
NASCE, MORRE = datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


@cache
def chave_privada(numero: int = 0) -> rsa.RSAPrivateKey:
    """Return one of some keys of this run."""
    assert numero >= 0
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificado(nome: str = f"Comercio de Exemplo Ltda:{EMITENTE.documento}", numero: int = 0) -> x509.Certificate:
    """Return a certificate that nobody issued."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, nome)])
    key = chave_privada(numero)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NASCE)
        .not_valid_after(MORRE - timedelta(seconds=1))
        .sign(key, hashes.SHA256())
    )


def assinado(texto: str, nome: str, cert: x509.Certificate | None = None, numero: int = 0) -> str:
    """Return a text whose made-up signature is a real one over the element of this name."""
    body = re.search(rf"<{nome} .*?</{nome}>", texto, re.DOTALL)
    assert body is not None
    space = re.findall(r'xmlns="([^"]*portalfiscal[^"]*)"', texto[: body.start()])[-1]
    ident = re.search(r'Id="([^"]+)"', body[0])
    assert ident is not None
    plain = canonicalize(body[0].replace(f"<{nome} ", f'<{nome} xmlns="{space}" ', 1))
    digest = base64.b64encode(_sha1(plain.encode())).decode()
    made = re.search(r"<Signature .*?</Signature>", texto, re.DOTALL)
    assert made is not None
    info = re.sub(r"<DigestValue>.*?</DigestValue>", f"<DigestValue>{digest}</DigestValue>", made[0])
    info = re.search(r"<SignedInfo>.*</SignedInfo>", info, re.DOTALL)[0]  # type: ignore[index]
    signed = canonicalize(info.replace("<SignedInfo>", f'<SignedInfo xmlns="{DSIG}">'))
    value = chave_privada(numero).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA1())
    der = (cert or certificado()).public_bytes(serialization.Encoding.DER)
    signature = (
        f'<Signature xmlns="{DSIG}">{info}<SignatureValue>{base64.b64encode(value).decode()}</SignatureValue><KeyInfo>'
        f"<X509Data><X509Certificate>{base64.b64encode(der).decode()}</X509Certificate></X509Data></KeyInfo></Signature>"
    )
    return texto.replace(made[0], signature)


def _sha1(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA1())
    digest.update(content)
    return digest.finalize()
