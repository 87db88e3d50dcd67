"""What another program sent before: its documents are noted as sent, so that none of those clients goes again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.clock import SYSTEM, Clock
from core.errors import UsageError
from core.fiscal import documento_valido, normalizar_documento
from core.settings.sync import CLIENTES_PM, SyncSettings
from core.text_file import read_text
from flows.sync.documents import known
from flows.sync.ledger.item import CLIENTES, CLOSED, New, Situacao
from flows.sync.ledger.opening import open_ledger

FILE_LIMIT, BATCH = 64 * 1024 * 1024, 500
WRITTEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z./-]{9,17}[0-9]")


@dataclass
class Adopted:
    """Documents that were read, lines that are new, lines there were; what was no document."""

    documentos: int = 0
    adotados: int = 0
    conhecidos: int = 0
    invalidos: int = 0


def adopt_file(arquivo: Path, conta: str, clock: Clock = SYSTEM) -> Adopted:
    """Read the documents of a file, an export of any form."""
    written = [found for found in WRITTEN.findall(read_text(arquivo, FILE_LIMIT)) if documento_valido(found)]
    if not written:
        raise UsageError(f"Não há CPF nem CNPJ em {arquivo}.")
    return _adopt(written, conta, clock)


def adopt_collection(colecao: str, campo: str, conta: str, clock: Clock = SYSTEM) -> Adopted:
    """Read the documents of a collection that stands beside the ledger in MongoDB."""
    url = SyncSettings.current().conta(conta).ledger_url
    if url is None:
        raise UsageError("Sem sync.ledger_url não há MongoDB; exporte a coleção para um arquivo e adote o arquivo.")
    from flows.sync.ledger import mongo_client

    return _adopt(mongo_client.values_of(url.get_secret_value(), colecao, campo), conta, clock)


def _adopt(written: Iterable[object], conta: str, clock: Clock) -> Adopted:
    ledger, report, documents = open_ledger(conta), Adopted(), _normal(written)
    while batch := list(islice(documents, BATCH)):
        good = {one for one in batch if documento_valido(one)}
        there = known(ledger, good)
        now, sent = clock.now(), Situacao.ENVIADO
        new = [New(livro=CLIENTES, fluxo=CLIENTES_PM, chave=one, situacao=sent) for one in good if one not in there]
        ledger.owe(new, now)
        waiting = [item.id for item in there.values() if item.situacao not in CLOSED]
        if waiting:
            ledger.change({"id": waiting}, now, situacao=sent, motivo=None, erro=None)
        report.documentos += len(batch)
        report.adotados += len(new) + len(waiting)
        report.conhecidos += len(there) - len(waiting)
        report.invalidos += len(set(batch) - good)
    return report


def _normal(written: Iterable[object]) -> Iterator[str]:
    """Yield every document once, in its normal form."""
    seen: set[str] = set()
    for one in written:
        documento = normalizar_documento(one)
        if documento not in seen:
            seen.add(documento)
            yield documento
