"""Conditions of others: modules named in the settings (`sat.alert_modules`) and entry points (`esteira.alertas`).

One that cannot be loaded costs only itself.
"""

import importlib
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from importlib.metadata import EntryPoint, distributions

from core.logs import get_logger
from core.settings.sat import SatSettings
from core.text import redact

GROUP = "esteira.alertas"
REASON_LIMIT = 300
log = get_logger(__name__)


@lru_cache(maxsize=1)
def load() -> tuple[str, ...]:
    """Load every guest, once per process; return one sentence for each that could not be loaded."""
    return tuple(said for name, guest in _guests() if (said := _loaded(name, guest)))


def _guests() -> Iterator[tuple[str, Callable[[], object]]]:
    for name in SatSettings.current().alert_modules:
        yield f"sat.alert_modules: {name}", partial(importlib.import_module, name)
    for point in _points():
        yield f"{GROUP}: {point.name}", point.load


def _points() -> Iterator[EntryPoint]:
    """Yield what installed packages offer, of each package the copy that is imported.

    Of hundreds hardly any names the group: all are read, and only these are understood.
    """
    seen = set[str]()
    for package in distributions():
        if GROUP in (package.read_text("entry_points.txt") or "") and package.name not in seen:
            seen.add(package.name)
            yield from package.entry_points.select(group=GROUP)


def _loaded(name: str, load: Callable[[], object]) -> str | None:
    """Import a guest; a class among the entry points is registered, a module registers its own."""
    try:
        found = load()
        if isinstance(found, type):
            # Here, so that to know of no guest costs no more than to look.
            from alerts.sat.registry import registrar

            registrar(found)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a guest's code: it may fail in any way, alone
        reason = redact(f"{type(error).__name__}: {error}")[:REASON_LIMIT]
        log.warning("guest alert could not be loaded", guest=name, reason=reason)
        return f"{name} não pôde ser carregado ({reason})."
    return None
