"""Receives Esteira's webhooks: verified, each event handled once, and remembered on disk.

    WEBHOOK_SECRET=whsec_… python webhook_receiver.py --porta 9000

The standard library alone is enough. Write your own work into the functions of `TRATAR`; what they raise is answered
with 500, and Esteira sends the event again later.
"""

import argparse
import base64
import hashlib
import hmac
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CAMINHO = "/webhook/fiscal"
SERVICO = "webhook_receiver"
# A body of Esteira is never larger; a timestamp further off may be a request that somebody recorded.
MAIOR_CORPO, TOLERANCIA_SECONDS = 1024 * 1024, 300
# Esteira sends the same event again for about three days at most by itself, an operator also later.
LEMBRAR_DIAS = 60
MOSTRADOS = 100
SILENCIO_SECONDS = 10.0
PREFIXO = "whsec_"
log = logging.getLogger(SERVICO)

Dados = dict[str, Any]
Resposta = tuple[int, Dados, Mapping[str, str]]


def nfe_importada(dados: Dados) -> None:
    """An NF-e came in."""
    log.info("NF-e %s de %s: R$ %s", *limpos(dados, "numero_nf", "emit_nome", "valor_total"))


def cte_importado(dados: Dados) -> None:
    """A CT-e came in."""
    log.info("CT-e %s de %s: R$ %s", *limpos(dados, "numero_ct", "emit_nome", "valor_total"))


def consulta_concluida(dados: Dados) -> None:
    """A question to SEFAZ is answered."""
    log.info("Consulta de %s: %s documentos", *limpos(dados, "cnpj", "total_encontrados"))


def documento_atualizado(dados: Dados) -> None:
    """A document changed: it was cancelled, or corrected."""
    log.info("%s %s mudou: %s", *limpos(dados, "tipo", "chave_acesso", "campos_alterados"))


def erro_importacao(dados: Dados) -> None:
    """A file could not be imported."""
    log.warning("%s não foi importado: %s", *limpos(dados, "arquivo_nome", "mensagem"))


TRATAR: dict[str, Callable[[Dados], None]] = {
    one.__name__: one
    for one in (nfe_importada, cte_importado, consulta_concluida, documento_atualizado, erro_importacao)
}


def limpos(dados: Dados, *names: str) -> list[str]:
    """Return fields as they may stand in one line of a log: a name in a document may hold anything."""
    return ["".join(one if one.isprintable() else " " for one in str(dados.get(name, "?")))[:200] for name in names]


def tratar(evento: Dados) -> None:
    """Hand an event on by its name; an unknown one is no fault."""
    name, dados = str(evento.get("evento")), evento.get("dados")
    do = TRATAR.get(name)
    if do is None:
        log.info("evento sem tratamento: %s", *limpos(evento, "evento"))
    else:
        do(dados if isinstance(dados, dict) else {})


