"""What the cards show, read for all viewers of one caller together, and no oftener than the database can bear."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.errors import NO_DATABASE
from api.painel.drawing import draw
from api.painel.panel import Panel, Sinal, Visto, panels_of
from core.caller import Caller
from core.clock import SYSTEM, Clock
from core.errors import PlatformError
from core.logs import get_logger

# A reading is good for so long, and the longer the longer it took: reading takes a twentieth of the time at most.
LEAST_SECONDS, SHARE, MOST_SECONDS = 2.0, 20, 60.0
KEPT = 2_000
DEFECT = "Este cartão não pôde ser lido; o log tem o motivo."
log = get_logger(__name__)


@dataclass(frozen=True)
class Reading:
    """A card as it is drawn for a caller; nothing in it is of one viewer. `marca` tells whether it is another."""

    nome: str
    titulo: str
    coluna: int
    sinal: Sinal
    resumo: str
    html: str
    marca: str


@dataclass
class _Kept:
    """The last reading, when it was begun, and until when it is good."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    reading: Reading | None = None
    em: datetime | None = None
    until: float = 0.0


class Readings:
    """Readings by card and caller; whoever asks while another reads waits for that one."""

    def __init__(self, clock: Clock = SYSTEM, timer: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._timer = clock, timer
        self._kept: OrderedDict[tuple[str, Caller], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, caller: Caller) -> tuple[Reading, ...]:
        """Return every card of a caller, from the top."""
        return tuple(self._one(name, panel, caller) for name, panel in panels_of(caller).items())

    def forget(self, before: datetime | None = None) -> None:
        """Let everything be read anew, or what was read before an instant: somebody changed something then."""
        with self._lock:
            for place, kept in list(self._kept.items()):
                if before is None or (kept.em is not None and kept.em <= before):
                    del self._kept[place]

    def _one(self, name: str, panel: Panel, caller: Caller) -> Reading:
        kept = self._place(name, caller)
        with kept.lock:
            begun = self._timer()
            if kept.reading is None or begun >= kept.until:
                kept.em = self._clock.now()
                kept.reading = self._read(name, panel, caller)
                took = self._timer() - begun
                kept.until = begun + took + min(max(LEAST_SECONDS, took * SHARE), MOST_SECONDS)
            return kept.reading

    def _place(self, name: str, caller: Caller) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault((name, caller), _Kept())
            self._kept.move_to_end((name, caller))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return kept

    def _known(self, name: str, caller: Caller) -> dict[str, Any]:
        return {"cartao": name, "agora": self._clock.now(), "operador": caller.is_operator}

    def _read(self, name: str, panel: Panel, caller: Caller) -> Reading:
        """Read and draw a card; what goes wrong is said in it, and costs no other."""
        try:
            seen = panel.ler(caller, self._clock)
            inside = draw(f"panels/{name}.html", {**self._known(name, caller), **seen.dados})
        except (PlatformError, SQLAlchemyError) as fault:
            seen, inside = _failed(str(fault) if isinstance(fault, PlatformError) else NO_DATABASE)
        except Exception:
            log.exception("card not read", card=name)
            seen, inside = _failed(DEFECT)
        values = {"nome": name, "titulo": panel.titulo, "visto": seen, "dentro": inside}
        html = draw("card.html", values)
        mark = hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()[:16]
        return Reading(name, panel.titulo, panel.coluna, seen.sinal, seen.resumo, html, mark)


def _failed(said: str) -> tuple[Visto, str]:
    return Visto(Sinal.FALHA, "sem leitura agora"), draw("failed.html", {"dito": said})
