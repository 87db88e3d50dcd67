"""What is parked, unknown or failed: listed, tried again at once, dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import Conflict, NotFound
from core.page import LARGEST, SIZE, Counted, Page
from core.settings.sync import SyncSettings
from flows.documentos.listagem import PRIMEIRA, Pagina, sliced
from flows.sync.documents import last_four
from flows.sync.ledger.item import CLIENTES, WAITING, Item, Key, Situacao
from flows.sync.ledger.opening import open_ledger
from flows.sync.ledger.shape import Ledger


@dataclass(frozen=True)
class PendenciaView:
    """An item that waits: since when, why, until when it is left alone. Of a document only the end is shown."""

    id: str
    fluxo: str
    item: str
    situacao: str
    motivo: str | None
    erro: str | None
    tentativas: int
    desde: datetime
    volta_em: datetime | None


def listing(
    conta: str, fluxo: str | None = None, *, depois: str | None = None, limite: int = SIZE, caller: Caller = OPERATOR
) -> Page[PendenciaView]:
    """Return a page of what waits; a user meets nothing."""
    if not caller.is_operator:
        return Page(())
    ledger, size = open_ledger(conta), max(1, min(limite, LARGEST))
    found = list(ledger.waiting(fluxo, _key(ledger, depois) if depois else None, size + 1))
    more = str(found[size - 1].id) if len(found) > size else None
    return Page(tuple(map(_view, found[:size])), more)


def pagina(
    conta: str, fluxo: str | None = None, pagina: Pagina = PRIMEIRA, caller: Caller = OPERATOR
) -> Counted[PendenciaView]:
    """Return a page of the same, by its number; raise `NotFound` for an account that is not the caller's."""
    known(conta, caller)
    some = sliced(range(_amount(conta, fluxo)), pagina)
    # a ledger is read by its keys alone, so what comes before is read, too
    before = some.itens[0] if some.itens else 0
    found = list(open_ledger(conta).waiting(fluxo, None, before + max(1, len(some.itens))))
    return Counted(tuple(map(_view, found[before:])), some.depois, some.count)


def _amount(conta: str, fluxo: str | None) -> int:
    counts = open_ledger(conta).counts().items()
    return sum(amount for (flow, state, _), amount in counts if state in WAITING and fluxo in (None, flow))


def known(conta: str, caller: Caller) -> None:
    """Raise `NotFound` for an account that is not there, or is not the caller's."""
    caller.must_operate(unknown(conta))
    if conta not in SyncSettings.current().contas:
        raise NotFound(unknown(conta))


def unknown(conta: str) -> str:
    """Return what is said of an account that is not there."""
    return f"Não há sync na conta {conta[:100]!r}."


def _view(item: Item) -> PendenciaView:
    shown = last_four(item.chave) if item.livro == CLIENTES else item.chave
    back = None if item.situacao == Situacao.FALHOU else item.due_at
    told = (item.situacao, item.motivo, item.erro, item.tentativas)
    return PendenciaView(str(item.id), item.fluxo, shown, *told, item.criado_em, back)


def again(
    conta: str,
    ids: Sequence[str] = (),
    *,
    fluxo: str | None = None,
    clock: Clock = SYSTEM,
    caller: Caller = OPERATOR,
) -> int:
    """Let items be tried at the next run: these, or all; return how many."""
    caller.must_operate(unknown(conta))
    ledger, now = open_ledger(conta), clock.now()
    where: dict[str, Any] = {"situacao": list(WAITING)}
    if ids:
        where["id"] = [_key(ledger, one) for one in ids]
    if fluxo is not None:
        where["fluxo"] = fluxo
    # what may have been sent is looked for first
    free: dict[str, Any] = {"due_at": now, "tentativas": 0, "motivo": None, "erro": None}
    total = ledger.change({**where, "tentado": False}, now, **free, situacao=Situacao.PENDENTE)
    total += ledger.change({**where, "tentado": True}, now, **free, situacao=Situacao.DESCONHECIDO)
    if ids and not total:
        raise NotFound(f"Não há pendência com o número {ids[0]}.")
    return total


def drop(conta: str, number: str, clock: Clock = SYSTEM, caller: Caller = OPERATOR) -> None:
    """Give an item up: it is never sent."""
    caller.must_operate(unknown(conta))
    ledger = open_ledger(conta)
    where = {"id": [_key(ledger, number)], "situacao": list(WAITING)}
    if not ledger.change(where, clock.now(), situacao=Situacao.DESCARTADO, motivo=None, erro=None):
        raise Conflict(f"Não há pendência com o número {number}, ou ela está sendo enviada agora.")


def _key(ledger: Ledger, text: str) -> Key:
    found = ledger.key(text)
    if found is None:
        raise NotFound(f"Não há pendência com o número {text!r}.")
    return found
