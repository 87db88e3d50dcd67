"""The boxes as rows: who is due, who is being asked, who is parked."""

import random
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from alerts import state
from alerts.sat import FONTE
from core.clock import SYSTEM, Clock
from core.logs import get_logger
from core.settings.sat import same_equipment
from flows.sat.known_boxes import configured, digest, merged
from flows.sat.rows import ADDRESSES, BOXES, FIRST_SESSION, LAST_SESSION, NEXT_SESSION
from flows.sat.shops import shops
from storage.models.base import CONTA_PADRAO
from storage.models.sat import Caixa, SatEndereco
from storage.rows import add_missing
from storage.session import reading, transaction

log = get_logger(__name__)


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
            # whoever asks it as it was has lost it
            BOXES.take_away(db, Caixa.id == row.id, due_at=now, impressao=digest(box), parada=False)
    for nome in rows.keys() - boxes.keys():
        rows[nome].ativo = False
    addresses = {box.address for box in boxes.values()}
    add_missing(db, SatEndereco, [{"endereco": one, "due_at": now} for one in sorted(addresses)])
    db.execute(delete(SatEndereco).where(SatEndereco.endereco.not_in(addresses), ADDRESSES.free))
    for nome, box in merged().items():
        log.warning("box is not asked", caixa=nome, reason=same_equipment(box))
    state.forget(db, FONTE, {*boxes, *(shop.loja.objeto for shop in shops(boxes.values()))}, now)


def missing(db: Session) -> bool:
    """Tell whether the rows differ from the boxes, so that a poll writes only when it has to."""
    boxes = configured()
    rows = db.execute(select(Caixa.nome, Caixa.impressao).where(Caixa.conta == CONTA_PADRAO, Caixa.ativo)).all()
    if {(row.nome, row.impressao) for row in rows} != {(name, digest(box)) for name, box in boxes.items()}:
        return True
    return not {box.address for box in boxes.values()} <= set(db.scalars(select(SatEndereco.endereco)))


def prepare(clock: Clock = SYSTEM) -> None:
    """Bring the rows to the boxes there are; a new one is due at once."""
    with reading() as db:
        stale = missing(db)
    if stale:
        with transaction() as db:
            synchronise(db, clock.now())


def check_all_soon(clock: Clock = SYSTEM) -> int:
    """Make every box due now that is not being asked; return how many. Agents get time to send what they could not."""
    prepare(clock)
    now = clock.now()
    heard = [box for box in configured().values() if box.heard]
    late = Caixa.nome.in_([box.name for box in heard])
    until = now + timedelta(seconds=max((box.awaited_seconds for box in heard), default=0))
    with transaction() as db:
        BOXES.owe(db, until, late, BOXES.overdue(now), *BOXES.ready)
        return BOXES.owe(db, now, ~late, *BOXES.ready)


def next_session(db: Session, row_id: int) -> int:
    """Count the session number of a held box up once more."""
    counted = update(Caixa).where(Caixa.id == row_id).values(sessao=NEXT_SESSION).returning(Caixa.sessao)
    return db.execute(counted).scalar_one()


def random_session() -> int:
    """Return where the session numbers of a new box begin."""
    return random.randint(FIRST_SESSION, LAST_SESSION)
