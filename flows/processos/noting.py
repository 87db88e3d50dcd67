"""Say now and then that this worker lives, and what its tasks have come to since."""

import platform
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from core import logs, measured
from storage.models.processos import Processo, TarefaContada
from storage.rows import insert_for, table_of, upsert
from storage.session import reading, transaction

# Any process of a worker says it for all; not more often than this.
EVERY = timedelta(seconds=10)
# Whoever ends does not wait long for another who writes.
PATIENCE_SECONDS = 2.0
COUNTED = table_of(TarefaContada)


def note(now: datetime) -> int:
    """Note both; return how many tasks were counted."""
    told = measured.taken()
    if not told and not _is_due(now):
        return 0
    try:
        with transaction() as db:
            _alive(db, now)
            _count(db, told)
    except BaseException:
        measured.give_back(told)
        raise
    return sum(total for total, _ in told.values())


def last(_seconds: float) -> None:
    """Tell the rest before this process ends."""
    if told := measured.taken():
        with transaction() as db:
            _count(db, told)


def leave() -> None:
    """Forget this worker, which ends in order: nobody has to look for it."""
    with transaction(PATIENCE_SECONDS) as db:
        db.execute(delete(Processo).where(*_mine()))


def _mine() -> tuple[ColumnElement[bool], ...]:
    return Processo.host == platform.node()[:100], Processo.nome == _name()


def _is_due(now: datetime) -> bool:
    with reading() as db:
        seen = db.scalar(select(Processo.visto_em).where(*_mine()))
    return _name() != "" and (seen is None or now - seen >= EVERY)


def _alive(db: Session, now: datetime) -> None:
    if _name():
        row = {"host": platform.node()[:100], "nome": _name(), "visto_em": now}
        upsert(db, Processo, [row], ("host", "nome"), "visto_em")


def _count(db: Session, told: dict[measured.Key, tuple[int, int]]) -> None:
    """Add to the rows, in the order of their keys: so nobody waits in a circle."""
    for (tarefa, resultado, ate_ms), (total, soma_ms) in sorted(told.items()):
        row = {"tarefa": tarefa, "resultado": resultado, "ate_ms": ate_ms, "total": total, "soma_ms": soma_ms}
        statement = insert_for(db, TarefaContada).values(row)
        added = {name: COUNTED.c[name] + statement.excluded[name] for name in ("total", "soma_ms")}
        db.execute(statement.on_conflict_do_update(index_elements=["tarefa", "resultado", "ate_ms"], set_=added))


def _name() -> str:
    return (logs.service() or "")[:100]
