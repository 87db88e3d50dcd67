"""How an item may end, for now or for good, as the outcome that the ledger is given."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from claims.backoff import Backoff
from connectors.base.faults import Blocked, Fault
from core.errors import Rejected
from core.fiscal import mascarar_documento
from core.text import redact
from flows.sync.ledger.item import Item, Outcome, Situacao, outcome
from flows.sync.results import ADOPTED, EDIT_REFUSED, EDITED, REFUSED, WORN
from flows.sync.sides import Sides

# A search lags behind an insert: a second look comes after this (docs/reference/contracts/sync.md §SY-42).
LOOK_GAP = timedelta(seconds=30)
LOOKS = 2
# Why an item ended whose source is not there, or is another thing now: it may come back.
VANISHED, SWITCHED = "origem_sumiu", "documento_mudou"
GONE = (VANISHED, SWITCHED)
MOST_TRIES = 8
AGAIN = Backoff.doubling(60, 3600)
PARKED = Backoff.doubling(900, 86_400)
# No item is put off for so long, unless by a clock that was ahead.
LONGEST = timedelta(days=2)
DOCUMENT = re.compile(r"\b[0-9A-Z]{2,3}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}[-/]?(?:[0-9A-Z]{4}-?)?[0-9]{2}\b")


def sent(sides: Sides, item: Item, **changes: Any) -> Outcome:
    """It is there because of us: its event is owed."""
    done = {"situacao": Situacao.ENVIADO, "tentado": False, "motivo": None, "erro": None, "avisado": False}
    return _outcome(sides, item, **{**done, **changes})


def found(sides: Sides, item: Item, **changes: Any) -> Outcome:
    """It was there already: by an earlier try of ours, or because of somebody else, of which nobody is told."""
    return sent(sides, item, motivo=ADOPTED if item.tentado else None, avisado=not item.tentado, **changes)


def parked(sides: Sides, item: Item, motivo: str, erro: str | None = None, *, seconds: float | None = None) -> Outcome:
    """It cannot go now; it is looked at again later and later, or after `seconds`."""
    tries = item.tentativas + 1
    wait = seconds if seconds is not None else PARKED.wait(tries) or 0.0
    due_at = sides.clock.now() + timedelta(seconds=wait)
    state = {"situacao": Situacao.ESTACIONADO, "motivo": motivo, "erro": shown(erro), "tentativas": tries}
    return _outcome(sides, item, due_at=due_at, **state)


def gone(sides: Sides, item: Item, motivo: str) -> Outcome:
    """Its source is there no longer, or is another thing now; nothing is done on the other side."""
    return _outcome(sides, item, situacao=Situacao.FALHOU, motivo=motivo, erro=None)


def unsure(sides: Sides, item: Item, fault: Fault, **changes: Any) -> Outcome:
    """It may have been made: it is looked for before it is made again, also when it failed too often to go on soon."""
    tries = item.tentativas + 1
    if tries >= MOST_TRIES:
        return replace(parked(sides, item, WORN, str(fault)), tentado=True, procuras=0, **changes)
    due_at = sides.clock.now() + LOOK_GAP
    state = {"situacao": Situacao.DESCONHECIDO, "tentado": True, "procuras": 0, "tentativas": tries}
    return _outcome(sides, item, due_at=due_at, motivo=None, erro=shown(str(fault)), **state, **changes)


def broken(sides: Sides, item: Item, bug: BaseException) -> Outcome:
    """A bug of ours ended it, nobody knows where; it is looked for first."""
    tries = item.tentativas + 1
    due_at = sides.clock.now() + timedelta(seconds=PARKED.wait(tries) or 0.0)
    state = {"situacao": Situacao.DESCONHECIDO, "tentado": True, "procuras": 0, "tentativas": tries}
    return _outcome(sides, item, due_at=due_at, motivo="erro_interno", erro=type(bug).__name__, **state)


def not_found_yet(sides: Sides, item: Item) -> Outcome:
    """It was looked for and not found; one look is not enough, and no failure."""
    due_at = sides.clock.now() + LOOK_GAP
    state = {"situacao": Situacao.DESCONHECIDO, "tentado": True, "procuras": item.procuras + 1}
    return _outcome(sides, item, due_at=due_at, motivo=None, erro=None, **state)


def unseen(sides: Sides, item: Item) -> Outcome:
    """It could not be looked for as it has to be; not finding it so shows nothing."""
    tries = item.tentativas + 1
    due_at = sides.clock.now() + timedelta(seconds=AGAIN.wait(tries) or 0.0)
    state = {"situacao": Situacao.DESCONHECIDO, "tentado": True, "tentativas": tries}
    return _outcome(sides, item, due_at=due_at, motivo="lista_incompleta", erro=None, **state)


def failed(sides: Sides, item: Item, fault: Fault) -> Outcome:
    """A request that changes nothing failed, or one that surely was not carried out."""
    if isinstance(fault, Blocked):
        raise fault
    if isinstance(fault, Rejected):
        return parked(sides, item, REFUSED, str(fault))
    tries = item.tentativas + 1
    wait = AGAIN.wait(tries, asked=fault.retry_after) or 0.0
    state = Situacao.DESCONHECIDO if item.tentado else Situacao.PENDENTE
    due_at = sides.clock.now() + timedelta(seconds=wait)
    return _outcome(sides, item, situacao=state, due_at=due_at, tentativas=tries, erro=shown(str(fault)))


def kept(sides: Sides, item: Item) -> Outcome:
    """It is there, and its source is not any more: it stays."""
    return _outcome(sides, item, situacao=Situacao.ENVIADO, tentado=False)


def edited(sides: Sides, item: Item, resumo: str) -> Outcome:
    """The other side says what the source says now."""
    done = {"situacao": Situacao.ENVIADO, "tentado": False, "motivo": EDITED, "erro": None, "resumo": resumo}
    return _outcome(sides, item, **done)


def edit_failed(sides: Sides, item: Item, resumo: str, fault: Fault) -> Outcome:
    """An edit was not brought over: again later, or not at all where it was refused."""
    if isinstance(fault, Blocked):
        raise fault
    tries, erro = item.tentativas + 1, shown(str(fault))
    if isinstance(fault, Rejected):
        given_up = {"situacao": Situacao.ENVIADO, "tentado": False, "motivo": EDIT_REFUSED, "resumo": resumo}
        return _outcome(sides, item, erro=erro, **given_up)
    due_at = sides.clock.now() + timedelta(seconds=AGAIN.wait(tries, asked=fault.retry_after) or 0.0)
    again = {"situacao": Situacao.MUDADO, "tentado": item.tentado or fault.may_be_stored, "tentativas": tries}
    return _outcome(sides, item, due_at=due_at, erro=erro, **again)


def looked_enough(item: Item) -> bool:
    """Tell whether what was not found may be made: it never was tried, or was looked for more than once."""
    return not item.tentado or item.procuras + 1 >= LOOKS


def _outcome(sides: Sides, item: Item, **changes: Any) -> Outcome:
    return outcome(item, sides.clock.now(), **{"execucao": sides.run, **changes})


def shown(text: str | None) -> str | None:
    """Return an error's words without secrets and without anybody's document."""
    return DOCUMENT.sub(lambda found: mascarar_documento(found[0]), redact(text))[:500] if text else None
