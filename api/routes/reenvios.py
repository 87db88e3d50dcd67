"""What a destination failed to get, sent again: all of it since an instant."""

import time

from pydantic import BaseModel, Field

from api.asking import Id, Quer
from api.routing import Rotas
from core.instant import read_instant
from core.settings.core import CoreSettings
from flows.destinos import finding, webhooks
from flows.entregas import recovering

router = Rotas("", "reenvios")
# Who asks does not wait for millions: what is left is asked for again.
SECONDS = 5.0


class Desde(BaseModel):
    """From when on; `tudo` also what was never owed, `simular` only counts."""

    desde: str = Field(max_length=40, examples=["2026-11-20T00:00:00-03:00"])
    tudo: bool = False
    simular: bool = False


class Reenvio(BaseModel):
    """How many deliveries are due again, or would be; `restam`: ask again for the others."""

    entregas: int
    restam: bool = False
    simulado: bool = False


@router.post("/webhooks/{id}/reenviar/")
def reenviar_webhook(id: Id, pedido: Desde, caller: Quer) -> Reenvio:  # noqa: A002 - the contract's word
    """Manda de novo tudo o que um webhook deixou de receber desde um instante, no máximo 14 dias atrás."""
    return _again(webhooks.mostrar(id, caller).id, pedido)


@router.post("/destinos/{id}/reenviar/")
def reenviar_destino(id: Id, pedido: Desde, caller: Quer) -> Reenvio:  # noqa: A002
    """O mesmo de um destino de qualquer tipo."""
    return _again(finding.number_of(str(id), caller), pedido)


def _again(destino_id: int, pedido: Desde) -> Reenvio:
    since = read_instant(pedido.desde, CoreSettings.current().zone, "desde")
    if pedido.simular:
        return Reenvio(entregas=recovering.amount(destino_id, since, tudo=pedido.tudo), simulado=True)
    total, ends = 0, time.monotonic() + SECONDS
    for done in recovering.batches(destino_id, since, tudo=pedido.tudo):
        total += done
        if time.monotonic() >= ends:
            return Reenvio(entregas=total, restam=True)
    return Reenvio(entregas=total)
