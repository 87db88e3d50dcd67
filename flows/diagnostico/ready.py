"""Can work be done now: do the database and the broker answer? Asked often, so it looks at nothing else."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.broker_address import broker_address
from core.errors import PlatformError
from storage.migrate import HEAD
from storage.revision import ASKED
from storage.session import reading

PATIENCE_SECONDS = 2.0


def database() -> bool:
    """Tell whether the database answers, and is of this version."""
    try:
        with reading() as db:
            return bool(db.scalar(text(ASKED)) == HEAD)
    except (PlatformError, SQLAlchemyError):
        return False


def broker() -> bool:
    """Tell whether the broker answers."""
    from core import broker_probe
    from core.broker_faults import FAULTS

    try:
        address = broker_address()
        if address is None:
            return False
        broker_probe.ping(address, PATIENCE_SECONDS)
    except (*FAULTS, broker_probe.LoginRefused, ValueError):
        return False
    return True


CHECKS = {"banco": database, "broker": broker}
