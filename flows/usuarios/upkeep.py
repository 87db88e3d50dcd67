"""What is looked after for users: sessions that are over go."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from core.settings.api import ApiSettings
from core.upkeep import Upkeep
from storage.forgetting import forget
from storage.models.acesso import Sessao
from storage.rows import table_of


def over(now: datetime) -> Iterator[Mapping[str, int]]:
    """Delete sessions that nobody can use any more."""
    rows = table_of(Sessao)
    idle = now - timedelta(minutes=ApiSettings.current().session_idle_minutes)
    past = select(rows.c.id).where(or_(rows.c.usada_em <= idle, rows.c.expira_em <= now)).order_by(rows.c.usada_em)
    return forget(rows, past, "sessoes")


UPKEEP = Upkeep(retention=(over,))
