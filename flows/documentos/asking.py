"""Ask for paths to be imported: each is a row that stays owed until every file below it has its outcome."""

import os
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, insert, select, text, update

from claims.ahead import put_right
from core.clock import SYSTEM, Clock
from core.errors import UsageError
from core.text import os_fault
from flows.documentos.owners import recipient
from flows.documentos.rows import CLAIM, FILES, OWED, REQUESTS
from storage.models.importacoes import Importacao, ImportLog
from storage.rows import table_of
from storage.session import reading, transaction

REQUEST = table_of(Importacao)
# As the index says it.
OPEN = text("importacao.concluida_em IS NULL")


def pedir(
    caminhos: Sequence[str], usuario: str | None = None, empresa: str | None = None, clock: Clock = SYSTEM
) -> list[int]:
    """Ask for files and folders; return the number of each request.

    Raises:
        UsageError: a path is not there, or cannot be written down.
        NotFound: there is no such user or company.
        Conflict: the user or the company is off.
    """
    dono, now = recipient(usuario, empresa), clock.now()
    mine = {"dono": dono.texto, "usuario_id": dono.usuario_id, "empresa_id": dono.empresa_id}
    rows = [{**mine, "caminho": _there(one), "criada_em": now, "due_at": now} for one in caminhos]
    with transaction() as db:
        return [db.scalars(insert(REQUEST).returning(REQUEST.c.id), row).one() for row in rows]


def _there(caminho: str) -> str:
    """Return the whole path of something that is there; who names a link means what it points to."""
    whole = os.path.realpath(caminho)
    try:
        whole.encode()
        os.stat(whole)
    except (UnicodeEncodeError, ValueError):
        raise UsageError("O nome não está em UTF-8; use outro caminho até ele.") from None
    except OSError as error:
        raise UsageError(f"Não consegui ler {caminho}: {os_fault(error)}.") from None
    return whole


def to_advance(limit: int, clock: Clock = SYSTEM) -> list[int]:
    """Return what is owed; what was asked for while a clock was ahead is, too."""
    put_right(REQUESTS, timedelta(), OPEN, clock=clock)
    put_right(FILES, timedelta(), ImportLog.importacao_id.in_(select(Importacao.id).where(OPEN)), OWED, clock=clock)
    return owed(limit, clock)


def owed(limit: int, clock: Clock = SYSTEM) -> list[int]:
    """Return requests of which something is to be done, and on which one process works at most."""
    now = clock.now()
    waiting = (ImportLog.importacao_id == Importacao.id, OWED)
    at_hand = select(func.count()).where(*waiting, FILES.held, ~FILES.overdue(now)).scalar_subquery()
    # The first, not whether there is any: for that PostgreSQL may read all files of all other requests.
    first = select(func.min(FILES.when())).where(*waiting).scalar_subquery()
    some, ended = (first <= now) & (at_hand <= CLAIM), first.is_(None)
    query = select(Importacao.id).where(*REQUESTS.due(now), some | ended).order_by(Importacao.id).limit(limit)
    with reading() as db:
        return list(db.scalars(query))


def conclude(importacao_id: int, clock: Clock = SYSTEM) -> bool:
    """Note that every file of a request has its outcome; tell whether that is so."""
    waiting = exists().where(ImportLog.importacao_id == importacao_id, OWED)
    done = update(Importacao).where(Importacao.id == importacao_id, Importacao.lida_em.is_not(None), ~waiting)
    with transaction() as db:
        db.execute(done.where(Importacao.concluida_em.is_(None)).values(concluida_em=clock.now()))
        return db.scalar(select(Importacao.concluida_em).where(Importacao.id == importacao_id)) is not None
