"""Open, aggravate and close alerts: an event at the beginning, one when it gets worse, one at the end."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from alerts import telling
from alerts.judgement import Judgement
from events import Disparo, disparar_varios
from events.filters import SEVERITIES
from storage.models.alertas import Alerta
from storage.models.base import CONTA_PADRAO
from storage.rows import table_of

Open = dict[str, dict[str, Alerta]]
TABLE = table_of(Alerta)
COLUMNS = [column.name for column in TABLE.columns if not column.primary_key]


@dataclass
class Changes:
    """Codes of one object that are open now, those that opened and closed, and the `webhook-id` of each event."""

    ativos: list[str] = field(default_factory=list)
    abertos: list[str] = field(default_factory=list)
    resolvidos: list[str] = field(default_factory=list)
    eventos: list[str] = field(default_factory=list)


_Told = tuple[Changes, Disparo]


def opened(
    db: Session, fonte: str, objetos: Collection[str], conta: str = CONTA_PADRAO
) -> dict[str, dict[str, datetime]]:
    """Return since when the alerts of some objects are open: by object, then by code."""
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    columns = (Alerta.objeto, Alerta.codigo, Alerta.aberto_em)
    for objeto, codigo, since in db.execute(_open(fonte, conta, objetos).with_only_columns(*columns)):
        found[objeto][codigo] = since
    return found


def locked(db: Session, fonte: str, objetos: Collection[str] | None = None, conta: str = CONTA_PADRAO) -> Open:
    """Return the open alerts of some objects (None: of all), locked: by object, then by code."""
    found: Open = {}
    for alerta in db.scalars(_open(fonte, conta, objetos).order_by(Alerta.id).with_for_update()):
        found.setdefault(alerta.objeto, {})[alerta.codigo] = alerta
    return found


def apply(
    db: Session,
    fonte: str,
    judgements: Iterable[Judgement],
    now: datetime,
    conta: str = CONTA_PADRAO,
    *,
    known: Open | None = None,
) -> dict[str, Changes]:
    """Bring the stored alerts of a source to these judgements, in the caller's transaction; return what changed.

    Of codes that are `calado` nobody is told now; when they are no longer, and still true, somebody is. `known` are the
    open alerts of these objects where they were read before (`locked`).
    """
    given, new, told = list(judgements), list[Alerta](), list[_Told]()
    changes = {one.objeto: Changes() for one in given}
    if known is None:
        known = locked(db, fonte, changes.keys(), conta)
    for one in _loudest(given):
        alertas, change = known.setdefault(one.objeto, {}), changes[one.objeto]
        if one.ativo and one.codigo not in alertas:
            alertas[one.codigo] = Alerta(conta=conta, fonte=fonte, objeto=one.objeto, codigo=one.codigo, aberto_em=now)
            new.append(alertas[one.codigo])
            change.abertos.append(one.codigo)
        if one.ativo:
            _see(alertas[one.codigo], one, now)
            told += _tell(alertas[one.codigo], one, change)
        elif one.codigo in alertas:
            change.resolvidos.append(one.codigo)
            told += _close(alertas.pop(one.codigo), one, change, now)
    for objeto, change in changes.items():
        change.ativos = sorted(known.get(objeto, ()))
    if new:
        # not `add`: that is a statement for each on SQLite
        db.execute(insert(TABLE), [{name: getattr(one, name) for name in COLUMNS} for one in new])
    for (change, _), event in zip(told, disparar_varios([one for _, one in told], db), strict=True):
        change.eventos.append(event)
    return changes


def _loudest(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Leave out what could not be judged, and what is not true beside something true of the same code."""
    judged = [one for one in judgements if one.desconhecido is None]
    active = {(one.objeto, one.codigo) for one in judged if one.ativo}
    return [one for one in judged if one.ativo or (one.objeto, one.codigo) not in active]


def _see(alerta: Alerta, one: Judgement, now: datetime) -> None:
    alerta.severidade, alerta.mensagem, alerta.visto_em = one.severidade, one.mensagem, now
    _label(alerta, one)


def _label(alerta: Alerta, one: Judgement) -> None:
    alerta.rotulos = json.dumps(dict(one.rotulos), ensure_ascii=False, sort_keys=True) if one.rotulos else None


def _tell(alerta: Alerta, one: Judgement, change: Changes) -> list[_Told]:
    """Announce an alert that was not announced yet, or only as less severe, or for another kind of fault."""
    if one.calado or not _is_news(alerta, one):
        return []
    worse = alerta.severidade_avisada is not None
    alerta.severidade_avisada, alerta.causa = _severest(alerta, one), one.causa
    return [(change, telling.opened(alerta, worse=worse))]


def _is_news(alerta: Alerta, one: Judgement) -> bool:
    told = alerta.severidade_avisada
    return told is None or _rank(one.severidade) > _rank(told) or one.causa != alerta.causa


def _severest(alerta: Alerta, one: Judgement) -> str:
    """Return the greatest severity told, this one included."""
    return max(alerta.severidade_avisada or one.severidade, one.severidade, key=_rank)


def _close(alerta: Alerta, one: Judgement, change: Changes, now: datetime) -> list[_Told]:
    """Close an alert; what was never told ends untold."""
    alerta.resolvido_em = now
    _label(alerta, one)
    if alerta.severidade_avisada is None:
        return []
    return [(change, telling.closed(alerta, one.resolvido, now))]


def objects(db: Session, fonte: str, conta: str = CONTA_PADRAO) -> set[str]:
    """Return the objects that have open alerts."""
    return set(db.scalars(_open(fonte, conta, None).with_only_columns(Alerta.objeto).distinct()))


def drop(db: Session, fonte: str, objetos: Collection[str], now: datetime, conta: str = CONTA_PADRAO) -> None:
    """Close, untold, the alerts of some objects."""
    for alertas in locked(db, fonte, objetos, conta).values():
        for alerta in alertas.values():
            alerta.resolvido_em = now


def forget(db: Session, fonte: str, kept: Collection[str], now: datetime, conta: str = CONTA_PADRAO) -> None:
    """Close, untold, the alerts of objects that are no longer watched."""
    for objeto, alertas in locked(db, fonte, conta=conta).items():
        for alerta in alertas.values() if objeto not in kept else ():
            alerta.resolvido_em = now


def _open(fonte: str, conta: str, objetos: Collection[str] | None) -> Select[Alerta]:
    query = select(Alerta).where(Alerta.conta == conta, Alerta.fonte == fonte, Alerta.resolvido_em.is_(None))
    return query if objetos is None else query.where(Alerta.objeto.in_(objetos))


def _rank(severidade: str) -> int:
    """Return how severe a word is; one that is no severity is the least."""
    return SEVERITIES.index(severidade) if severidade in SEVERITIES else 0
