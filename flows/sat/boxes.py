"""The boxes as rows: who is due, who is being asked, who is parked."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from alerts import state
from alerts.sat import FONTE
from core.clock import SYSTEM, Clock
from core.logs import get_logger
from core.settings.sat import BoxSettings, same_equipment
from flows.sat.known_boxes import configured, digest, merged
from flows.sat.rows import ADDRESSES, BOXES, FIRST_SESSION, LAST_SESSION, NEXT_SESSION
from flows.sat.shops import shops
from storage.models.base import CONTA_PADRAO
from storage.models.sat import Caixa, SatEndereco
from storage.rows import add_missing
from storage.session import reading, transaction

# What a box is put off by besides its interval: a turn at its address, the clocks of two machines.
SLACK = timedelta(minutes=1)
log = get_logger(__name__)


def synchronise(db: Session, now: datetime, *, leaving: bool = False) -> None:
    """Make a row for each box; a changed box is no longer parked. With `leaving`, those that left are off."""
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
    addresses = {box.address for box in boxes.values()}
    add_missing(db, SatEndereco, [{"endereco": one, "due_at": now} for one in sorted(addresses)])
    for nome, box in merged().items():
        log.warning("box is not asked", caixa=nome, reason=same_equipment(box))
    if leaving:
        for nome in rows.keys() - boxes.keys():
            rows[nome].ativo = False
        db.execute(delete(SatEndereco).where(SatEndereco.endereco.not_in(addresses), ADDRESSES.free))
        state.forget(db, FONTE, _watched(boxes), now)


def _watched(boxes: Mapping[str, BoxSettings]) -> set[str]:
    """Return the objects that alerts are of: boxes and shops."""
    return {*boxes, *(shop.loja.objeto for shop in shops(boxes.values()))}


def missing(db: Session, *, leaving: bool = False) -> bool:
    """Tell whether the rows lack something of the boxes, so that a poll writes only when it has to.

    With `leaving` also whether there is something of boxes that left.
    """
    boxes = configured()
    query = select(Caixa.nome, Caixa.impressao).where(Caixa.conta == CONTA_PADRAO, Caixa.ativo)
    rows = {(row.nome, row.impressao) for row in db.execute(query)}
    wanted = {(name, digest(box)) for name, box in boxes.items()}
    addresses = {box.address for box in boxes.values()}
    if not wanted <= rows or not addresses <= set(db.scalars(select(SatEndereco.endereco))):
        return True
    return leaving and (wanted != rows or not state.objects(db, FONTE) <= _watched(boxes))


def prepare(clock: Clock = SYSTEM, *, leaving: bool = False) -> None:
    """Bring the rows to the boxes there are; a new one is due at once.

    `leaving` is for the worker of the boxes alone: others may not have its settings, and know of fewer.
    """
    with reading() as db:
        stale = missing(db, leaving=leaving)
    if stale:
        with transaction() as db:
            synchronise(db, clock.now(), leaving=leaving)


def check_all_soon(clock: Clock = SYSTEM) -> int:
    """Make every box due now that is not being asked; return how many. Agents get time to send what they could not."""
    prepare(clock, leaving=True)
    now = clock.now()
    heard = [box for box in configured().values() if box.heard]
    late = Caixa.nome.in_([box.name for box in heard])
    until = now + timedelta(seconds=max((box.awaited_seconds for box in heard), default=0))
    with transaction() as db:
        BOXES.owe(db, until, late, BOXES.overdue(now), *BOXES.ready)
        return BOXES.owe(db, now, ~late, *BOXES.ready)


def put_right(clock: Clock = SYSTEM) -> int:
    """Let boxes be asked now that a clock which was ahead has put off beyond their interval; return how many."""
    boxes, now = configured(), clock.now()
    longest = {nome: timedelta(seconds=box.awaited_seconds) + SLACK for nome, box in boxes.items()}
    least = now + min(longest.values(), default=SLACK)
    far = (BOXES.free, *BOXES.ready, Caixa.nome.in_(boxes), BOXES.when() > least)
    with reading() as db:
        found = db.execute(select(Caixa.nome, BOXES.when()).where(*far)).all()
    late = [nome for nome, due in found if due > now + longest[nome]]
    if not late:
        return 0
    with transaction() as db:
        return sum(_ask_again(db, boxes[nome], now, least) for nome in late)


def _ask_again(db: Session, box: BoxSettings, now: datetime, least: datetime) -> int:
    """Let one be asked now; an agent gets its time to send."""
    at = now + timedelta(seconds=box.awaited_seconds) if box.heard else now
    return BOXES.owe(db, at, Caixa.nome == box.name, BOXES.when() > least)


def next_session(db: Session, row_id: int) -> int:
    """Count the session number of a held box up once more."""
    counted = update(Caixa).where(Caixa.id == row_id).values(sessao=NEXT_SESSION).returning(Caixa.sessao)
    return db.execute(counted).scalar_one()


def random_session() -> int:
    """Return where the session numbers of a new box begin."""
    return random.randint(FIRST_SESSION, LAST_SESSION)
