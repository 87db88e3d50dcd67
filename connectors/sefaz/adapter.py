"""The transport that shows a company's certificate.

The key goes into TLS through a file that lives for a moment and is encrypted with a password nobody knows; so it is
made once, when a session begins. requests-pkcs12 takes it to the connections.
docs/reference/contracts/sefaz.md §2.1, §2.2, §5.1.
"""

import secrets
import ssl
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import SSLError
from requests_pkcs12 import Pkcs12Adapter

from connectors.base.blocking import NotingAdapter
from connectors.base.causes import Cause, cause_of
from core.certificado import Certificado
from core.errors import Misconfigured
from core.text import os_fault

PEM_ENDINGS = (".pem", ".crt", ".cer")


class CertificateAdapter(NotingAdapter, Pkcs12Adapter):  # type: ignore[misc]
    """One certificate; the authorities of a file or a folder are trusted beside the public ones.

    To load the public ones takes longer than a whole call, and for each certificate anew; so those of the settings are
    tried alone first.
    """

    def __init__(self, certificado: Certificado, ca: Path | None) -> None:
        autoridades = read_authorities(ca)
        self.ssl_context = _context(certificado)
        self.ssl_context.minimum_version = ssl.TLSVersion.TLSv1_2
        # the national servers ask for the certificate after the request; so may one under TLS 1.3
        self.ssl_context.post_handshake_auth = True
        if autoridades:
            self.ssl_context.load_verify_locations(cadata=autoridades)
        self._nearest = None if ca is None else str(_files(ca)[0])
        # not by the file, as requests-pkcs12 would: it was opened before
        HTTPAdapter.__init__(self, max_retries=0)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        """Send a request; whom the settings' authorities do not vouch for, the public ones may."""
        if self._nearest is not None:
            try:
                return super().send(request, stream, timeout, self._nearest, cert, proxies)
            except SSLError as fault:
                if cause_of(fault) is not Cause.BAD_CERTIFICATE:
                    raise
            self._nearest = None
        return super().send(request, stream, timeout, verify, cert, proxies)


def _context(certificado: Certificado) -> ssl.SSLContext:
    """Return a client's TLS with a certificate, whose key goes through a file that nobody can open."""
    context, password = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), secrets.token_bytes(16)
    closed = BestAvailableEncryption(password)
    with NamedTemporaryFile() as file:
        file.write(certificado.chave.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, closed))
        file.writelines(one.public_bytes(Encoding.PEM) for one in certificado.cadeia)
        file.flush()
        context.load_cert_chain(file.name, password=password)
    return context


def read_authorities(path: Path | None) -> str:
    """Return the certificates of a file of PEM, or of all in a folder; raise `Misconfigured` where there are none."""
    if path is None:
        return ""
    try:
        text = "\n".join(one.read_text(encoding="ascii", errors="ignore") for one in _files(path))
    except OSError as fault:
        raise Misconfigured(f"sefaz.ca: não consegui ler {path}: {os_fault(fault)}.") from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ValueError:
        raise Misconfigured(f"sefaz.ca: {path} não tem certificados em PEM.") from None
    except ssl.SSLError:
        raise Misconfigured(f"sefaz.ca: {path} não tem certificados em PEM que se leiam.") from None
    return text


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.suffix.lower() in PEM_ENDINGS)
