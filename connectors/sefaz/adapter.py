"""The transport that shows a company's certificate.

The key goes into TLS through a file that lives for a moment and is encrypted with a password nobody knows
(requests-pkcs12); so it is made once, when a session begins. docs/reference/contracts/sefaz.md §2.1, §2.2, §5.1.
"""

import ssl
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response
from requests.exceptions import SSLError
from requests_pkcs12 import Pkcs12Adapter

from connectors.base.blocking import NotingAdapter
from connectors.base.causes import Cause, cause_of
from core.certificado import Certificado, CertificadoRecusado, abrir
from core.clock import SYSTEM
from core.errors import Misconfigured
from core.text import os_fault

PEM_ENDINGS = (".pem", ".crt", ".cer")


class CertificateAdapter(NotingAdapter, Pkcs12Adapter):  # type: ignore[misc]
    """One certificate; the authorities of a file or a folder are trusted beside the public ones.

    To load the public ones takes longer than a whole call, and for each certificate anew; so those of the settings are
    tried alone first.
    """

    def __init__(self, certificado: Certificado, ca: Path | None) -> None:
        """Open the file, which takes long; raise `CertificadoRecusado` where it does not serve any more."""
        autoridades = read_authorities(ca)
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
        self._nearest = None if ca is None else str(_files(ca)[0])

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


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.suffix.lower() in PEM_ENDINGS)
