"""Which home the ledger of an account has, by the settings."""

from core.settings.sync import SyncSettings
from flows.sync.ledger.shape import Ledger
from flows.sync.ledger.sql import SqlLedger


def open_ledger(conta: str, *, prepare: bool = True) -> Ledger:
    """Return the ledger of an account; `prepare` lets MongoDB make its indexes."""
    url = SyncSettings.current().conta(conta).ledger_url
    if url is None:
        return SqlLedger(conta)
    # the driver is loaded where it is used
    from flows.sync.ledger.mongo import MongoLedger

    return MongoLedger(conta, url.get_secret_value(), prepare=prepare)
