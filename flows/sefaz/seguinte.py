"""Which single question is next: what people ask for, then the gaps, then what was asked for in vain before.

So what never gets an answer holds up nothing else, and is owed all the same. docs/reference/contracts/sefaz.md §3.6.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from flows.sefaz import buscas, lacunas
from flows.sefaz.buscas import Chave
from flows.sefaz.lacunas import Numero

Item: TypeAlias = Chave | Numero


def seguinte(db: Session, serie_id: int, now: datetime, *, gaps: bool = True) -> Item | None:
    """Return what is to be asked for; without `gaps`, only of what people ask for."""
    fresh = next(_waiting(db, serie_id, now, gaps, tentada=False), None)
    if fresh is not None:
        return fresh
    tried = _waiting(db, serie_id, now, gaps, tentada=True)
    return min(tried, key=lambda one: one.tentada_em or now, default=None)


def _waiting(db: Session, serie_id: int, now: datetime, gaps: bool, *, tentada: bool) -> Iterator[Item]:
    """Yield the first of each kind: keys, numbers that people ask for, numbers of gaps."""
    if (key := buscas.proxima(db, serie_id, tentada=tentada)) is not None:
        yield key
    for pedida in (True, False) if gaps else (True,):
        if (number := lacunas.proximo(db, serie_id, now, pedida=pedida, tentada=tentada)) is not None:
            yield number