class Recusado(Exception):
    """A request that is not believed, or cannot be read: what to answer."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True)
class Assinatura:
    """Tells requests of Esteira from others; without a secret everybody is believed."""

    segredo: str | None = field(repr=False)
    agora: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._key()

    def conferir(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Recusado` unless the exact bytes were signed, of late, with the secret."""
        if self.segredo is None:
            return
        moment, number = headers.get("webhook-timestamp") or "", headers.get("webhook-id") or ""
        if not moment.isascii() or not moment.isdigit() or abs(self.agora() - int(moment[:12])) > TOLERANCIA_SECONDS:
            raise Recusado(401, "webhook-timestamp ausente ou antigo")
        signed = hmac.new(self._key(), f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
        wanted = f"v1,{base64.b64encode(signed).decode()}".encode()
        shown = (headers.get("webhook-signature") or "").encode("utf-8", "replace").split()
        if not any(hmac.compare_digest(wanted, one) for one in shown):
            raise Recusado(401, "assinatura ausente ou errada")

    def _key(self) -> bytes:
        secret = self.segredo or ""
        if not secret.startswith(PREFIXO):
            return secret.encode()
        try:
            return base64.b64decode(secret.removeprefix(PREFIXO), validate=True)
        except ValueError:
            raise ValueError("WEBHOOK_SECRET não é o que Esteira mostrou: base64 depois de whsec_.") from None


class Memoria:
    """The events handled so far, in a SQLite file: also after a restart none is handled twice."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock, self._under_way = path, threading.Lock(), set[str]()
        with closing(self._open()) as db, db:
            db.execute("CREATE TABLE IF NOT EXISTS evento (id TEXT PRIMARY KEY, evento TEXT, recebido_em REAL)")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=SILENCIO_SECONDS)

    def comecar(self, number: str) -> bool:
        """Tell whether an event is to be handled; raise `Recusado` while another request is at it."""
        with self._lock, closing(self._open()) as db:
            if number in self._under_way:
                raise Recusado(503, "o mesmo evento está sendo tratado")
            if db.execute("SELECT 1 FROM evento WHERE id = ?", (number,)).fetchone():
                return False
            self._under_way.add(number)
            return True

    def terminar(self, number: str, evento: str | None) -> None:
        """Remember an event that was handled; without a name it was not."""
        with self._lock, closing(self._open()) as db, db:
            self._under_way.discard(number)
            if evento is not None:
                db.execute("DELETE FROM evento WHERE recebido_em < ?", (time.time() - LEMBRAR_DIAS * 86400,))
                db.execute("INSERT INTO evento VALUES (?, ?, ?)", (number, evento, time.time()))

    def total(self) -> int:
        """Return how many are remembered."""
        with closing(self._open()) as db:
            return int(db.execute("SELECT count(*) FROM evento").fetchone()[0])

    def novos(self) -> list[Dados]:
        """Return the newest ones."""
        with closing(self._open()) as db:
            rows = db.execute("SELECT * FROM evento ORDER BY recebido_em DESC LIMIT ?", (MOSTRADOS,)).fetchall()
        return [dict(zip(("id", "evento", "recebido_em"), row, strict=True)) for row in rows]


@dataclass
class Receptor:
    """What is answered to a request; `fazer` does the work, `paginas` are shown to who asks by GET."""

    assinatura: Assinatura
    memoria: Memoria
    fazer: Callable[[Dados], None] = tratar
    paginas: dict[str, Callable[[], Dados]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.paginas = {"/eventos": self._eventos, "/health": self._saude} | self.paginas

    def _eventos(self) -> Dados:
        return {"total": self.memoria.total(), "eventos": self.memoria.novos()}

    def _saude(self) -> Dados:
        return {"status": "ok", "service": SERVICO, "eventos_recebidos": self.memoria.total()}

    def receber(self, headers: Mapping[str, str], body: bytes) -> Resposta:
        """Verify, handle once, remember, in this order; 2xx says that the event is done."""
        self.assinatura.conferir(headers, body)
        event = _read(body)
        number, name = str(event.get("id") or headers.get("webhook-id") or ""), limpos(event, "evento")[0]
        if not number.isascii() or not number.isprintable() or not number:
            raise Recusado(400, "o evento não tem id, ou um que não é nenhum")
        if self.memoria.comecar(number):
            done = None
            try:
                self.fazer(event)
                done = name
            finally:
                self.memoria.terminar(number, done)
        return 200, {"status": "ok", "evento": name}, {}


def _read(body: bytes) -> Dados:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Recusado(400, "o corpo não é um objeto JSON")
    return found


def servidor(receptor: Receptor, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server of this receiver; `serve_forever` runs it, `shutdown` ends it after what is under way."""

    class Handler(BaseHTTPRequestHandler):
        timeout = SILENCIO_SECONDS

        def do_GET(self) -> None:
            page = receptor.paginas.get(self.path)
            self._say(*((404, {"error": "não há"}, {}) if page is None else (200, page(), {})))

        def do_POST(self) -> None:
            try:
                answer = receptor.receber({name.lower(): one for name, one in self.headers.items()}, self._body())
            except Recusado as fault:
                answer = fault.status, {"error": str(fault)}, dict(getattr(fault, "headers", {}))
            except (TimeoutError, ConnectionError):
                raise
            except Exception:
                log.exception("o evento não foi tratado")
                answer = 500, {"error": "o evento não foi tratado"}, {}
            self._say(*answer)

        def _body(self) -> bytes:
            if self.path != CAMINHO:
                raise Recusado(404, "não há")
            said = self.headers.get("Content-Length", "")
            if not said.isascii() or not said.isdigit():
                raise Recusado(411, "Content-Length ausente")
            if len(said) > 9 or int(said) > MAIOR_CORPO:
                raise Recusado(413, "o corpo é grande demais")
            return self.rfile.read(int(said))

        def _say(self, status: int, said: Dados, headers: Mapping[str, str]) -> None:
            body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
            self.send_response(status)
            more = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            for name, value in {**more, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
            log.info("%s", limpos({"said": format % args}, "said")[0])

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            log.warning("a conexão com %s caiu: %s", client_address[0], sys.exc_info()[1])

    return Server((host, port), Handler)


def opcoes(about: str | None, porta: int, banco: str) -> argparse.ArgumentParser:
    """Return what every receiver understands on its command line."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1", help="endereço em que atende (127.0.0.1)")
    parser.add_argument("--porta", type=int, default=porta, help=f"porta em que atende ({porta})")
    parser.add_argument("--banco", type=Path, default=Path(banco), help=f"o que já foi tratado ({banco})")
    parser.add_argument("--sem-assinatura", action="store_true", help="aceita qualquer pedido; só para experimentar")
    return parser


def assinatura(sem_assinatura: bool) -> Assinatura:
    """Return how to tell Esteira's requests, by `WEBHOOK_SECRET`; end the program where that is not said."""
    secret = os.environ.get("WEBHOOK_SECRET") or None
    if secret is None and not sem_assinatura:
        sys.exit("Falta WEBHOOK_SECRET, o segredo do webhook (ou --sem-assinatura, só para experimentar).")
    try:
        return Assinatura(secret)
    except ValueError as fault:
        sys.exit(str(fault))


def atender(receptor: Receptor, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; what is under way is answered first."""
    server = servidor(receptor, host, port)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: threading.Thread(target=server.shutdown).start())
    log.info("atendendo em http://%s:%s%s", host, server.server_address[1], CAMINHO)
    server.serve_forever()
    server.server_close()


def main() -> None:
    """Receive."""
    given = opcoes(__doc__, 9000, "eventos.db").parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    atender(Receptor(assinatura(given.sem_assinatura), Memoria(given.banco)), given.host, given.porta)


if __name__ == "__main__":
    main()
