"""Alerts at a glance: how many are open of each severity, and the most urgent of them."""

from dataclasses import dataclass

from sqlalchemy import case, func, select

from core.caller import OPERATOR, Caller
from flows.alertas.views import AlertView, view
from storage.models.alertas import Alerta
from storage.pages import nobody_but_the_operator
from storage.session import reading

SHOWN = 12
CRITICO = "critico"


@dataclass(frozen=True)
class Panorama:
    """How many alerts are open by severity, how many of them nobody has acknowledged yet, and the most urgent ones."""

    por_severidade: dict[str, int]
    novos: int
    urgentes: tuple[AlertView, ...]

    @property
    def total(self) -> int:
        """How many are open."""
        return sum(self.por_severidade.values())


def panorama(caller: Caller = OPERATOR, limite: int = SHOWN) -> Panorama:
    """Look at the open alerts: the critical ones that nobody knows of come first, then the newest."""
    opened = Alerta.resolvido_em.is_(None), nobody_but_the_operator(caller)
    fresh = func.count().filter(Alerta.reconhecido_em.is_(None))
    known = case((Alerta.reconhecido_em.is_(None), 0), else_=1)
    worst = case((Alerta.severidade == CRITICO, 0), else_=1)
    with reading() as db:
        counted = db.execute(select(Alerta.severidade, func.count(), fresh).where(*opened).group_by(Alerta.severidade))
        rows = counted.all()
        first = db.scalars(select(Alerta).where(*opened).order_by(known, worst, Alerta.id.desc()).limit(limite)).all()
    totals = {severidade: total for severidade, total, _ in rows}
    return Panorama(totals, sum(new for *_, new in rows), tuple(view(one) for one in first))
