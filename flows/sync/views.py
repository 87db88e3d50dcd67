"""How each flow stands, as people see it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.errors import NotFound
from core.settings.sync import CLIENTES_MP, FLOWS, SyncSettings
from flows.sync import standing
from storage.models.sync import SyncFluxo


@dataclass(frozen=True)
class FluxoView:
    """One flow of an account, by its last run: cursor and its age, items by state and reason, what is wrong.

    `minutos` is how often it runs (0: off); `requisicoes` what the last run asked for. Before the first run the rest
    is unknown.
    """

    conta: str
    fluxo: str
    minutos: int
    estado: str | None
    ultima_rodada: datetime | None
    bem_em: datetime | None
    cursor: datetime | None
    cursor_segundos: int | None
    contagens: dict[str, int]
    requisicoes: int | None
    esperas: int | None
    falha: str | None


@dataclass(frozen=True)
class FluxoDetalhe:
    """A flow and what its last run came to, None before the first; the names are those of `results.Report`."""

    fluxo: FluxoView
    relatorio: dict[str, Any] | None


def flows(caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> list[FluxoView]:
    """Return every flow of every configured account; a user meets none."""
    if not caller.is_operator:
        return []
    rows = {(row.conta, row.fluxo): row for row in standing.rows()}
    return [
        _view(nome, fluxo, conta.minutes(fluxo), rows.get((nome, fluxo)), clock.now())
        for nome, conta in SyncSettings.current().contas.items()
        for fluxo in FLOWS
    ]


def fluxo(conta: str, nome: str, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> FluxoDetalhe:
    """Return one flow with its last report; raise `NotFound` where it is not the caller's."""
    found = next((one for one in flows(caller, clock) if (one.conta, one.fluxo) == (conta, nome)), None)
    if found is None:
        raise NotFound(f"Não há o fluxo {nome[:40]!r} na conta {conta[:100]!r}.")
    row = next((one for one in standing.rows() if (one.conta, one.fluxo) == (conta, nome)), None)
    return FluxoDetalhe(found, json.loads(row.relatorio) if row and row.relatorio else None)


def _view(conta: str, fluxo: str, minutes: int, row: SyncFluxo | None, now: datetime) -> FluxoView:
    if row is None:
        return FluxoView(conta, fluxo, minutes, None, None, None, None, None, {}, None, None, None)
    last: dict[str, Any] = json.loads(row.relatorio or "{}")
    cursor = None if fluxo == CLIENTES_MP else row.cursor
    age = int((now - cursor).total_seconds()) if cursor else None
    counts = json.loads(row.contagens or "{}")
    asked = (last.get("requisicoes"), last.get("esperas"))
    told = (last.get("estado"), row.terminado_em, row.bem_em, cursor, age)
    return FluxoView(conta, fluxo, minutes, *told, counts, *asked, row.falha)
