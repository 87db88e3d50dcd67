"""Keeps a copy of one's NF-e in step with Esteira, in a SQLite file: every five minutes what came or changed since.

    FISCAL_API_URL=https://fiscal.exemplo.com.br FISCAL_API_TOKEN=… python sync_nfes.py --banco nfes.db

It needs `requests`, and `fiscal_api_client.py` beside it or installed. The first run goes seven days back. Each page is
written together with where to go on, so a run that is killed goes on there; nothing is counted twice, because a note is
known by its key.
"""

import argparse
import logging
import os
import signal
import sqlite3
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fiscal_api_client import FiscalAPIClient, FiscalAPIError, FiscalNotFoundError, FiscalValidationError

PRIMEIRA_VEZ, SOBREPOSICAO = timedelta(days=7), timedelta(minutes=10)
INTERVALO_SECONDS, APOS_ERRO_SECONDS = 300.0, 60.0
TABELAS = """
CREATE TABLE IF NOT EXISTS nfe (
    chave_acesso TEXT PRIMARY KEY, id INTEGER, numero_nf TEXT, serie TEXT, data_emissao TEXT, emit_cnpj TEXT,
    emit_nome TEXT, dest_nome TEXT, valor_total TEXT, status_nfe TEXT
);
CREATE TABLE IF NOT EXISTS cursor (um INTEGER PRIMARY KEY CHECK (um = 1), desde TEXT, ate TEXT, proxima TEXT);
INSERT OR IGNORE INTO cursor VALUES (1, NULL, NULL, NULL);
"""
GUARDAR = """
INSERT INTO nfe VALUES (
    :chave_acesso, :id, :numero_nf, :serie, :data_emissao, :emit_cnpj, :emit_nome, :dest_nome, :valor_total, :status_nfe
) ON CONFLICT (chave_acesso) DO UPDATE SET
    id = excluded.id, numero_nf = excluded.numero_nf, serie = excluded.serie, data_emissao = excluded.data_emissao,
    emit_cnpj = excluded.emit_cnpj, emit_nome = excluded.emit_nome, dest_nome = excluded.dest_nome,
    valor_total = excluded.valor_total, status_nfe = excluded.status_nfe
"""
log = logging.getLogger("sync_nfes")


class Copia:
    """The notes, and how far the copy has come; in one file, so that both are written together or not at all.

    `desde` is since when notes are asked for, `ate` when the run under way began by the server's clock, `proxima` its
    next page.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, timeout=30)
        self._db.executescript(TABELAS)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def cursor(self) -> tuple[str | None, str | None, str | None]:
        """Return `desde`, `ate` and `proxima`."""
        desde, ate, proxima = self._db.execute("SELECT desde, ate, proxima FROM cursor").fetchone()
        return desde, ate, proxima

    def total(self) -> int:
        """Return how many notes there are."""
        return int(self._db.execute("SELECT count(*) FROM nfe").fetchone()[0])

    def guardar(self, pagina: dict[str, Any], desde: str, ate: str) -> None:
        """Write a page and where to go on; after the last one the next run begins a little before this one did."""
        proxima = pagina["next"]
        if not proxima:
            desde = (datetime.fromisoformat(ate) - SOBREPOSICAO).isoformat()
        with self._db:
            self._db.executemany(GUARDAR, pagina["results"])
            self._db.execute("UPDATE cursor SET desde = ?, ate = ?, proxima = ?", (desde, ate, proxima))


def sincronizar(client: FiscalAPIClient, copia: Copia, fim: threading.Event) -> int:
    """Make one run, or the rest of one that was interrupted; return how many notes it brought."""
    desde, ate, proxima = copia.cursor()
    desde = desde or (datetime.now(UTC) - PRIMEIRA_VEZ).isoformat()
    pagina = retomar(client, proxima) if ate else None
    if pagina is None or ate is None:
        pagina = client.listar_nfes(alterado_desde=desde, limit=100)
        # the server's own clock: this machine's may be wrong
        ate = (client.hora_do_servidor or datetime.now(UTC)).isoformat()
    brought = 0
    while pagina is not None:
        copia.guardar(pagina, desde, ate)
        brought += len(pagina["results"])
        pagina = None if fim.is_set() else client.pagina_seguinte(pagina)
    return brought


def retomar(client: FiscalAPIClient, proxima: str | None) -> dict[str, Any] | None:
    """Return the page at which a run was interrupted; None where there is none, or the server knows it no more."""
    try:
        pagina = client.pagina_seguinte({"next": proxima})
    except (FiscalNotFoundError, FiscalValidationError):
        return None
    if pagina is not None:
        log.info("continuando de onde parou")
    return pagina


def rodar(client: FiscalAPIClient, copia: Copia, fim: threading.Event, intervalo: float, uma_vez: bool) -> bool:
    """Run until told to end; tell whether the last run went well."""
    while True:
        try:
            brought, wait, well = sincronizar(client, copia, fim), intervalo, True
            log.info("%s notas nesta passagem, %s no total", brought, copia.total())
        except FiscalAPIError as fault:
            wait, well = max(APOS_ERRO_SECONDS, fault.retry_after or 0), False
            log.error("não sincronizou: %s", fault)
        if uma_vez or fim.wait(wait):
            return well


def main() -> None:
    """Keep the copy in step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--banco", type=Path, default=Path("nfes.db"), help="o arquivo da cópia (nfes.db)")
    parser.add_argument("--intervalo", type=float, default=INTERVALO_SECONDS, help="segundos entre passagens (300)")
    parser.add_argument("--uma-vez", action="store_true", help="uma passagem, e fim")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    address, token = (os.environ.get(name, "") for name in ("FISCAL_API_URL", "FISCAL_API_TOKEN"))
    fim = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: fim.set())
    try:
        client = FiscalAPIClient(address, token, esperar=fim.wait)
    except ValueError as fault:
        sys.exit(f"FISCAL_API_URL, FISCAL_API_TOKEN: {fault}")
    with client, closing(Copia(given.banco)) as copia:
        well = rodar(client, copia, fim, given.intervalo, given.uma_vez)
    log.info("fim")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
