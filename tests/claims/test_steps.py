"""How much SQLite does for one answer does not grow with what is owed to others: its own instructions are counted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from support.deliveries import change, fire, webhook
from support.questor import lot

from core.clock import SYSTEM
from events.delivery import choosing
from flows.questor.rows import PENDING, UNKNOWN
from sandbox.questor.documentos import documento
from storage.direct import direct
from storage.models.eventos import Delivery
from storage.models.questor import QuestorArquivo
from storage.rows import table_of
from storage.session import reading, transaction

OTHERS, EACH, MOST = 4000, 100, 4000


def instructions(work: Callable[[Session], object]) -> int:
    """Return about how many instructions of SQLite's machine a work takes; what it writes is undone."""
    ticks = []
    with transaction() as db:
        connection = db.connection().connection.driver_connection
        assert connection is not None
        connection.set_progress_handler(lambda: ticks.append(EACH), EACH)
        try:
            work(db)
        finally:
            connection.set_progress_handler(None, 0)
            db.rollback()
    return sum(ticks)


def like_the_first(table: type[QuestorArquivo] | type[Delivery], own: str | None = None, **values: object) -> None:
    """Add so many rows that are as the first one is, but for these values and a text of its `own` for each."""
    columns = table_of(table)
    with transaction() as db:
        first = dict(db.execute(select(columns).order_by(columns.c.id).limit(1)).mappings().one())
        del first["id"]
        rows = [{**first, **values, **({own: f"{number}"} if own else {})} for number in range(OTHERS)]
        db.execute(insert(columns), rows)


def test_the_first_that_is_due_of_a_state_is_found_beside_any_number_of_another(sqlite: str, tmp_path: Path) -> None:
    lote = lot(tmp_path / "xml", [documento("nfe", 1)])
    like_the_first(QuestorArquivo, "caminho")
    for home in (PENDING, UNKNOWN):
        mine = QuestorArquivo.lote_id == lote
        assert instructions(lambda db, home=home, mine=mine: home.first_due(db, mine)) < MOST


def test_the_first_of_a_strict_order_is_found_beside_any_number_of_others(sqlite: str, loopback: None) -> None:
    other, mine = webhook("https://exemplo.com/x", nome="outro"), webhook("https://exemplo.com/y", nome="meu")
    change(mine, ordem_estrita=True, ativo=False)
    fire()
    like_the_first(Delivery, due_at=SYSTEM.now() + timedelta(hours=3))
    change(mine, ativo=True)
    change(other, ativo=False)
    fire()
    values = {"p_now": SYSTEM.now(), "p_token": "de ninguém", "p_until": SYSTEM.now() + timedelta(minutes=1)}

    def claim(db: Session) -> None:
        one = direct(db)
        one.run(choosing.firsts("sqlite", single=True), {**choosing.quotas_of([(mine, 1)], one.dialect), **values})

    with reading() as db:
        assert len(db.scalars(select(Delivery.id).where(Delivery.destino_id == mine)).all()) == 1
    assert instructions(claim) < MOST
