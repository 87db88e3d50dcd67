"""What was edited after it was sent (docs/reference/contracts/sync.md §SY-60); only where the settings say so."""

import json
from collections.abc import Mapping
from typing import Any

from connectors.base.faults import Fault
from flows.sync import ends
from flows.sync.flow import Seen
from flows.sync.ledger.item import Item, Outcome, Situacao
from flows.sync.under_way import Run
from storage import crypto

UPDATE = "update"
MARK_LENGTH = 12


def digest(run: Run, row: Any) -> str:
    """Return what tells one content from another, and from which nothing can be read."""
    return crypto.ring().fingerprint(json.dumps(run.flow.content(row), sort_keys=True, ensure_ascii=False))


def notice(run: Run, known: Mapping[str, Seen[Any]]) -> int:
    """Let what was sent and reads otherwise now be due again; return how many items."""
    if run.sides.conta.edits != UPDATE or not known:
        return 0
    ledger, now, total = run.sides.ledger, run.clock.now(), 0
    for chave, line in ledger.find(run.flow.livro, list(known)).items():
        row = known[chave].row
        if line.situacao != Situacao.ENVIADO or line.fluxo != run.nome or not run.flow.is_source(line, row):
            continue
        new, where = digest(run, row), {"id": [line.id], "situacao": Situacao.ENVIADO}
        if line.resumo is None:
            # of what was sent by somebody else only later edits are known
            ledger.change(where, now, resumo=new)
        elif line.resumo != new:
            total += ledger.change(where, now, situacao=Situacao.MUDADO, due_at=now, tentativas=0)
    return total


def bring(run: Run, item: Item, row: Any) -> Outcome:
    """Bring an edit to the other side."""
    if row is None:
        return ends.kept(run.sides, item)
    new = digest(run, row)
    try:
        run.flow.change(item, row, new[:MARK_LENGTH])
    except Fault as fault:
        return ends.edit_failed(run.sides, item, new, fault)
    return ends.edited(run.sides, item, new)
