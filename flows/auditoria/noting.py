"""Note a change before it is made, and how it ended: none goes without its note, whenever the process dies."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.clock import SYSTEM, Clock
from core.errors import PlatformError
from storage.models.auditoria import Auditoria, Desfecho
from storage.session import transaction

T = TypeVar("T")
Seen = Mapping[str, Any]
LONGEST_REASON = 500


@dataclass(frozen=True)
class Mudanca:
    """A change that somebody asks for; `ditos` is what was said that nobody may see again, masked."""

    usuario: str
    tabela: str
    acao: str
    numero: int | None = None
    endereco: str | None = None
    ditos: Seen = field(default_factory=dict)


def noted(
    mudanca: Mudanca, do: Callable[[], T], seen: Callable[[T | None], Seen] = lambda _: {}, clock: Clock = SYSTEM
) -> T:
    """Make a change and note it; `seen` tells what the row shows, before (of None) and after (of what was done)."""
    before = seen(None)
    number = _begun(mudanca, clock)
    try:
        done = do()
    except PlatformError as fault:
        _ended(number, {}, mudanca.ditos, Desfecho.RECUSADO, str(fault))
        raise
    was, is_ = changes(before, seen(done))
    _ended(number, was, {**is_, **mudanca.ditos}, Desfecho.FEITO)
    return done


def changes(before: Seen, after: Seen) -> tuple[Seen, Seen]:
    """Return what of two looks at a row differs, as it was and as it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    was, is_ = ({name: one[name] for name in names if name in one} for one in (before, after))
    return was, is_


def _begun(mudanca: Mudanca, clock: Clock) -> int:
    row = Auditoria(
        em=clock.now(),
        usuario=mudanca.usuario,
        endereco=mudanca.endereco,
        tabela=mudanca.tabela,
        acao=mudanca.acao,
        numero=None if mudanca.numero is None else str(mudanca.numero),
        antes="{}",
        depois=_text(mudanca.ditos),
        desfecho=None,
        motivo=None,
    )
    with transaction() as db:
        db.add(row)
        db.flush()
        return row.id


def _ended(number: int, was: Seen, is_: Seen, desfecho: Desfecho, motivo: str | None = None) -> None:
    with transaction() as db:
        row = db.get_one(Auditoria, number)
        row.antes, row.depois, row.desfecho = _text(was), _text(is_), desfecho
        row.motivo = motivo and motivo[:LONGEST_REASON]


def _text(seen: Seen) -> str:
    return json.dumps(dict(seen), ensure_ascii=False, default=str)
