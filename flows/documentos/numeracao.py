"""Look at the numbers of every company's series and note what is missing: what the alert is judged by."""

import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select

from core.caller import OPERATOR
from core.clock import SYSTEM, Clock
from flows.documentos.lacunas import SEM_RESPOSTA, Serie, of_series, series
from storage.models.documentos import Numeracao
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.rows import table_of, upsert
from storage.session import reading, transaction

KEY = ("empresa_id", "modelo", "serie")
RUN_SECONDS = 60.0
NEVER = datetime.min.replace(tzinfo=UTC)
Key = tuple[int, str, int]


def conferir(clock: Clock = SYSTEM, seconds: float = RUN_SECONDS) -> int:
    """Look at the series of the companies in use, those not seen for longest first; return how many were looked at.

    After so many seconds the rest waits for the next run. Run twice it changes nothing more.
    """
    with reading() as db:
        companies = select(Empresa.id).join(Usuario, Usuario.id == Empresa.usuario_id, isouter=True)
        in_use = list(db.scalars(companies.where(Empresa.ativa, Usuario.ativo.is_not(False))))
        chosen = {_key(one): one for one in series(db, OPERATOR, in_use)}
        known = {_key(row): row for row in db.scalars(select(Numeracao))}
    _forget([row.id for key, row in known.items() if key not in chosen])
    ends, looked = time.monotonic() + seconds, 0
    for key in sorted(chosen, key=lambda one: known[one].conferida_em if one in known else NEVER):
        found = _looked_at(chosen[key], clock.now())
        with transaction() as db:
            upsert(db, Numeracao, [found], KEY)
        looked += 1
        if time.monotonic() >= ends:
            break
    return looked


def _key(one: Serie | Numeracao) -> Key:
    return one.empresa_id, one.modelo, one.serie


def _forget(numbers: list[int]) -> None:
    """Forget series of companies that are out of use, or that nothing is left of."""
    if numbers:
        with transaction() as db:
            db.execute(delete(table_of(Numeracao)).where(Numeracao.id.in_(numbers)))


def _looked_at(one: Serie, now: datetime) -> dict[str, Any]:
    missing, waiting, since = 0, 0, None
    with reading() as db:
        for gap in of_series(db, one):
            missing += gap.quantidade
            waiting += gap.quantidade if gap.situacao == SEM_RESPOSTA else 0
            since = gap.desde if since is None else min(since, gap.desde)
    key = {"empresa_id": one.empresa_id, "modelo": one.modelo, "serie": one.serie}
    return key | {"faltam": missing, "sem_resposta": waiting, "desde": since, "conferida_em": now}
