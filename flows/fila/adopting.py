"""What another program sent before: its file of numbers is read once, and none of those rows is announced again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from connectors.oracle import counting
from core.clock import SYSTEM, Clock
from core.errors import UsageError
from core.text_file import read_text
from flows.fila import spelling
from flows.fila.accounts import opened
from storage.models.fila import FilaLinha
from storage.rows import add_new
from storage.session import transaction

FILE_LIMIT, BATCH = 64 * 1024 * 1024, 500
_NUMBER = re.compile(r"[0-9]{1,38}")


@dataclass
class Adopted:
    """Numbers in the file, rows now known as told, rows that were known before, numbers without a row."""

    numeros: int = 0
    adotadas: int = 0
    conhecidas: int = 0
    sem_linha: int = 0


def adopt(arquivo: Path, nome: str, clock: Clock = SYSTEM) -> Adopted:
    """Note the rows of a file's numbers as told; may be run again."""
    fila, report, numbers = opened(nome), Adopted(), iter(_numbers(arquivo))
    while batch := list(islice(numbers, BATCH)):
        with fila.transaction() as connection:
            orders = counting.by_number(connection, fila.layout, batch)
        fixed = {"conta": nome, "message_id": None, "em": clock.now(), "aguarda": False, "token": None}
        rows = [
            fixed | {"identidade": order.identity, "linha": order.linha, "reenviar": False, "reprocessada": 0}
            for order in orders
        ]
        with transaction() as db:
            spelling.renew(db, nome, orders)
            new = add_new(db, FilaLinha, rows, "identidade")
        report.numeros += len(batch)
        report.adotadas += len(new)
        report.conhecidas += len(orders) - len(new)
        report.sem_linha += len(batch) - len(orders)
    return report


def _numbers(arquivo: Path) -> Iterator[int]:
    """Yield every number of a file once; any separator will do."""
    found = dict.fromkeys(int(number) for number in _NUMBER.findall(read_text(arquivo, FILE_LIMIT)))
    if not found:
        raise UsageError(f"Não há números em {arquivo}.")
    yield from found
