"""Boxes that are asked no more, because asking again would lock them: why, telling it, letting them be asked again."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import state
from alerts.sat import FONTE, inalcancavel
from alerts.sat.inalcancavel import Failures
from core.clock import SYSTEM, Clock
from core.errors import Conflict
from core.settings.sat import BoxSettings
from flows.sat.boxes import prepare
from flows.sat.context import contexts
from flows.sat.known_boxes import box_named, configured
from flows.sat.rows import BOXES
from flows.sat.shops import labels
from flows.sat.silences import silenced
from storage.models.alertas import Alerta
from storage.models.sat import Caixa
from storage.session import reading, transaction


def parked(nomes: Sequence[str]) -> dict[str, str]:
    """Return what is said of boxes that are parked, of those that are."""
    query = select(Caixa.nome, Caixa.erro).where(Caixa.nome.in_(nomes), Caixa.parada, Caixa.ativo)
    boxes = configured()
    with reading() as db:
        found = {row.nome: row.erro or "" for row in db.execute(query) if row.nome in boxes}
    return {nome: f"Parada. {erro} {inalcancavel.remedy(boxes[nome])}" for nome, erro in found.items()}


def reactivate(nome: str, clock: Clock = SYSTEM) -> None:
    """Let a parked box be asked again, at once; raise `Conflict` for one that is not parked, or not asked from here."""
    box = box_named(nome)
    if box.heard:
        raise Conflict(f"A caixa {nome!r} é lida por um agente. {inalcancavel.remedy(box)}")
    prepare()
    with transaction() as db:
        if not BOXES.owe(db, clock.now(), Caixa.nome == box.name, Caixa.parada.is_(True), parada=False):
            raise Conflict(f"A caixa {nome!r} não está parada.")


def tell_parked(clock: Clock = SYSTEM) -> int:
    """Announce parked boxes that were silent when they were parked; return how many. No later check announces them."""
    now, boxes = clock.now(), configured()
    with reading() as db:
        if not _untold(db, boxes, now):
            return 0
    with transaction() as db:
        rows = _untold(db, boxes, now)
        known = contexts(db, [boxes[row.nome] for row in rows], clock)
        judgements = [
            inalcancavel.of_box(
                box,
                Failures(row.falhas_seguidas, row.falhando_desde, row.erro, parada=True),
                known[box.name],
                labels([box], box.name),
                calado=False,
            )
            for row in rows
            if (box := boxes[row.nome])
        ]
        state.apply(db, FONTE, judgements, now)
    return len(judgements)


def _untold(db: Session, boxes: Mapping[str, BoxSettings], now: datetime) -> list[Caixa]:
    told = select(Alerta.objeto).where(
        Alerta.fonte == FONTE, Alerta.codigo == inalcancavel.CODIGO, Alerta.resolvido_em.is_(None),
        Alerta.severidade_avisada.is_not(None), Alerta.causa == inalcancavel.PARADA,
    )  # fmt: skip
    query = select(Caixa).where(Caixa.parada, Caixa.ativo, Caixa.nome.not_in(told)).order_by(Caixa.id)
    return [
        row for row in db.scalars(query) if row.nome in boxes and not silenced(boxes[row.nome], row.silenciada_ate, now)
    ]
