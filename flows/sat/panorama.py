"""The boxes at a glance: how many answered how, and those in trouble."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from alerts.sat import FONTE
from core.caller import OPERATOR, Caller
from flows.sat.outcome import OK
from storage.models.alertas import Alerta
from storage.models.sat import Caixa
from storage.session import reading

SHOWN = 12


@dataclass(frozen=True)
class CaixaEmApuros:
    """A box that did not answer well when it was asked last, or of which an alert is open."""

    nome: str
    resultado: str | None
    verificada_em: datetime | None
    desde: datetime | None
    erro: str | None
    silenciada_ate: datetime | None
    alertas: tuple[str, ...]


@dataclass(frozen=True)
class Panorama:
    """How many boxes are watched, by their last result (none: not asked yet), and which of them are in trouble.

    `com_alerta` counts the objects, boxes or shops, that have an open alert.
    """

    por_resultado: dict[str | None, int]
    com_alerta: int
    em_apuros: tuple[CaixaEmApuros, ...]

    @property
    def total(self) -> int:
        """How many are watched."""
        return sum(self.por_resultado.values())

    @property
    def mal(self) -> int:
        """How many did not answer well."""
        return sum(total for resultado, total in self.por_resultado.items() if resultado not in (OK, None))


def panorama(caller: Caller = OPERATOR, limite: int = SHOWN) -> Panorama:
    """Look at the boxes; a user meets none."""
    if not caller.is_operator:
        return Panorama({}, 0, ())
    with reading() as db:
        counted = db.execute(select(Caixa.resultado, func.count()).where(Caixa.ativo).group_by(Caixa.resultado))
        totals = {resultado: total for resultado, total in counted}  # noqa: C416 - a row is no pair to dict
        opened = _opened(db)
        return Panorama(totals, len(opened), _in_trouble(db, opened, limite))


def _opened(db: Session) -> dict[str, list[str]]:
    """Return the codes of the open alerts by object."""
    query = select(Alerta.objeto, Alerta.codigo).where(Alerta.fonte == FONTE, Alerta.resolvido_em.is_(None))
    opened: defaultdict[str, list[str]] = defaultdict(list)
    for objeto, codigo in db.execute(query.order_by(Alerta.id)):
        opened[objeto].append(codigo)
    return opened


def _in_trouble(db: Session, opened: dict[str, list[str]], limite: int) -> tuple[CaixaEmApuros, ...]:
    # what is encrypted in the row is not read
    columns = (Caixa.nome, Caixa.resultado, Caixa.verificada_em, Caixa.falhando_desde, Caixa.ocupada_desde)
    query = select(*columns, Caixa.erro, Caixa.silenciada_ate).where(Caixa.ativo)
    bad = or_(Caixa.resultado != OK, Caixa.nome.in_(sorted(opened)[: limite * 10]))
    rows = db.execute(query.where(bad).order_by(Caixa.resultado == OK, Caixa.nome).limit(limite))
    return tuple(
        CaixaEmApuros(
            row.nome,
            row.resultado,
            row.verificada_em,
            row.falhando_desde or row.ocupada_desde,
            row.erro,
            row.silenciada_ate,
            tuple(opened.get(row.nome, ())),
        )
        for row in rows
    )
