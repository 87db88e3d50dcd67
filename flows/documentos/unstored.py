"""What the log says of a document that could not be stored: why, and never what is in it."""

from sqlalchemy.exc import DBAPIError

from core.logs import get_logger
from storage.faults import words

log = get_logger(__name__)


def note(fault: Exception, arquivo: str) -> None:
    """Log a fault; what a database refuses is told without its statement, which holds whole documents."""
    if isinstance(fault, DBAPIError):
        name = type(fault.orig).__name__
        log.error("document was refused by the database", arquivo=arquivo, fault=name, reason=words(fault))
    else:
        log.error("document could not be stored", arquivo=arquivo, exc_info=fault)
