"""What a webhook of Ploomes says changed: noted, and read again by a run. docs/reference/contracts/ploomes.md §6."""

import hmac
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.clock import SYSTEM, Clock
from core.settings.ploomes import PloomesSettings
from core.settings.sync import CLIENTES_PM, INTERACOES, TAREFAS, SyncSettings
from storage.models.sync import SyncGancho
from storage.rows import insert_for
from storage.session import transaction

KEY_FIELD = "ValidationKey"
# Entities by their names, in either number, and by those of their numbers that are known.
FLOWS: dict[str | int, str] = {
    **dict.fromkeys(("contact", "contacts", 1), CLIENTES_PM),
    **dict.fromkeys(("task", "tasks", 12), TAREFAS),
    **dict.fromkeys(("interactionrecord", "interactionrecords"), INTERACOES),
}
LARGEST_ID = 2**63 - 1


def opens(conta: str, key: object) -> bool:
    """Tell whether a key is that of an account's webhooks; an account without one has none that is."""
    account = PloomesSettings.current().contas.get(conta)
    wanted = account.webhook_key.get_secret_value() if account and account.webhook_key else None
    said = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else b""
    return hmac.compare_digest(said, (wanted or "-").encode()) and wanted is not None


def note(conta: str, said: Mapping[str, Any], clock: Clock = SYSTEM) -> list[tuple[str, str]]:
    """Note what a webhook tells of; return the accounts and flows of the sync that nothing waited for before."""
    fluxo, number = _flow(said), _number(said)
    if fluxo is None or number is None:
        return []
    mine = [nome for nome, one in SyncSettings.current().contas.items() if one.ploomes == conta and one.minutes(fluxo)]
    with transaction() as db:
        waited = select(SyncGancho.conta).where(SyncGancho.fluxo == fluxo, SyncGancho.conta.in_(mine)).distinct()
        before = set(db.scalars(waited))
        new = insert_for(db, SyncGancho).values(vezes=1, falhas=0, recebido_em=clock.now())
        again = new.on_conflict_do_update(
            index_elements=("conta", "fluxo", "numero"),
            set_={"vezes": SyncGancho.vezes + 1, "falhas": 0, "recebido_em": clock.now()},
        )
        for nome in mine:
            db.execute(again.values(conta=nome, fluxo=fluxo, numero=number))
    return [(nome, fluxo) for nome in mine if nome not in before]


def _flow(said: Mapping[str, Any]) -> str | None:
    for name in ("Entity", "EntityId"):
        entity = said.get(name)
        if isinstance(entity, dict):
            entity = entity.get("Name")
        if isinstance(entity, str) and entity.isascii() and entity.isdigit() and len(entity) < 10:
            entity = int(entity)
        if isinstance(entity, (str, int)) and not isinstance(entity, bool):
            found = FLOWS.get(entity.strip().lower() if isinstance(entity, str) else entity)
            if found is not None:
                return found
    return None


def _number(said: Mapping[str, Any]) -> int | None:
    """Return the number of the record: of the new one, else of the old one, else of the message."""
    for one in (_inner(said, "New"), _inner(said, "Old"), said.get("ResourceId")):
        if isinstance(one, str) and one.isascii() and one.isdigit() and len(one) < 20:
            one = int(one)
        if isinstance(one, int) and not isinstance(one, bool) and 0 < one <= LARGEST_ID:
            return one
    return None


def _inner(said: Mapping[str, Any], name: str) -> object:
    record = said.get(name)
    return record.get("Id") if isinstance(record, dict) else None
