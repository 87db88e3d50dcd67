"""What no flow works without: the data folder, the database, the keys, the broker, the workers."""

from collections.abc import Iterator

from core import messages
from core.broker_address import broker_address
from core.checks import FAULT, OK, WARNING, Check, Finding
from core.errors import PlatformError
from core.redis_address import authority_fault, certificate_refused, client
from core.settings.core import CoreSettings
from core.text import os_fault, redact
from storage import crypto, migrate, transactions
from storage.session import engine

PATIENCE_SECONDS = 3.0
ADDRESS = "Corrija core.redis_url: redis://servidor:6379/0 ou rediss://."
LONG_TRANSACTION = "Confira o que ela faz: enquanto dura, as tabelas das entregas crescem e ficam lentas."
NO_AUTHORITY = "Diga em core.redis_ca o arquivo da autoridade que o assina."


def data_folder() -> Iterator[Finding]:
    """Tell whether the data folder can be written to."""
    folder = CoreSettings.current().data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
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


def broker() -> Iterator[Finding]:
    """Tell whether the broker answers, and then who of the workers does."""
    try:
        address = broker_address()
    except ValueError as mistake:
        yield Finding("broker", FAULT, str(mistake), ADDRESS)
        return
    if address is None:
        advice = "Os comandos funcionam sem ele; para os workers, rode `esteira subir` ou defina core.redis_url."
        yield Finding("broker", WARNING, "nenhum configurado nem iniciado", advice)
        return
    if unreadable := authority_fault(address):
        yield Finding("broker", FAULT, unreadable, "Corrija core.redis_ca.")
        return
    # Loaded by those who have a broker.
    from redis import RedisError

    try:
        with client(address, PATIENCE_SECONDS) as asked:
            asked.ping()
    except ValueError:
        yield Finding("broker", FAULT, "core.redis_url não é um endereço de Redis", ADDRESS)
        return
    except (RedisError, OSError) as error:
        if certificate_refused(error):
            yield Finding("broker", FAULT, "o certificado do Redis não é de uma autoridade conhecida", NO_AUTHORITY)
        else:
            yield Finding("broker", FAULT, redact(str(error))[:200], "Confira core.redis_url, ou rode `esteira subir`.")
        return
    yield Finding("broker", OK, redact(address.url))
    names = messages.answering()
    if names:
        yield Finding("workers", OK, ", ".join(names))
    else:
        yield Finding("workers", WARNING, "nenhum respondeu", "Rode `esteira subir`.")


CHECKS: tuple[Check, ...] = (data_folder, database, keys, broker)
