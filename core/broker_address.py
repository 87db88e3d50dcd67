"""Where the broker is at this moment: where the settings say, else where `esteira subir` wrote its own down."""

import os
from functools import lru_cache
from pathlib import Path

from core.addresses import Address, address_of
from core.redis_address import RedisAddress
from core.settings.core import CoreSettings

ADDRESS_FILE = "broker.url"
# What tells one writing of a file from the next: it is replaced as a whole, so another one is another inode.
Edition = tuple[int, int, int]


def broker_url() -> str | None:
    """Return the broker's address, or none. The file is read again only when it is another than before."""
    settings = CoreSettings.current()
    return settings.broker or _written_down(settings.data_dir / ADDRESS_FILE)


def broker_address() -> Address | None:
    """Return where messages go, with the options of its TLS, or none.

    Raises:
        ValueError: what the settings say is no address of a broker.
    """
    return _parsed(broker_url())


def shared_redis() -> RedisAddress | None:
    """Return the Redis by which processes of several machines ring and count: the broker, or one beside it; or none.

    Raises:
        ValueError: what the settings say is no address of a Redis.
    """
    found = _parsed(CoreSettings.current().redis or broker_url())
    return found if isinstance(found, RedisAddress) else None


def _parsed(url: str | None) -> Address | None:
    settings = CoreSettings.current()
    return None if url is None else _address(url, settings.redis_ca, settings.broker_ca)


_address = lru_cache(maxsize=4)(address_of)


def _written_down(path: Path) -> str | None:
    try:
        found = os.stat(path)
        return _read(path, (found.st_ino, found.st_mtime_ns, found.st_size))
    except (OSError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=1)
def _read(path: Path, edition: Edition) -> str | None:
    return path.read_text(encoding="utf-8").strip() or None
