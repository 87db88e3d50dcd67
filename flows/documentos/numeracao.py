"""Look at the numbers of every company's series and note what is missing: what the alert is judged by."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from core.caller import OPERATOR
from core.clock import SYSTEM, Clock
from flows.documentos.lacunas import SEM_RESPOSTA, Serie, of_series, series
from storage.models import Empresa, Numeracao
from storage.rows import table_of, upsert
from storage.session import reading, transaction

KEY = ("empresa_id", "modelo", "serie")


def conferir(clock: Clock = SYSTEM) -> int:
    """Look at every series of the companies in use; return how many there are. Run twice it changes nothing more."""
    begun = clock.now()
    with reading() as db:
        in_use = list(db.scalars(select(Empresa.id).where(Empresa.ativa)))
        chosen = series(db, OPERATOR, in_use)
    for one in chosen:
        found = _looked_at(one, begun)
        with transaction() as db:
            upsert(db, Numeracao, [found], KEY)
    with transaction() as db:
        # of companies that are out of use, or have issued nothing any more
        table = table_of(Numeracao)
        db.execute(delete(table).where(table.c.conferida_em < begun))
    return len(chosen)


def _looked_at(one: Serie, now: datetime) -> dict[str, Any]:
    missing, waiting, since = 0, 0, None
    with reading() as db:
        for gap in of_series(db, one):
            missing += gap.quantidade
            waiting += gap.quantidade if gap.situacao == SEM_RESPOSTA else 0
            since = gap.desde if since is None else min(since, gap.desde)
    key = {"empresa_id": one.empresa_id, "modelo": one.modelo, "serie": one.serie}
    return key | {"faltam": missing, "sem_resposta": waiting, "desde": since, "conferida_em": now}
