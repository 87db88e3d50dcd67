"""What no flow works without: the data folder, the database, the keys, the broker."""

from collections.abc import Iterator, Mapping

from core import owner
from core.checks import FAULT, OK, WARNING, Check, Finding
from core.errors import PlatformError
from core.settings.core import CoreSettings
from core.text import os_fault
from flows.diagnostico.broker import broker
from flows.diagnostico.proxy import proxy
from storage import crypto, migrate, transactions
from storage.session import engine

LONG_TRANSACTION = "Confira o que ela faz: enquanto dura, as tabelas das entregas crescem e ficam lentas."


def data_folder() -> Iterator[Finding]:
    """Tell whether the data folder can be written to."""
    folder = CoreSettings.current().data_dir
    try:
        owner.make_folder(folder)
        probe = folder / ".diagnostico"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Finding("pasta de dados", FAULT, f"{folder}: {os_fault(error)}", "Corrija core.data_dir ou a permissão.")
        return
    yield Finding("pasta de dados", OK, str(folder.resolve()))


def database() -> Iterator[Finding]:
    """Tell whether the database is there and of this version."""
    try:
        kind = engine().dialect.name
    except crypto.KeysLost:
        # nothing is wrong with its address
        raise
    except PlatformError as error:
        yield Finding("banco de dados", FAULT, str(error), "Confira core.database_url.")
        return
    yield Finding("banco de dados", OK, f"{kind}, versão {migrate.HEAD}")
    for one in transactions.long_open(engine()):
        said = f"transação aberta há {one.seconds:.0f} s: {one.who}, {one.state} (pid {one.pid})"
        yield Finding("banco de dados", WARNING, said, LONG_TRANSACTION)


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
