"""TLS as the national servers have it: 1.2, and the certificate is asked for by renegotiation, after the request.

Python has no such server, OpenSSL has. docs/reference/contracts/sefaz.md §3.10b.
"""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Timer

import pytest
from support.ports import free_port
from support.sefaz import EMPRESA, INICIO

from connectors.sefaz import Pergunta, Resultado, Sefaz, servico
from core.certificado import abrir
from core.clock import FixedClock
from core.settings.sefaz import SefazSettings
from sandbox.sefaz import Autoridade

OPENSSL = shutil.which("openssl")
NOTHING = (
    '<retDistDFeInt versao="1.01" xmlns="http://www.portalfiscal.inf.br/nfe"><tpAmb>2</tpAmb><cStat>137</cStat>'
    "<xMotivo>Nenhum documento localizado</xMotivo></retDistDFeInt>"
)


@contextmanager
def server(folder: Path, root: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve a connection: what is written to the program is sent, and a lone R has it ask for the certificate.

    It keeps no session, which would go on without asking.
    """
    file = str(folder / "servidor-1.pem")
    command = [OPENSSL or "", "s_server", "-accept", f"127.0.0.1:{port}", "-tls1_2", "-msg", "-no_ticket", "-no_cache"]
    command += ["-cert", file, "-key", file, "-cert_chain", file, "-CAfile", str(root)]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # whoever waits for it in vain must end
    late = Timer(30, running.kill)
    late.start()
    try:
        yield running
    finally:
        late.cancel()
        running.kill()
        running.communicate()


def until(running: subprocess.Popen[bytes], words: bytes) -> bytes:
    """Return what a program says up to some words."""
    assert running.stdout is not None
    found = b""
    while not found.endswith(words):
        one = running.stdout.read(1)
        assert one, found.decode(errors="replace")
        found += one
    return found


def write(running: subprocess.Popen[bytes], text: str) -> None:
    assert running.stdin is not None
    running.stdin.write(text.encode())
    running.stdin.flush()


@pytest.mark.skipif(OPENSSL is None, reason="no OpenSSL here")
def test_the_certificate_is_shown_when_the_server_asks_anew_after_the_request(tmp_path: Path) -> None:
    there, port = Autoridade(tmp_path, desde=INICIO - timedelta(days=1)), free_port()
    there.servidor()
    client, url = there.cliente(EMPRESA), f"https://localhost:{port}/"
    settings = SefazSettings.model_validate({"ambiente": 2, "ca": there.raiz, "url_nfe": url})
    with server(tmp_path, there.raiz, port) as running, ThreadPoolExecutor(1) as threads:
        until(running, b"ACCEPT\n")
        with Sefaz(abrir(client.pfx, client.senha), settings, clock=FixedClock(INICIO)) as open_:
            asked = threads.submit(open_.perguntar, servico("nfe"), Pergunta(EMPRESA, "SP"))
            assert b"CertificateVerify" not in until(running, b"Envelope>")
            write(running, "R\n")
            until(running, b"CertificateVerify")
            write(running, f"HTTP/1.1 200 OK\r\nContent-Length: {len(NOTHING)}\r\n\r\n{NOTHING}")
            assert asked.result(60).resultado is Resultado.NADA
