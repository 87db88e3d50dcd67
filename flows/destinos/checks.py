"""What `diagnostico` tells of destinations: is each of them on, allowed, well."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.checks import FAULT, OK, WARNING, Finding
from core.clock import SYSTEM
from core.text import human_duration
from storage.models.destinos import Destino
from storage.sealed import unopened
from storage.session import reading

# A pause of longer than this may have been forgotten.
FORGOTTEN = timedelta(days=1)
SEALED = (
    FAULT,
    "nenhuma chave abre os segredos dele; o que lhe é devido espera",
    "Ponha de volta a chave que os fechou (`esteira chaves listar`), ou crie o destino de novo.",
)


def destinations() -> Iterator[Finding]:
    """Tell which destinations are off, paused for long, failing, or at an address that is not allowed."""
    with reading() as db:
        destinos = db.query(Destino).order_by(Destino.id).all()
        waiting = _waiting(db) if destinos else {}
        now = SYSTEM.now()
        closed = unopened(db, Destino) if destinos else set()
        found = [
            (one.nome, SEALED if one.id in closed else _state(one, waiting.get(one.id, 0), now)) for one in destinos
        ]
    for nome, state in found:
        yield Finding(f"destino {nome}", *state)


def _waiting(db: Session) -> dict[int, int]:
    """Return how many events are held back for each destination."""
    # An installation without destinations does not load what they are owed.
    from storage.models.eventos import Delivery, Estado

    kept = select(Delivery.destino_id, func.count()).where(Delivery.estado == Estado.RETIDO)
    return {row[0]: row[1] for row in db.execute(kept.group_by(Delivery.destino_id))}


def _state(destino: Destino, waiting: int, now: datetime) -> tuple[str, str, str]:
    """Return how a destination is, in words, and what to do about it."""
    # An installation without destinations does not load how they are called.
    from events.delivery.kind import kinds

    resume = f"`esteira destinos retomar {destino.id}`"
    if destino.desligado_em:
        return WARNING, f"desligado: {destino.desligado_motivo}", f"Corrija o destino e rode {resume}."
    if destino.tipo not in kinds():
        return FAULT, f"o tipo {destino.tipo!r} não é conhecido nesta versão", "Atualize a Esteira."
    if kinds()[destino.tipo].blocked(destino):
        advice = "Veja deliveries.allow_networks, allow_http e allow_ports."
        return FAULT, "as regras de entrega não permitem este endereço", advice
    if lacks := kinds()[destino.tipo].lacks(destino):
        return FAULT, *lacks
    if destino.pausado_em:
        since = now - destino.pausado_em
        told = f"pausado há {human_duration(since.total_seconds())}; eventos retidos: {waiting}"
        return WARNING if since >= FORGOTTEN else OK, told, f"Se foi esquecido, rode {resume}."
    if destino.falhando_desde:
        since = now - destino.falhando_desde
        told = f"falha há {human_duration(since.total_seconds())}"
        one_by_one = "; vai uma tentativa por vez" if destino.circuito_espera else ""
        return WARNING, told + one_by_one, f"Rode `esteira destinos testar {destino.id}`."
    return OK, destino.url, ""


CHECKS = {"destinos": destinations}
