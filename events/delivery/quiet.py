"""The quiet hours of a destination, asked before each request.

An attempt again, a summary or what was kept may become due in them, and a worker that was away may come to it in them.
"""

import json
from datetime import datetime

from core.settings.core import CoreSettings
from events.delivery.rows import Destination, Owed
from events.filters import never_waits, quiet_until


def waits_until(one: Destination, owed: Owed, now: datetime) -> datetime | None:
    """Return when a row may leave that may not now; None for one that may."""
    until = quiet_until(one.silencio, now, CoreSettings.current().zone) if one.silencio else None
    # the event says how severe it is, and is read only where that decides
    return None if until is None or never_waits(json.loads(owed.corpo)["dados"]) else until
