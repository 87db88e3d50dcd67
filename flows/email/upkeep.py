"""What is looked after for e-mail: the figure of each account."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.orm import Session

from core.settings.email import EmailSettings
from core.upkeep import Upkeep
from events.delivery.email.account import stopped_accounts


def accounts(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell of each account of the settings whether nothing goes over it."""
    stopped = {row.conta for row in stopped_accounts(db)}
    told = GaugeMetricFamily("esteira_email_conta_parada", "1: nada sai por esta conta.", labels=["conta"])
    for nome in sorted(EmailSettings.current().contas):
        told.add_metric([nome], nome in stopped)
    yield told


UPKEEP = Upkeep(metrics=(accounts,))
