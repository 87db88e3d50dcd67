"""One line for each loss of the broker: Celery's consumer tries again for as long as it takes, and tells every try."""

import logging
import warnings

CONSUMER = "celery.worker.consumer.consumer"
LOST, CANNOT = "consumer: Connection to broker lost", "consumer: Cannot connect"
SAID = "broker away, waiting for it: %s"


class OncePerLoss(logging.Filter):
    """Lets the first line of a loss through, in words of our own; the tries after it are not told."""

    def __init__(self) -> None:
        super().__init__()
        self._told = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written. A connection that is lost was there: that begins another loss."""
        said = record.getMessage()
        if not said.startswith((LOST, CANNOT)):
            return True
        if self._told and not said.startswith(LOST):
            return False
        self._told = True
        fault = next((part for part in record.args or () if isinstance(part, Exception)), None)
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args, record.exc_info = SAID, (type(fault).__name__,), None
        return True


def quieten() -> None:
    """Make Celery's consumer tell a loss once."""
    logger = logging.getLogger(CONSUMER)
    if not any(isinstance(one, OncePerLoss) for one in logger.filters):
        logger.addFilter(OncePerLoss())
    # At each loss it advises a setting that only matters to tasks with late acknowledgement; we have none.
    warnings.filterwarnings("ignore", category=PendingDeprecationWarning, module=r"celery\.worker\.consumer")
