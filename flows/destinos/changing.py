"""Change a destination that is there. What is not said stays; an empty text takes it away."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from events import filters
from events.delivery.kind import Said, known_kind
from flows.destinos.creating import Created, checked_name, checked_rate, subscribed
from flows.destinos.finding import find
from flows.destinos.views import view
from storage.models.destinos import Destino
from storage.session import transaction

STILL_OFF = "O destino continua desligado até ser retomado."


@dataclass(frozen=True)
class Change:
    """What a person changes of a destination; none leaves it, an empty text (or 0) takes it away."""

    nome: str | None = None
    url: str | None = None
    eventos: Sequence[str] | None = None
    topico: str | None = None
    severidade: str | None = None
    rotulos: Sequence[str] | None = None
    silencio: str | None = None
    por_minuto: int | None = None
    ordem_estrita: bool | None = None
    cabecalhos: Mapping[str, str] | None = None
    opcoes: Mapping[str, str] | None = None
    filtro: str | None = None


def change(name_or_id: str, new: Change, caller: Caller = OPERATOR) -> Created:
    """Change what is said; the destination's state, its secret and what it is owed stay."""
    with transaction() as db:
        destino = find(db, name_or_id, caller)
        checked = known_kind(destino.tipo).accepted(_said(destino, new))
        columns = {name: value for name, value in checked.columns.items() if name != "secret_key"}
        for name, value in (columns | _own_columns(new)).items():
            setattr(destino, name, value)
        if new.eventos is not None:
            destino.de_oficio = False
            destino.assinaturas = subscribed(db, new.eventos, destino.tipo, destino.usuario_id)
        destino.data_atualizacao = SYSTEM.now()
        db.flush()
        return Created(view(destino), None, checked.aviso)


def change_secret(
    name_or_id: str, new: str | None = None, assinatura: str | None = None, caller: Caller = OPERATOR
) -> Created:
    """Give a destination another secret, as its kind does that."""
    now = SYSTEM.now()
    with transaction() as db:
        destino = find(db, name_or_id, caller)
        said = Said(destino.url, destino.topico, new, assinatura=assinatura)
        checked = known_kind(destino.tipo).rotated(destino, said, now)
        for name, value in checked.columns.items():
            setattr(destino, name, value)
        destino.data_atualizacao = now
        return Created(view(destino), checked.segredo, STILL_OFF if destino.desligado_em else checked.aviso)


def _said(destino: Destino, new: Change) -> Said:
    """Return the destination as if it were said anew."""
    return Said(
        new.url or destino.url,
        new.topico or destino.topico,
        destino.secret_key,
        _merged(destino.headers_customizados, new.cabecalhos),
        opcoes=_merged(destino.opcoes, new.opcoes),
    )


def _merged(stored: str | None, by: Mapping[str, str] | None) -> dict[str, str]:
    """Return what is stored in JSON with these in place of those of their names; an empty value takes one away."""
    new = by or {}
    replaced = {name.lower() for name in new}
    kept = {name: value for name, value in json.loads(stored or "{}").items() if name.lower() not in replaced}
    return kept | {name: value for name, value in new.items() if value}


def _own_columns(new: Change) -> dict[str, Any]:
    """Return the columns that are the same for every kind."""
    judged: dict[str, Any] = {}
    if new.nome is not None:
        judged["nome"] = checked_name(new.nome)
    if new.por_minuto is not None:
        judged["por_minuto"] = checked_rate(new.por_minuto) if new.por_minuto else None
    if new.ordem_estrita is not None:
        judged["ordem_estrita"] = new.ordem_estrita
    said: dict[str, Any] = {
        "severidade_minima": new.severidade,
        "rotulos": new.rotulos,
        "silencio": new.silencio,
        "filtro": new.filtro,
    }
    labels = [label for label in new.rotulos or () if label]
    asked = filters.columns(new.severidade, labels, new.silencio, new.filtro)
    return judged | {name: value for name, value in asked.items() if said[name] is not None}
