"""Open, aggravate and close alerts: an event at the beginning, one when it gets worse, one at the end."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from alerts.base import Avaliacao
from events import record_event
from events.catalog import AlertaAberto, AlertaLembrete, AlertaResolvido
from events.filters import SEVERITIES
from storage.models import Alerta
from storage.models.base import CONTA_PADRAO

LABELS = ("loja", "uf", "grupo")
AGGRAVATED = "Agravou: "


@dataclass
class Changes:
    """Codes that are open now, those that opened and closed, and the `webhook-id` of each event recorded for it."""

    ativos: list[str] = field(default_factory=list)
    abertos: list[str] = field(default_factory=list)
    resolvidos: list[str] = field(default_factory=list)
    eventos: list[str] = field(default_factory=list)


def _told_to_all(codigo: str) -> bool:
    return False


def opened(
    db: Session, fonte: str, objetos: Collection[str], conta: str = CONTA_PADRAO
) -> dict[str, dict[str, datetime]]:
    """Return since when the alerts of some objects are open: by object, then by code."""
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    columns = (Alerta.objeto, Alerta.codigo, Alerta.aberto_em)
    for objeto, codigo, since in db.execute(_open(fonte, conta, objetos).with_only_columns(*columns)):
        found[objeto][codigo] = since
    return found


def apply(
    db: Session,
    fonte: str,
    objeto: str,
    avaliacoes: Iterable[Avaliacao],
    now: datetime,
    conta: str = CONTA_PADRAO,
    *,
    rotulos: Mapping[str, str] | None = None,
    calado: Callable[[str], bool] = _told_to_all,
    known: dict[str, Alerta] | None = None,
) -> Changes:
    """Bring the stored alerts of one object to these judgements, in the caller's transaction.

    A condition that could not be judged changes nothing. Of codes that are `calado` nobody is told now; when they are
    no longer, and still true, somebody is. `rotulos` are the object's labels, `known` its alerts where they were read
    before (`locked`).
    """
    if known is None:
        known = locked(db, fonte, [objeto], conta)[objeto]
    changes = Changes()
    for judged in avaliacoes:
        alerta = known.get(judged.codigo)
        if judged.erro is not None:
            continue
        if judged.ativo and alerta is None:
            alerta = Alerta(conta=conta, fonte=fonte, objeto=objeto, codigo=judged.codigo, aberto_em=now)
            known[judged.codigo] = alerta
            db.add(alerta)
            changes.abertos.append(judged.codigo)
        if judged.ativo and alerta is not None:
            _see(alerta, judged, rotulos, now)
            if not calado(judged.codigo):
                changes.eventos += _tell(db, alerta)
        elif alerta is not None and alerta.resolvido_em is None:
            alerta.resolvido_em = now
            changes.resolvidos.append(judged.codigo)
            if alerta.severidade_avisada is not None:
                changes.eventos.append(record_event(db, _closed(alerta, now)).message_id)
    changes.ativos = sorted(codigo for codigo, alerta in known.items() if alerta.resolvido_em is None)
    return changes


def locked(
    db: Session, fonte: str, objetos: Collection[str], conta: str = CONTA_PADRAO
) -> defaultdict[str, dict[str, Alerta]]:
    """Return the open alerts of some objects, locked: by object, then by code."""
    found: defaultdict[str, dict[str, Alerta]] = defaultdict(dict)
    for alerta in db.scalars(_open(fonte, conta, objetos).order_by(Alerta.id).with_for_update()):
        found[alerta.objeto][alerta.codigo] = alerta
    return found


def forget(db: Session, fonte: str, kept: Collection[str], now: datetime, conta: str = CONTA_PADRAO) -> None:
    """Close, untold, the alerts of objects that are no longer watched."""
    for alerta in db.scalars(_open(fonte, conta).order_by(Alerta.id).with_for_update()):
        if alerta.objeto not in kept:
            alerta.resolvido_em = now


def _open(fonte: str, conta: str, objetos: Collection[str] | None = None) -> Select[Alerta]:
    query = select(Alerta).where(Alerta.conta == conta, Alerta.fonte == fonte, Alerta.resolvido_em.is_(None))
    return query if objetos is None else query.where(Alerta.objeto.in_(objetos))


def _see(alerta: Alerta, judged: Avaliacao, rotulos: Mapping[str, str] | None, now: datetime) -> None:
    alerta.severidade, alerta.mensagem, alerta.visto_em = judged.severidade, judged.mensagem, now
    if rotulos is not None:
        alerta.rotulos = json.dumps(dict(rotulos), ensure_ascii=False, sort_keys=True)


def _tell(db: Session, alerta: Alerta) -> list[str]:
    """Tell of an alert that nobody heard of, or not as severe as it is; a word that is no severity is the least."""
    if alerta.severidade_avisada is not None and _rank(alerta.severidade) <= _rank(alerta.severidade_avisada):
        return []
    payload = _opened(alerta, worse=alerta.severidade_avisada is not None)
    alerta.severidade_avisada = alerta.severidade
    return [record_event(db, payload).message_id]


def _rank(severidade: str) -> int:
    return SEVERITIES.index(severidade) if severidade in SEVERITIES else 0


def _common(alerta: Alerta) -> dict[str, Any]:
    labels = json.loads(alerta.rotulos) if alerta.rotulos else {}
    return {
        "fonte": alerta.fonte,
        "objeto": alerta.objeto,
        "codigo": alerta.codigo,
        "severidade": alerta.severidade,
        "aberto_em": alerta.aberto_em.isoformat(),
        **{name: labels.get(name, "") for name in LABELS},
        "loja": labels.get("loja") or alerta.objeto,
    }


def _opened(alerta: Alerta, *, worse: bool) -> AlertaAberto:
    mensagem = (AGGRAVATED if worse else "") + alerta.mensagem
    return AlertaAberto(**_common(alerta), mensagem=mensagem, agravado=worse)


def _closed(alerta: Alerta, now: datetime) -> AlertaResolvido:
    mensagem = f"Resolvido: {alerta.mensagem}"
    return AlertaResolvido(**_common(alerta), mensagem=mensagem, resolvido_em=now.isoformat())


def acknowledge(alerta: Alerta, now: datetime) -> None:
    """Note that somebody knows: from now on nobody is reminded of it."""
    alerta.reconhecido_em = alerta.reconhecido_em or now


def remind(db: Session, every: timedelta, now: datetime, calados: Collection[str] = ()) -> list[str]:
    """Tell again of alerts that were told, are open and unacknowledged for that long, unless of silent objects.

    Return the `webhook-id` of each event.
    """
    last = func.coalesce(Alerta.lembrado_em, Alerta.aberto_em)
    waiting = (Alerta.resolvido_em.is_(None), Alerta.reconhecido_em.is_(None), last <= now - every)
    told = (Alerta.severidade_avisada.is_not(None), Alerta.objeto.not_in(calados))
    query = select(Alerta).where(*waiting, *told).order_by(Alerta.id).with_for_update(skip_locked=True)
    due = db.scalars(query).all()
    for alerta in due:
        alerta.lembrado_em = now
    return [record_event(db, _still_open(alerta)).message_id for alerta in due]


def _still_open(alerta: Alerta) -> AlertaLembrete:
    return AlertaLembrete(**_common(alerta), mensagem=f"Ainda aberto: {alerta.mensagem}")
