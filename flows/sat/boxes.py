"""The boxes as rows: who is due, who is being asked, who is parked."""

import random
from datetime import datetime
from typing import cast

from sqlalchemy import Table, and_, func, select, update
from sqlalchemy.orm import Session

from alerts import state
from core.clock import SYSTEM
from core.logs import get_logger
from core.settings.sat import same_equipment
from flows.sat.configured import FONTE, configured, digest, merged
from flows.sat.shops import shops
from storage.lease import Lease
from storage.models import Caixa
from storage.models.base import CONTA_PADRAO
from storage.session import reading, transaction

log = get_logger(__name__)
FIRST_SESSION, LAST_SESSION = 100_000, 999_999
# It comes round only after 900,000 of them; the ER forbids the last 100.
NEXT_SESSION = func.coalesce(func.nullif(Caixa.sessao, LAST_SESSION), FIRST_SESSION - 1) + 1
# Each claim counts the box's session number up, so that no two calls have the same.
BOXES = Lease(
    cast("Table", Caixa.__table__),
    ready=and_(Caixa.ativo.is_(True), Caixa.parada.is_(False)),
    claimed={"sessao": NEXT_SESSION},
)


def synchronise(db: Session, now: datetime) -> None:
    """Make a row for each box; boxes that left are off, their alerts closed; a changed box is no longer parked."""
    boxes = configured()
    rows = {row.nome: row for row in db.scalars(select(Caixa).where(Caixa.conta == CONTA_PADRAO))}
    for nome, box in boxes.items():
        row = rows.get(nome)
        if row is None:
            row = Caixa(conta=CONTA_PADRAO, nome=nome, due_at=now, sessao=random_session(), impressao=digest(box))
            db.add(row)
        row.ativo = True
        if row.impressao != digest(box):
            row.impressao, row.parada, row.due_at = digest(box), False, now
    for nome in rows.keys() - boxes.keys():
        rows[nome].ativo = False
    for nome, box in merged().items():
        log.warning("box is not asked", caixa=nome, reason=same_equipment(box))
    state.forget(db, FONTE, {*boxes, *(shop.place.objeto for shop in shops(boxes.values()))}, now)


def missing(db: Session) -> bool:
    """Tell whether the rows differ from the boxes, so that a poll writes only when it has to."""
    rows = db.execute(select(Caixa.nome, Caixa.impressao).where(Caixa.conta == CONTA_PADRAO, Caixa.ativo)).all()
    return {(row.nome, row.impressao) for row in rows} != {(name, digest(box)) for name, box in configured().items()}


def prepare() -> None:
    """Bring the rows to the boxes there are."""
    with reading() as db:
        stale = missing(db)
    if stale:
        with transaction() as db:
            synchronise(db, SYSTEM.now())


def check_all_soon() -> int:
    """Make every box due now that nobody is asking; return how many."""
    prepare()
    free = update(Caixa).where(Caixa.ativo, Caixa.parada.is_(False), Caixa.lease_token.is_(None))
    with transaction() as db:
        return int(db.execute(free.values(due_at=SYSTEM.now())).rowcount)  # type: ignore[attr-defined]


def next_session(db: Session, row_id: int) -> int:
    """Count the session number of a held box up once more."""
    counted = update(Caixa).where(Caixa.id == row_id).values(sessao=NEXT_SESSION).returning(Caixa.sessao)
    return db.execute(counted).scalar_one()


def random_session() -> int:
    """Return where the session numbers of a new box begin."""
    return random.randint(FIRST_SESSION, LAST_SESSION)
