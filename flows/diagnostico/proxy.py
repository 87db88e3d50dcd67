"""What `diagnostico` tells of the way out: does the proxy take connections. Without one there is nothing to tell."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.checks import FAULT, OK, Finding
from core.settings.proxy import ProxySettings
from core.text import os_fault

SECONDS = 5.0


def proxy() -> Iterator[Finding]:
    """Tell whether the proxy takes a connection."""
    url = ProxySettings.current().url
    if url is None:
        return
    server = urlsplit(url)
    try:
        socket.create_connection((server.hostname or "", server.port or 0), SECONDS).close()
    except OSError as error:
        said = f"{server.netloc} não aceita conexão: {os_fault(error)}"
        yield Finding("proxy de saída", FAULT, said, "Confira proxy.url; nada sai por ele enquanto não responder.")
        return
    yield Finding("proxy de saída", OK, server.netloc)
