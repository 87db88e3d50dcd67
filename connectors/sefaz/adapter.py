"""The transport that shows a company's certificate.

The key goes into TLS through a file that lives for a moment and is encrypted with a password nobody knows
(requests-pkcs12); so it is made once, when a session begins. docs/reference/contracts/sefaz.md §2.1, §2.2, §5.1.
"""

import ssl
from collections.abc import Iterator
from pathlib import Path

from requests_pkcs12 import Pkcs12Adapter

from connectors.base.blocking import NotingAdapter
from core.certificado import Certificado, CertificadoRecusado, abrir
from core.clock import SYSTEM
from core.errors import Misconfigured
from core.text import os_fault

PEM_ENDINGS = (".pem", ".crt", ".cer")


class CertificateAdapter(NotingAdapter, Pkcs12Adapter):  # type: ignore[misc]
    """One certificate; other authorities are trusted beside the public ones."""

    def __init__(self, certificado: Certificado, autoridades: str) -> None:
        """Open the file, which takes long; raise `CertificadoRecusado` where it does not serve any more."""
        try:
            # mypy sees no base behind requests' own
            super().__init__(pkcs12_data=certificado.pfx, pkcs12_password=certificado.senha, max_retries=0)  # type: ignore[call-arg]
        except (ValueError, TypeError):
            raise _refused(certificado) from None
        self.ssl_context.minimum_version = ssl.TLSVersion.TLSv1_2
        # the national servers ask for the certificate after the request; so may one under TLS 1.3
        self.ssl_context.post_handshake_auth = True
        if autoridades:
            self.ssl_context.load_verify_locations(cadata=autoridades)


def _refused(certificado: Certificado) -> CertificadoRecusado:
    """Return why a file is not opened any more, as well as it can be told."""
    try:
        abrir(certificado.pfx, certificado.senha).conferir(SYSTEM.now())
    except CertificadoRecusado as reason:
        return reason
    return CertificadoRecusado("ilegivel")


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


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from (one for one in sorted(path.iterdir()) if one.suffix.lower() in PEM_ENDINGS)
