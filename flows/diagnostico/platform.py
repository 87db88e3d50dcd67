"""What no flow works without: the data folder, the database, the keys, the broker."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from core import disk, owner
from core.checks import FAULT, OK, WARNING, Check, Finding
from core.errors import PlatformError
from core.settings.core import CoreSettings
from core.text import os_fault
from flows.diagnostico.broker import broker
from flows.diagnostico.proxy import proxy
from storage import crypto, migrate, transactions
from storage.backup.durable import mega
from storage.backup.snapshot import file_of
from storage.session import engine

# Bytes: with less than this a busy day, or one backup, may fill the disk.
LITTLE = 500_000_000
# A disk that was made smaller than that, as one in memory for a container, was meant to be; of it so much is little.
PART = 10
MAKE_ROOM = "Libere espaço no disco: cheio, nada mais é anotado nem entregue."
CANNOT_WRITE = "Corrija a permissão ou o lugar (core.data_dir, core.database_url), ou libere espaço no disco."
LONG_TRANSACTION = "Confira o que ela faz: enquanto dura, as tabelas das entregas crescem e ficam lentas."


def data_folder() -> Iterator[Finding]:
    """Tell whether the data folder can be written to, and whether its disk has room."""
    folder = CoreSettings.current().data_dir
    yield from _room("pasta de dados", folder) or [Finding("pasta de dados", OK, str(folder.resolve()))]


def _room(system: str, folder: Path) -> list[Finding]:
    """Return what is wrong with a folder in which we write, and with its disk."""
    try:
        owner.make_folder(folder)
        free, few = disk.proven_room(folder), _few(folder)
    except OSError as error:
        return [Finding(system, FAULT, f"{folder}: {os_fault(error)}", CANNOT_WRITE)]
    if free < few:
        return [Finding(system, WARNING, f"{folder.resolve()}: só {mega(free)} MB livres no disco", MAKE_ROOM)]
    return []


def _few(folder: Path) -> int:
    """Return how many free bytes are too few for the size of a folder's disk."""
    total = shutil.disk_usage(folder).total
    return LITTLE if total > LITTLE else total // PART


def database() -> Iterator[Finding]:
    """Tell whether the database is there, of this version, and on a disk that has room."""
    try:
        kind = engine().dialect.name
    except crypto.KeysLost:
        # nothing is wrong with its address
        raise
    except PlatformError as error:
        yield Finding("banco de dados", FAULT, str(error), "Confira core.database_url.")
        return
    of_disk = _own_disk()
    if not any(one.situacao == FAULT for one in of_disk):
        yield Finding("banco de dados", OK, f"{kind}, versão {migrate.HEAD}")
    yield from of_disk
    for one in transactions.long_open(engine()):
        said = f"transação aberta há {one.seconds:.0f} s: {one.who}, {one.state} (pid {one.pid})"
        yield Finding("banco de dados", WARNING, said, LONG_TRANSACTION)


def _own_disk() -> list[Finding]:
    """Return what is wrong with the folder of a SQLite file; that of the data is looked at for itself."""
    settings = CoreSettings.current()
    file = file_of(settings.database)
    return [] if file is None or file.parent == settings.data_dir.resolve() else _room("banco de dados", file.parent)


def keys() -> Iterator[Finding]:
    """Tell where the keys of the secrets are."""
    where = "core.keys" if CoreSettings.current().keys else str(crypto.key_path())
    crypto.ring()
    yield Finding("chaves", OK, f"{len(crypto.stored_keys())} em {where}")


CHECKS: Mapping[str, Check] = {
    "pasta de dados": data_folder,
    "banco de dados": database,
    "chaves": keys,
    "broker": broker,
    "proxy de saída": proxy,
}
