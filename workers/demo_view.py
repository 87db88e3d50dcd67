"""The demonstration on the screen: boxes, open alerts, deliveries and what the receivers got.

It draws what `snapshot()` returns and knows neither database nor sandbox. The dictionary, every part of it optional:
`caixas` [{nome, resultado, verificada_em, alertas: [codigo]}], `alertas` [{caixa, codigo, severidade, mensagem}],
`entregas` {estado: quantas}, `partes` {name: what its servers have seen}, `webhooks` [{recebido_em, evento, webhook_id,
veredito}], `olhe` [what may be typed in another terminal], `paginas` [what may be opened in a browser].
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from core.settings.core import CoreSettings
from core.text import by_state
from workers.lines import shown

EVERY_SECONDS, CLOSING_SECONDS = 1.0, 0.2
NEWEST = 5
Snapshot = Callable[[], Mapping[str, Any]]
Write = Callable[[str], None]


class View:
    """Looks once a second: draws on a terminal, elsewhere hands `write` a line when something changed."""

    def __init__(self, snapshot: Snapshot, write: Write, console: Console | None = None) -> None:
        self._snapshot, self._write = snapshot, write
        self._console = console or Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo", daemon=True)
        self._last: dict[str, str] = {}

    def __enter__(self) -> "View":
        if self._live:
            self._live.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(CLOSING_SECONDS)
        if self._live:
            self._live.stop()

    def print_above(self, text: str) -> None:
        """Print a line above the drawing."""
        self._console.print(Text(text), soft_wrap=True)

    def _run(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            try:
                self._look()
            except Exception as fault:  # noqa: BLE001 - a view that fails must not end what it looks at
                self._say({"sem dados agora": type(fault).__name__})

    def _look(self) -> None:
        found = self._snapshot()
        if self._live:
            self._live.update(drawn(found), refresh=True)
        else:
            self._say(summary(found))

    def _say(self, told: dict[str, str]) -> None:
        changed = {name: text for name, text in told.items() if self._last.get(name) != text}
        self._last = told
        if changed:
            self._write(f"demonstração | {_joined(changed)}")


def summary(found: Mapping[str, Any]) -> dict[str, str]:
    """Return in words, by what they are about, open alerts, deliveries by state and what the receivers got."""
    return {"alertas abertos": str(len(found.get("alertas", []))), "entregas": deliveries(found), **receivers(found)}


def deliveries(found: Mapping[str, Any]) -> str:
    """Return how many there are in each state."""
    return (
        by_state({_of_one(state): amount for state, amount in sorted(found.get("entregas", {}).items())}) or "nenhuma"
    )


def _of_one(state: str) -> str:
    """Return the state as it is said of a delivery, which is a woman in Portuguese."""
    return f"{state[:-1]}a" if state.endswith(("ado", "ido")) else state


def receivers(found: Mapping[str, Any]) -> dict[str, str]:
    """Return what the outside world has seen, in words, by its parts."""
    return dict(found.get("partes", {})) or {"sandbox": "não responde"}


def _joined(told: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {text}" for name, text in told.items())


def _arrived(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the newest webhooks of all receivers, and when each came by the clock of the commands."""
    zone = CoreSettings.current().zone
    came = sorted(found.get("webhooks", []), key=lambda one: str(one.get("recebido_em") or ""))[-NEWEST:]
    return [{**one, "recebido_em": _local(one.get("recebido_em"), zone)} for one in came]


def _local(when: str | None, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(when).astimezone(zone):%d/%m/%Y %H:%M:%S}" if when else ""


def drawn(found: Mapping[str, Any]) -> Group:
    """Return the screen."""
    boxes = _table(found.get("caixas", []), {"nome": "Caixa", "resultado": "Resultado", "alertas": "Alertas"})
    alerts = _table(
        found.get("alertas", []), {"caixa": "Caixa", "severidade": "Severidade", "codigo": "Alerta", "mensagem": ""}
    )
    webhooks = _table(
        _arrived(found),
        {"recebido_em": "Quando", "evento": "Evento", "webhook_id": "Id", "veredito": "Veredito"},
    )
    return Group(
        Panel(boxes, title="Caixas", title_align="left"),
        Panel(alerts, title="Alertas abertos", title_align="left"),
        Panel(webhooks, title="Últimos webhooks recebidos", title_align="left"),
        Text(f"Entregas: {deliveries(found)}"),
        Text(_joined(receivers(found))),
        Text(f"Em outro terminal: {' · '.join(found.get('olhe', []))}"),
        Text(f"No navegador: {' · '.join(found.get('paginas', []))}"),
    )


def _table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    *short, last = columns.values()
    for title in short:
        table.add_column(title, no_wrap=True)
    table.add_column(last, overflow="fold", ratio=1)
    for row in rows:
        table.add_row(*(Text(_cell(row.get(key))) for key in columns))
    return table


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return shown(", ".join(map(str, value)) or "-")
    return shown(str(value if value is not None else "-"))
