"""The boxes as rows: who is due, who is being asked, who is parked."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, func, select, update
from sqlalchemy.orm import Session

from alerts import state
from core.clock import SYSTEM
from core.logs import get_logger
from core.settings.sat import BoxSettings, same_equipment
from flows.sat.configured import configured, digest, known, merged
from flows.sat.shops import shops
from storage.lease import Lease
from storage.models import Alerta, Caixa
from storage.models.base import CONTA_PADRAO
from storage.session import reading, transaction

log = get_logger(__name__)
FONTE = "sat"
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


def instantaneo() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the watched boxes and the open alerts as the rows have them, whatever this process's settings say."""
    with reading() as db:
        query = select(Alerta).where(Alerta.fonte == FONTE, Alerta.resolvido_em.is_(None)).order_by(Alerta.id)
        opened = db.scalars(query).all()
        rows = db.scalars(select(Caixa).where(Caixa.ativo).order_by(Caixa.nome)).all()
    caixas = [
        {
            "nome": row.nome,
            "resultado": row.resultado,
            "verificada_em": row.verificada_em,
            "alertas": [alerta.codigo for alerta in opened if alerta.objeto == row.nome],
        }
        for row in rows
    ]
    alertas = [
        {"caixa": a.objeto, "codigo": a.codigo, "severidade": a.severidade, "mensagem": a.mensagem} for a in opened
    ]
    return caixas, alertas


@dataclass(frozen=True)
class Listed:
    """A box as it is listed: its row, its open alerts; `mesma`: why it is not asked, another one being the same."""

    box: BoxSettings
    row: Caixa | None
    alertas: list[Alerta]
    mesma: str | None


def listar() -> list[Listed]:
    """Return every box, also those that are not asked."""
    with reading() as db:
        rows = {row.nome: row for row in db.scalars(select(Caixa).where(Caixa.conta == CONTA_PADRAO))}
        opened: dict[str, list[Alerta]] = {}
        query = select(Alerta).where(Alerta.fonte == FONTE, Alerta.resolvido_em.is_(None)).order_by(Alerta.id)
        for alerta in db.scalars(query):
            opened.setdefault(alerta.objeto, []).append(alerta)
    same = {nome: same_equipment(box) for nome, box in merged().items()}
    return [Listed(box, rows.get(nome), opened.get(nome, []), same.get(nome)) for nome, box in known().items()]
