"""What became of a box: one row for each change of its result, its state of operation or its alerts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session

from storage.models.sat import CaixaHistorico


class Look(NamedTuple):
    """What is compared: a change of any of these is a change of the box."""

    resultado: str
    estado_operacao: int | None
    alertas: str


@dataclass(frozen=True)
class Checked:
    """A box as one check left it."""

    look: Look
    erro: str | None


def look(resultado: str, estado_operacao: int | None, alertas: Collection[str]) -> Look:
    """Return what a check saw, its alerts in order."""
    return Look(resultado, estado_operacao, ",".join(sorted(alertas)))


def write(db: Session, checked: Mapping[int, Checked], now: datetime) -> None:
    """Add a row for each box (by the number of its row) that was not so at that instant."""
    before = latest(db, checked, now)
    rows = [
        {"caixa_id": caixa_id, "em": now, **one.look._asdict(), "erro": one.erro}
        for caixa_id, one in checked.items()
        if before.get(caixa_id) != one.look
    ]
    if rows:
        db.execute(insert(CaixaHistorico), rows)


def latest(db: Session, ids: Collection[int], until: datetime) -> dict[int, Look]:
    """Return how each box was at an instant. An agent tells late what was earlier, so the numbers do not say."""
    newest = (
        select(CaixaHistorico.caixa_id, func.max(CaixaHistorico.em).label("em"))
        .where(CaixaHistorico.caixa_id.in_(ids), CaixaHistorico.em <= until)
        .group_by(CaixaHistorico.caixa_id)
        .subquery()
    )
    columns = (CaixaHistorico.resultado, CaixaHistorico.estado_operacao, CaixaHistorico.alertas)
    query = select(CaixaHistorico.caixa_id, *columns).join(
        newest, and_(CaixaHistorico.caixa_id == newest.c.caixa_id, CaixaHistorico.em == newest.c.em)
    )
    # of one instant the last that was written
    return {row[0]: Look(*row[1:]) for row in db.execute(query.order_by(CaixaHistorico.id))}
